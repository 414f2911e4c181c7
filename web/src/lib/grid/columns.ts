import type { Snippet } from 'svelte';

export interface Column<R> {
	key: string;
	title: string;
	/** As CSS's grid knows it: '120px', 'minmax(160px, 2fr)'. */
	width: string;
	/** The cell's text, also the row's name where it is the first; `cell` shows it in another way. */
	text: (row: R) => string;
	cell?: Snippet<[R]>;
	/** By what rows are ordered: its text, or something else; a column without it can't be sorted. */
	by?: 'text' | ((row: R) => string | number);
	number?: boolean;
	/** Also shown where there is no room for all. */
	narrow?: boolean;
}

export interface Sort {
	key: string;
	down: boolean;
}

/** "host" or "-host" */
export function parseSort(text: string): Sort | undefined {
	return text === '' ? undefined : { key: text.replace(/^-/, ''), down: text.startsWith('-') };
}

export const sortText = (sort: Sort | undefined): string => (sort ? (sort.down ? '-' : '') + sort.key : '');

/** A new array in that order; rows that are equal stay in the order in which they came. */
export function sorted<R>(rows: readonly R[], columns: readonly Column<R>[], sort: Sort | undefined): readonly R[] {
	const column = columns.find(({ key }) => key === sort?.key);
	if (!sort || !column?.by) return rows;
	const keys = rows.map(column.by === 'text' ? column.text : column.by);
	const order = Uint32Array.from(rows.keys());
	const sign = sort.down ? -1 : 1;
	order.sort((a, b) => (keys[a]! < keys[b]! ? -sign : keys[a]! > keys[b]! ? sign : a - b));
	return Array.from(order, (i) => rows[i]!);
}
