import { describe, expect, it } from 'vitest';
import { matcher } from './search.ts';

describe('what is searched for', () => {
	it.each([
		['reboot web', true],
		['  WEB ', true],
		['web disk', false],
		['', true]
	])('"%s" is in a text with all its words, in whatever order: %s', (search, found) =>
		expect(matcher(search)('Web-1: needs a Reboot')).toBe(found)
	);
});
