import { afterEach, describe, expect, it, vi } from 'vitest';
import { ApiError, polemarch } from '../api/client.ts';
import { deleteThings, together } from './members.ts';

const refusal = new ApiError(403, 'You may not.');
const many = (n: number) => Array.from({ length: n }, (_, i) => i + 1);
afterEach(() => vi.restoreAllMocks());

function server(bulk: (n: number) => Promise<unknown>, one: (id: number) => Promise<unknown> = () => Promise.resolve({})) {
	const post = vi
		.spyOn(polemarch, 'POST')
		.mockImplementation(((_: string, { body }: { body: unknown[] }) => bulk(body.length)) as never);
	const remove = vi
		.spyOn(polemarch, 'DELETE')
		.mockImplementation(((_: string, { params }: { params: { path: { id: number } } }) => one(params.path.id)) as never);
	return { post, remove };
}

describe('things that are deleted', () => {
	it('are so many at a time, with a question for many', async () => {
		const { post, remove } = server(() => Promise.resolve({}));
		const told: number[] = [];
		expect(await deleteThings('hosts', many(1200), (over) => told.push(over))).toEqual({ done: many(1200), failed: [] });
		expect([post.mock.calls.length, remove.mock.calls.length, told]).toEqual([3, 0, [500, 1000, 1200]]);
	});

	it('are asked for one by one where one is refused of many', async () => {
		server(
			() => Promise.reject(refusal),
			(id) => (id === 2 ? Promise.reject(refusal) : Promise.resolve({}))
		);
		expect(await deleteThings('groups', [1, 2, 3])).toEqual({ done: [1, 3], failed: [{ thing: 2, error: refusal }] });
	});

	it('are left where no answer comes, and what was done before is told', async () => {
		const away = new ApiError(0, 'The server does not answer.');
		let asked = 0;
		const { remove } = server(() => (++asked === 2 ? Promise.reject(away) : Promise.resolve({})));
		const { done, failed } = await deleteThings('hosts', many(1200));
		expect([done.length, failed.length, failed[0]]).toEqual([500, 700, { thing: 501, error: away }]);
		expect([asked, remove.mock.calls.length]).toEqual([2, 0]);
	});

	it('are left where it is given up', async () => {
		const stop = new AbortController();
		server(() => (stop.abort(), Promise.resolve({})));
		expect((await deleteThings('hosts', many(1200), undefined, stop.signal)).done).toHaveLength(500);
	});
});

it('of several answers one is made', () => {
	const some = { total: 3, operated: 2, not_found: 1, failed_list: [7] };
	expect(together([some, { ...some, failed_list: ['a'], created: 2 }])).toEqual({
		...{ total: 6, operated: 4, not_found: 2, failed_list: [7, 'a'], created: 2 }
	});
	expect(together([some])).toEqual(some);
});
