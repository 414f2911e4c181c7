import { server } from '../testing/server.ts';
import { beforeEach, describe, expect, it } from 'vitest';
import { deleteThings, together } from './members.ts';

let bulks: number[][];
let singles: number[];
let refused: ReadonlySet<number>;

beforeEach(() => {
	bulks = [];
	singles = [];
	refused = new Set();
	server.answer = (path, _, body) => {
		if (path.endsWith('/_bulk/')) {
			const ids = (body as { pk: number }[]).map(({ pk }) => pk);
			bulks.push(ids);
			if (ids.some((id) => refused.has(id))) return { status: 403, body: { detail: 'not yours' } };
			return { body: [] };
		}
		const id = Number(/\/(\d+)\/$/.exec(path)![1]);
		singles.push(id);
		return refused.has(id) ? { status: 403, body: { detail: 'not yours' } } : { body: null };
	};
});

const ids = (n: number) => Array.from({ length: n }, (_, i) => i + 1);

describe('many things', () => {
	it('are deleted five hundred at a time, and it is told how far that is', async () => {
		const told: number[] = [];
		const outcome = await deleteThings('hosts', ids(1200), (n) => told.push(n));
		expect(bulks.map((some) => some.length)).toEqual([500, 500, 200]);
		expect(told).toEqual([500, 1000, 1200]);
		expect([outcome.done.length, outcome.failed, singles]).toEqual([1200, [], []]);
	});

	it('of which one is refused are deleted but for that one, which says why', async () => {
		refused = new Set([2]);
		const outcome = await deleteThings('groups', [1, 2, 3]);
		expect(outcome.done.toSorted()).toEqual([1, 3]);
		expect(outcome.failed.map(({ thing, error }) => [thing, error.message])).toEqual([[2, 'not yours']]);
	});

	it('are left where one gives up', async () => {
		const stop = new AbortController();
		const outcome = await deleteThings('hosts', ids(1200), () => stop.abort(), stop.signal);
		expect(outcome.done.length).toBe(500);
	});
});

it('two answers are one, and hosts made are told only where names were sent', () => {
	const one = { total: 2, operated: 1, not_found: 1, failed_list: [7] };
	expect(together([one, { total: 3, operated: 2, not_found: 1, failed_list: ['a'], created: 1 }])).toEqual({
		...{ total: 5, operated: 3, not_found: 2, failed_list: [7, 'a'], created: 1 }
	});
	expect(together([one])).toEqual(one);
});
