/**
 * Rows that change under somebody's hand stay where they are: while a table is held, the order is that of before, each row is as it
 * is now, what is new waits, and what is gone leaves its place when nobody holds the table any more.
 */
interface Steadied<R> {
	rows: readonly R[];
	/** How many rows wait to be shown. */
	waiting: number;
}

/** `before`: what is on the screen. `rows`: what would be shown now. `now`: a row as it is now, whether shown or not. */
export function steady<R, K>(
	before: readonly R[],
	rows: readonly R[],
	keyOf: (row: R) => K,
	now?: (key: K) => R | undefined
): Steadied<R> {
	const found = new Map(rows.map((row) => [keyOf(row), row]));
	const kept = before.map((row) => {
		const key = keyOf(row);
		const current = found.get(key);
		found.delete(key);
		return current ?? now?.(key) ?? row;
	});
	return { rows: kept, waiting: found.size };
}
