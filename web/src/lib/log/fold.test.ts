import { describe, expect, it } from 'vitest';
import { Folds } from './fold.ts';

/** What is seen of so many lines, the slow way. */
const seen = (hidden: readonly { first: number; last: number }[], total: number) =>
	Array.from({ length: total }, (_, i) => i + 1).filter((n) => !hidden.some(({ first, last }) => n >= first && n <= last));

describe('folded lines', () => {
	it.each([
		[[], 10],
		[[{ first: 3, last: 5 }], 10],
		[[{ first: 2, last: 10 }], 10],
		[[{ first: 3, last: Infinity }], 10],
		[
			[
				{ first: 2, last: 4 },
				{ first: 6, last: 6 },
				{ first: 9, last: Infinity }
			],
			20
		],
		[[{ first: 30, last: 40 }], 20]
	])('%j of %i: each row has its line, and each line its row', (hidden, total) => {
		const folds = new Folds(hidden);
		const lines = seen(hidden, total);
		expect(folds.rows(total)).toBe(lines.length);
		expect(lines.map((_, row) => folds.lineAt(row))).toEqual(lines);
		for (let n = 1; n <= total; n++) expect(folds.rowOf(n)).toBe(lines.findLastIndex((line) => line <= n));
	});

	it('are counted behind the line that stands for them', () => {
		const folds = new Folds([
			{ first: 3, last: 5 },
			{ first: 8, last: Infinity }
		]);
		expect([1, 2, 3, 7].map((n) => folds.behind(n, 100))).toEqual([0, 3, 0, 93]);
	});
});
