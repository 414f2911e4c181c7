const counts = new Intl.NumberFormat('en');

/** 12345 -> "12,345" */
export function count(n: number): string {
	return counts.format(n);
}

/** count(1, 'labor') -> "1 labor", count(5, 'labor') -> "5 labors" */
export function countOf(n: number, noun: string, many = noun + 's'): string {
	return `${count(n)} ${n === 1 ? noun : many}`;
}

/** "inventories" -> "Inventories" */
export const capital = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1);

/** "a group", "an inventory" */
export const aOrAn = (noun: string): string => `${/^[aeio]/.test(noun) ? 'an' : 'a'} ${noun}`;

/** Rounded so that 100 % means all, and 0 % none. */
export function percent(part: number, whole: number): string {
	if (whole === 0) return '0 %';
	const exact = (100 * part) / whole;
	if (part > 0 && exact < 0.1) return '0.1 %';
	if (part < whole && exact > 99.9) return '99.9 %';
	return `${exact.toFixed(exact === 0 || exact === 100 ? 0 : 1)} %`;
}
