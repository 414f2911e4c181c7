const numbers = new WeakMap<readonly string[], number>();
let next = 1;

/** Stands for a list in the key of a query: a hundred thousand names are not compared by their letters. A list is never changed, but
 * replaced. */
export function keyOfList(list: readonly string[]): number {
	const known = numbers.get(list) ?? next++;
	numbers.set(list, known);
	return known;
}
