/** Filters with several values each: rows must have one of the chosen values of every filter; each value says how many rows the
 * others leave it. */
interface Facets<R, N extends string> {
	rows: readonly R[];
	values: Record<N, { value: string; text: string; n: number }[]>;
}

export function facet<R, N extends string>(
	rows: readonly R[],
	chosen: Record<N, readonly string[]>,
	filters: Record<N, { value: (row: R) => string; text: (value: string) => string }>
): Facets<R, N> {
	const names = Object.keys(filters) as N[];
	const wanted = names.map((name) => (chosen[name].length > 0 ? new Set(chosen[name]) : undefined));
	const counts = names.map(() => new Map<string, number>());
	const kept: R[] = [];
	for (const row of rows) {
		let misses = 0;
		let missed = -1;
		const values = names.map((name, i) => {
			const value = filters[name].value(row);
			if (wanted[i] && !wanted[i].has(value)) {
				misses++;
				missed = i;
			}
			return value;
		});
		if (misses === 0) kept.push(row);
		if (misses > 1) continue;
		for (let i = 0; i < names.length; i++)
			if (misses === 0 || missed === i) counts[i]!.set(values[i]!, (counts[i]!.get(values[i]!) ?? 0) + 1);
	}
	const values = {} as Facets<R, N>['values'];
	names.forEach((name, i) => {
		for (const value of chosen[name]) if (!counts[i]!.has(value)) counts[i]!.set(value, 0);
		values[name] = [...counts[i]!]
			.map(([value, n]) => ({ value, text: filters[name].text(value), n }))
			.sort((a, b) => b.n - a.n || (a.text < b.text ? -1 : 1));
	});
	return { rows: kept, values };
}
