import { describe, expect, it } from 'vitest';
import { steady } from './steady.ts';

interface Row {
	key: number;
	step: string;
}
const row = (key: number, step = 'a'): Row => ({ key, step });
const keyOf = (r: Row) => r.key;

describe('a table that somebody holds', () => {
	const before = [row(1), row(2), row(3)];

	it('keeps its order and shows each row as it is now', () => {
		const { rows, waiting } = steady(before, [row(3, 'b'), row(1), row(2)], keyOf);
		expect(rows).toEqual([row(1), row(2), row(3, 'b')]);
		expect(waiting).toBe(0);
	});

	it('lets new rows wait', () => {
		const { rows, waiting } = steady(before, [row(0), row(1), row(2), row(3), row(4)], keyOf);
		expect(rows.map(keyOf)).toEqual([1, 2, 3]);
		expect(waiting).toBe(2);
	});

	it('leaves a row that no longer matches where it is, as it is now', () => {
		const { rows, gone } = steady(before, [row(1), row(3)], keyOf, (key) => (key === 2 ? row(2, 'done') : undefined));
		expect([rows, gone.size]).toEqual([[row(1), row(2, 'done'), row(3)], 0]);
	});

	it('leaves a row that is gone where it was, and says so', () => {
		expect(steady(before, [row(1), row(3)], keyOf)).toEqual({ rows: before, gone: new Set([2]), waiting: 0 });
	});
});
