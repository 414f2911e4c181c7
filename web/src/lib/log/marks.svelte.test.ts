import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Marks } from './marks.svelte.ts';
import type { Mark } from './outline.ts';

const LIMIT = 3;
let all: Mark[];
let total: number;
let asked: number[];
let fails: boolean;
const mark = (line: number, kind: Mark['kind']): Mark => ({ line, kind, text: '', host: null });
const get = (after: number) => {
	asked.push(after);
	if (fails) return Promise.reject(new Error('away'));
	const found = all.filter(({ line }) => line > after).slice(0, LIMIT);
	return Promise.resolve({ upto: found.length === LIMIT ? found.at(-1)!.line : total, marks: found });
};

beforeEach(() => {
	vi.useFakeTimers();
	[all, total, asked, fails] = [[], 0, [], false];
});
afterEach(() => vi.useRealTimers());

describe('plays, tasks and failures', () => {
	it('that are many come in parts, one at once after the other, and then no more is asked', async () => {
		total = 1000;
		all = Array.from({ length: 10 }, (_, i) => mark(100 * i + 1, 'task'));
		const marks = new Marks(get);
		marks.start(
			() => total,
			() => true
		);
		await vi.advanceTimersByTimeAsync(0);
		expect([marks.sections.length, marks.known, marks.upto]).toEqual([10, true, 1000]);
		expect(asked).toEqual([0, 201, 501, 801]);
		await vi.advanceTimersByTimeAsync(60_000);
		expect(asked).toHaveLength(4);
	});

	it('that come later come within two seconds, and only what is new is asked for', async () => {
		const marks = new Marks(get);
		marks.start(
			() => total,
			() => false
		);
		await vi.advanceTimersByTimeAsync(0);
		all = [mark(2, 'play'), mark(5, 'failed')];
		total = 7;
		await vi.advanceTimersByTimeAsync(2000);
		expect([marks.failures, marks.upto]).toEqual([[5], 7]);
		await vi.advanceTimersByTimeAsync(20_000);
		expect(asked).toEqual([0, 0]);
		total = 9;
		all = [...all, mark(8, 'task')];
		await vi.advanceTimersByTimeAsync(2000);
		expect(marks.sections.map(({ line }) => line)).toEqual([2, 8]);
		expect(asked).toEqual([0, 0, 7]);
	});

	it('that can not be had are asked for again, and it is said why', async () => {
		fails = true;
		const marks = new Marks(get);
		const stop = marks.start(
			() => 5,
			() => false
		);
		await vi.advanceTimersByTimeAsync(0);
		expect(marks.failed?.message).toBe('away');
		fails = false;
		total = 5;
		await vi.advanceTimersByTimeAsync(5000);
		expect([marks.failed, marks.upto]).toEqual([undefined, 5]);
		stop();
	});
});
