import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Lines, TextLines, type Asked } from './lines.svelte.ts';

let said: string[];
let asked: Asked[];
let fails = false;
const get = (one: Asked) => {
	asked.push(one);
	if (fails) return Promise.reject(new Error('away'));
	const all = said.map((line, i) => ({ line_number: i + 1, line }));
	const found = one.backwards ? all.toReversed() : all.slice(one.after ?? 0);
	return Promise.resolve({ count: found.length, rows: found.slice(0, one.limit) });
};
const more = (n: number) => said.push(...Array.from({ length: n }, (_, i) => `line ${said.length + i + 1}`));

beforeEach(() => {
	vi.useFakeTimers();
	said = [];
	asked = [];
	fails = false;
});
afterEach(() => vi.useRealTimers());

describe('the output of a run', () => {
	it('of one that is over begins with its end, and the rest comes as it comes into sight', async () => {
		more(5000);
		const lines = new Lines(get);
		const stop = lines.start(() => true);
		await vi.advanceTimersByTimeAsync(0);
		expect([lines.total, lines.line(5000), lines.line(4801), lines.line(4800), lines.settled]).toEqual([
			5000,
			'line 5000',
			'line 4801',
			undefined,
			true
		]);
		lines.want([2500, 2501]);
		await vi.advanceTimersByTimeAsync(100);
		expect(lines.line(2500)).toBe('line 2500');
		expect(asked).toHaveLength(2);
		await vi.advanceTimersByTimeAsync(60_000);
		expect(asked).toHaveLength(2);
		stop();
	});

	it('of one that runs goes on within half a second, each line once, to the very last', async () => {
		let over = false;
		const lines = new Lines(get);
		lines.start(() => over);
		await vi.advanceTimersByTimeAsync(0);
		expect([lines.known, lines.total]).toEqual([true, 0]);
		for (let i = 0; i < 10; i++) {
			more(137);
			await vi.advanceTimersByTimeAsync(500);
			expect(lines.line(said.length)).toBe(said.at(-1));
		}
		more(3);
		over = true;
		await vi.advanceTimersByTimeAsync(200);
		expect([lines.total, lines.settled, lines.line(1373)]).toEqual([1373, true, 'line 1373']);
		expect(said.map((_, i) => lines.line(i + 1))).toEqual(said);
	});

	it('that comes faster than it is asked for is reached all the same: how much there is is known at once', async () => {
		const lines = new Lines(get);
		lines.start(() => false);
		await vi.advanceTimersByTimeAsync(0);
		more(50_000);
		await vi.advanceTimersByTimeAsync(500);
		expect([lines.total, lines.line(1), lines.line(50_000)]).toEqual([50_000, 'line 1', undefined]);
		lines.want([49_990, 50_000]);
		await vi.advanceTimersByTimeAsync(100);
		expect(lines.line(50_000)).toBe('line 50000');
	});

	it('costs next to nothing where nobody sees its end', async () => {
		const lines = new Lines(get);
		lines.start(() => false);
		await vi.advanceTimersByTimeAsync(0);
		lines.atEnd = false;
		more(900);
		await vi.advanceTimersByTimeAsync(500);
		expect(lines.total).toBe(900);
		expect(asked.at(-1)).toEqual({ after: 0, limit: 1 });
	});

	it('goes on after something went wrong, and says so meanwhile', async () => {
		const lines = new Lines(get);
		lines.start(() => false);
		await vi.advanceTimersByTimeAsync(0);
		fails = true;
		more(5);
		await vi.advanceTimersByTimeAsync(600);
		expect(lines.failed?.message).toBe('away');
		fails = false;
		await vi.advanceTimersByTimeAsync(2100);
		expect([lines.failed, lines.total]).toEqual([undefined, 5]);
	});

	it('of which only a part is passed by is not asked for', async () => {
		more(100_000);
		const lines = new Lines(get);
		lines.start(() => true);
		await vi.advanceTimersByTimeAsync(0);
		for (let n = 1000; n < 90_000; n += 1000) {
			lines.want([n]);
			await vi.advanceTimersByTimeAsync(10);
		}
		await vi.advanceTimersByTimeAsync(100);
		expect(asked.length).toBeLessThan(4);
		expect(lines.line(89_000)).toBe('line 89000');
	});

	it('is given out whole, from one line to another', async () => {
		more(25_000);
		const lines = new Lines(get);
		expect(await lines.range(3, 24_000)).toEqual(said.slice(2, 24_000));
		expect(await lines.range(24_999, 99_999)).toEqual(said.slice(24_998));
	});
});

describe('a text', () => {
	it('has its lines', () => {
		const text = new TextLines('a\nb\n');
		expect([text.total, text.line(1), text.line(2), text.line(3)]).toEqual([2, 'a', 'b', undefined]);
		expect(new TextLines('').total).toBe(0);
	});
});
