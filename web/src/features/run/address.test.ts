import { describe, expect, it } from 'vitest';
import { hashOf, marked, rangeOf } from './address.ts';

describe('an address that points at lines', () => {
	it.each([
		['#L12', { first: 12, last: 12 }],
		['#L12-40', { first: 12, last: 40 }],
		['#L40-L12', { first: 12, last: 40 }]
	])('%s', (hash, range) => {
		expect(rangeOf(hash)).toEqual(range);
		expect(rangeOf(hashOf(range))).toEqual(range);
	});

	it.each(['', '#', '#L', '#L0', '#12', '#L1x', '#main'])('%s points at none', (hash) => expect(rangeOf(hash)).toBeUndefined());
});

describe('a press on a number', () => {
	const some = { first: 10, last: 12 };
	it('marks the line', () => expect(marked(some, 20, false)).toEqual({ first: 20, last: 20 }));
	it('with Shift goes on to it, down or up', () =>
		expect([marked(some, 20, true), marked(some, 3, true)]).toEqual([
			{ first: 10, last: 20 },
			{ first: 3, last: 12 }
		]));
	it('marks no longer what alone is marked', () => expect(marked({ first: 5, last: 5 }, 5, false)).toBeUndefined());
	it('with Shift is as without it, where nothing is marked', () =>
		expect(marked(undefined, 5, true)).toEqual({ first: 5, last: 5 }));
});
