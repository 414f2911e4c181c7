import { describe, expect, it } from 'vitest';
import { LineStore, type Row } from './store.ts';

const rows = (first: number, last: number, text = (n: number) => `line ${n}`): Row[] =>
	Array.from({ length: last - first + 1 }, (_, i) => ({ line_number: first + i, line: text(first + i) }));

describe('lines by their numbers', () => {
	it('are here or not, and how many there are is known all the same', () => {
		const store = new LineStore();
		store.reach(5000);
		store.add(rows(4801, 5000));
		expect([store.total, store.line(4801), store.line(4800), store.line(5001)]).toEqual([
			5000,
			'line 4801',
			undefined,
			undefined
		]);
	});

	it('are asked for by blocks, and of one that is here in part what it lacks', () => {
		const store = new LineStore();
		store.reach(5000);
		store.add(rows(4801, 5000));
		expect(store.missing([10, 11, 999, 1000])).toEqual([{ after: 0, limit: 1000 }]);
		expect(store.missing([1000, 1001])).toEqual([
			{ after: 0, limit: 1000 },
			{ after: 1000, limit: 1000 }
		]);
		expect(store.missing([4999])).toEqual([{ after: 4000, limit: 800 }]);
		store.add(rows(4001, 4800));
		expect(store.missing([4001, 5000])).toEqual([]);
	});

	it('that come later are asked for where they were not told in full', () => {
		const store = new LineStore();
		store.add(rows(1, 500));
		store.reach(900);
		expect(store.missing([500])).toEqual([{ after: 500, limit: 400 }]);
	});

	it('are neither lost nor doubled, in whatever parts they come', () => {
		const store = new LineStore();
		store.add(rows(1, 700));
		store.add(rows(650, 1400));
		store.add(rows(2001, 2100));
		store.add(rows(1401, 2000));
		const text = Array.from({ length: 2100 }, (_, i) => store.line(i + 1));
		expect(text).toEqual(rows(1, 2100).map(({ line }) => line));
		expect(store.characters).toBe(text.join('').length);
		expect(store.total).toBe(2100);
	});

	it('never become fewer', () => {
		const store = new LineStore();
		store.reach(100);
		store.reach(40);
		expect(store.total).toBe(100);
	});
});

describe('memory', () => {
	it('is bounded: what is farthest from what is in sight goes first, what is in sight stays', () => {
		const store = new LineStore(30_000);
		const ten = () => '0123456789';
		for (let block = 0; block < 10; block++) {
			store.add(rows(block * 1000 + 1, block * 1000 + 1000, ten));
			store.keepNear([5500]);
		}
		expect(store.characters).toBe(30_000);
		expect(store.line(5500)).toBe('0123456789');
		expect(store.line(1)).toBeUndefined();
		expect(store.line(10_000)).toBeUndefined();
		expect(store.total).toBe(10_000);
	});

	it('that was freed is asked for again', () => {
		const store = new LineStore(1);
		store.add(rows(1, 3000));
		store.keepNear([2500]);
		expect(store.missing([1])).toEqual([{ after: 0, limit: 1000 }]);
		expect(store.missing([2500])).toEqual([]);
	});
});

describe('colours', () => {
	it('go on over the ends of lines and of blocks', () => {
		const store = new LineStore();
		store.add(rows(1, 1000, (n) => (n === 999 ? '\x1b[31mred' : 'x')));
		store.add(rows(1001, 1002, (n) => (n === 1001 ? 'still \x1b[0mno more' : 'x\x1b[1m')));
		expect([999, 1000, 1001, 1002].map((n) => store.colours(n))).toEqual(['', '\x1b[31m', '\x1b[31m', '']);
	});

	it('go on also into blocks, and parts of them, that were here before, or have none themselves', () => {
		const store = new LineStore();
		store.add(rows(1001, 2500));
		store.add(rows(1, 1000, (n) => (n === 1000 ? '\x1b[31mred' : 'x')));
		store.add(rows(2501, 2600));
		expect([1000, 1001, 2001, 2600].map((n) => store.colours(n))).toEqual(['', '\x1b[31m', '\x1b[31m', '\x1b[31m']);
	});
});
