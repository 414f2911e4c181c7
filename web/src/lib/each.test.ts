import { describe, expect, it } from 'vitest';
import { each } from './each.ts';

describe('the same deed for each', () => {
	it('goes on where one is refused, and tells which and why', async () => {
		const deed = (n: number) => (n === 2 ? Promise.reject(new Error('not yours')) : Promise.resolve());
		const { done, failed } = await each([1, 2, 3], deed);
		expect(done).toEqual([1, 3]);
		expect(failed.map(({ thing, error }) => [thing, error.message])).toEqual([[2, 'not yours']]);
	});

	it('is done once for each, a few at a time, and told as it goes', async () => {
		let now = 0;
		let most = 0;
		const told: number[] = [];
		const deed = async () => {
			most = Math.max(most, ++now);
			await Promise.resolve();
			now--;
		};
		const { done } = await each(
			Array.from({ length: 25 }, (_, i) => i),
			deed,
			(over) => told.push(over)
		);
		expect(done.length).toBe(25);
		expect(new Set(done).size).toBe(25);
		expect(most).toBe(4);
		expect(told).toEqual(Array.from({ length: 25 }, (_, i) => i + 1));
	});

	it('leaves what it has not come to when it is given up', async () => {
		const stop = new AbortController();
		const { done, failed } = await each(
			Array.from({ length: 25 }, (_, i) => i),
			(n) => Promise.resolve(n === 5 && stop.abort()),
			undefined,
			stop.signal
		);
		expect([done.length < 12, failed]).toEqual([true, []]);
	});

	it('of nothing is over at once', async () => {
		expect(await each([], () => Promise.reject(new Error()))).toEqual({ done: [], failed: [] });
	});
});
