import { describe, expect, it } from 'vitest';
import { Finder, type Asked } from './find.ts';

/** A server that has found these lines. */
function server(all: number[]) {
	const asked: Asked[] = [];
	const finder = new Finder((one) => {
		asked.push(one);
		const { after = 0, before = Infinity, backwards = false, limit } = one;
		const fits = all.filter((n) => n > after && n < before);
		return Promise.resolve({ count: fits.length, lines: (backwards ? fits.toReversed() : fits).slice(0, limit) });
	});
	return { finder, asked };
}
const says = ({ at, total, line }: Finder) => [at, total, line];

describe('what was found', () => {
	it('is gone to from where one is, with its number among all', async () => {
		const { finder } = server([5, 50, 500]);
		expect(await finder.begin(20)).toBe(50);
		expect(says(finder)).toEqual([1, 3, 50]);
	});

	it('is the first one where nothing follows', async () => {
		const { finder } = server([5, 50]);
		await finder.begin(60);
		expect(says(finder)).toEqual([0, 2, 5]);
	});

	it('is nothing where there is none, and going on asks anew', async () => {
		const all: number[] = [];
		const { finder } = server(all);
		expect(await finder.begin(1)).toBeUndefined();
		expect(says(finder)).toEqual([-1, 0, undefined]);
		all.push(7);
		expect(await finder.go(1)).toBe(7);
	});

	it('is walked through from end to end and round, each once, with few questions', async () => {
		const all = Array.from({ length: 1000 }, (_, i) => 10 * (i + 1));
		const { finder, asked } = server(all);
		await finder.begin(1);
		const walked = [finder.line];
		for (let i = 1; i < 1000; i++) walked.push(await finder.go(1));
		expect(walked).toEqual(all);
		expect(asked.length).toBeLessThan(8);
		expect(await finder.go(1)).toBe(10);
		expect(says(finder)).toEqual([0, 1000, 10]);
		expect(await finder.go(-1)).toBe(10_000);
		const back = [finder.line];
		for (let i = 1; i < 1000; i++) back.push(await finder.go(-1));
		expect(back).toEqual(all.toReversed());
		expect(says(finder)).toEqual([0, 1000, 10]);
	});

	it('grows with the output', async () => {
		const all = [1, 2];
		const { finder } = server(all);
		await finder.begin(1);
		await finder.go(1);
		all.push(3);
		expect(await finder.go(1)).toBe(3);
		expect(says(finder)).toEqual([2, 3, 3]);
	});
});
