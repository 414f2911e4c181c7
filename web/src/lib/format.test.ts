import { describe, expect, it } from 'vitest';
import { count, countOf, percent } from './format.ts';

describe('figures', () => {
	it('have commas', () => expect(count(1234567)).toBe('1,234,567'));
	it('agree with their nouns', () =>
		expect([countOf(1, 'labor'), countOf(2, 'labor'), countOf(0, 'labor')]).toEqual(['1 labor', '2 labors', '0 labors']));
	it.each([
		[0, 0, '0 %'],
		[0, 9, '0 %'],
		[9, 9, '100 %'],
		[1, 100000, '0.1 %'],
		[99999, 100000, '99.9 %'],
		[1, 2, '50.0 %'],
		[1, 3, '33.3 %'],
		[1, 30, '3.3 %']
	])('%i of %i are %s', (part, whole, text) => expect(percent(part, whole)).toBe(text));
});
