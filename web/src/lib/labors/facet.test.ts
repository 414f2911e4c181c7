import { describe, expect, it } from 'vitest';
import { facet } from './facet.ts';

const rows = [
	{ status: 'done', owner: 'anna' },
	{ status: 'done', owner: 'bert' },
	{ status: 'open', owner: 'anna' },
	{ status: 'open', owner: 'anna' }
];
type Row = (typeof rows)[number];
const filters = {
	status: { value: (row: Row) => row.status, text: (value: string) => value },
	owner: { value: (row: Row) => row.owner, text: (value: string) => value.toUpperCase() }
};
const values = (list: { value: string; n: number }[]) => list.map(({ value, n }) => [value, n]);

describe('facets', () => {
	it('without a choice leave all rows and count each value', () => {
		const all = facet(rows, { status: [], owner: [] }, filters);
		expect(all.rows).toEqual(rows);
		expect(values(all.values.status)).toEqual([
			['done', 2],
			['open', 2]
		]);
		expect(all.values.owner[0]).toEqual({ value: 'anna', text: 'ANNA', n: 3 });
	});

	it('leave rows that have one of the chosen values of each', () =>
		expect(facet(rows, { status: ['open', 'done'], owner: ['bert'] }, filters).rows).toEqual([rows[1]]));

	it('count what the other filters leave', () => {
		const { values: of } = facet(rows, { status: ['open'], owner: [] }, filters);
		expect(values(of.status)).toEqual([
			['done', 2],
			['open', 2]
		]);
		expect(values(of.owner)).toEqual([['anna', 2]]);
	});

	it('go on showing a chosen value that no row has any more', () =>
		expect(values(facet(rows, { status: ['gone'], owner: [] }, filters).values.status)).toContainEqual(['gone', 0]));
});
