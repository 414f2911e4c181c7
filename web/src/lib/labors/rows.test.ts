import { describe, expect, it } from 'vitest';
import { takeIn, type LaborColumns } from './rows.ts';

type Given = Partial<{ id: number; start: number; fate: number; closed: number | null; acked: number | null }>;

function answer(labors: Given[], more: Partial<LaborColumns> = {}): LaborColumns {
	const all = labors.map((labor) => ({ id: 1, start: labor.id ?? 1, fate: 1, closed: null, acked: null, ...labor }));
	return {
		status: 'ok',
		href: '',
		asOf: '2026-11-30 12:00:00',
		total: labors.length,
		whole: true,
		gone: [],
		columns: {
			id: all.map((labor) => labor.id),
			start: all.map((labor) => labor.start),
			host: all.map((labor) => `web-${labor.start}.example.net`),
			owner: all.map(() => null),
			quest: all.map(() => 7),
			fate: all.map((labor) => labor.fate),
			closingFate: all.map(() => null),
			made: all.map(() => 100),
			closed: all.map((labor) => labor.closed),
			acked: all.map((labor) => labor.acked),
			ackUser: all.map((labor) => (labor.acked === null ? null : 'anna')),
			for: all.map(() => 1)
		},
		...more
	} as LaborColumns;
}

const changes = (labors: Given[], gone: number[] = []) => answer(labors, { whole: false, gone, asOf: '2026-11-30 12:01:00' });

describe('where a labor stands', () => {
	it.each([
		['is not started while nobody has touched it', { id: 5 }, 'waiting'],
		['is acknowledged once somebody has said so', { id: 5, acked: 9 }, 'acknowledged'],
		['is in progress further down a chain', { id: 6, start: 5 }, 'moving'],
		['is done when it is closed', { id: 6, start: 5, acked: 9, closed: 10 }, 'done']
	])('%s', (_, labor, status) => {
		expect(takeIn(undefined, answer([labor])).rows[0]!.status).toBe(status);
	});
});

describe('what has changed since', () => {
	const before = takeIn(undefined, answer([{ id: 1 }, { id: 2 }, { id: 3 }]));

	it('changes rows in their places', () => {
		const after = takeIn(before, changes([{ id: 2, closed: 200 }]));
		expect(after.rows.map((row) => [row.id, row.status])).toEqual([
			[1, 'waiting'],
			[2, 'done'],
			[3, 'waiting']
		]);
		expect(after.rows[0]).toBe(before.rows[0]);
	});

	it('puts the next labor of a chain where the last one stood', () => {
		const after = takeIn(before, changes([{ id: 9, start: 2, fate: 2 }], [2]));
		expect(after.rows.map((row) => row.id)).toEqual([1, 9, 3]);
		expect(after.rows[1]!.chain).toBe(2);
		expect(after.rows.map((row) => row.key)).toEqual([1, 2, 3]);
	});

	it('keeps both labors where a chain forks', () => {
		const after = takeIn(
			before,
			changes(
				[
					{ id: 9, start: 2 },
					{ id: 10, start: 2 }
				],
				[2]
			)
		);
		expect(after.rows.map((row) => row.id)).toEqual([1, 9, 3, 10]);
	});

	it('appends what is new and drops what is gone', () => {
		const after = takeIn(before, changes([{ id: 8 }], [1]));
		expect(after.rows.map((row) => row.id)).toEqual([2, 3, 8]);
	});

	it('may be told twice', () => {
		const once = takeIn(before, changes([{ id: 9, start: 2 }], [2]));
		expect(takeIn(once, changes([{ id: 9, start: 2 }], [2])).rows).toEqual(once.rows);
	});

	it('is asked for from the time of the last answer', () => {
		expect(takeIn(before, changes([])).asOf).toBe('2026-11-30 12:01:00');
	});

	it('gives way to a whole answer', () => {
		expect(takeIn(before, answer([{ id: 4 }])).rows.map((row) => row.id)).toEqual([4]);
	});

	it('leaves a row its key and its place when the answer is whole', () => {
		const once = takeIn(before, changes([{ id: 9, start: 2, fate: 2 }], [2]));
		const whole = takeIn(
			once,
			answer([
				{ id: 3, acked: 300 },
				{ id: 9, start: 2, fate: 2 },
				{ id: 12, start: 1, fate: 2 }
			])
		);
		expect(whole.rows.map((row) => [row.key, row.id, row.status])).toEqual([
			[1, 12, 'moving'],
			[2, 9, 'moving'],
			[3, 3, 'acknowledged']
		]);
		expect(whole.total).toBe(3);
	});
});
