/**
 * Rows that change under somebody's hand stay where they are: while a table is held, the order is that of before, each row is as it
 * is now, what is new waits, and what is gone leaves its place when nobody holds the table any more.
 */
interface Steadied<R, K> {
	rows: readonly R[];
	/** Those of them of which nobody knows what they are now: they are shown as they were. */
	gone: ReadonlySet<K>;
	/** How many rows wait to be shown. */
	waiting: number;
}

/** `before`: what is on the screen. `rows`: what would be shown now. `now`: a row as it is now, whether shown or not. */
export function steady<R, K>(
	before: readonly R[],
	rows: readonly R[],
	keyOf: (row: R) => K,
	now?: (key: K) => R | undefined
): Steadied<R, K> {
	const found = new Map(rows.map((row) => [keyOf(row), row]));
	const gone = new Set<K>();
	const kept = before.map((row) => {
		const key = keyOf(row);
		const current = found.get(key) ?? now?.(key);
		found.delete(key);
		if (current === undefined) gone.add(key);
		return current ?? row;
	});
	return { rows: kept, gone, waiting: found.size };
}
