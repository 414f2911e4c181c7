import { describe, expect, it } from 'vitest';
import { cleaned, fromLines, patternText, toLines } from './patterns.ts';

describe('a pattern of events', () => {
	it('is said in words', () => {
		expect(patternText({ category: 'reboot', state: 'completed' })).toBe('reboot completed');
		expect(patternText({ category: 'reboot' })).toBe('any reboot');
		expect(patternText({ state: 'completed' })).toBe('completed of anything');
	});

	it('is sent once, without blanks, and not where it names nothing', () => {
		expect(
			cleaned([
				{ category: ' reboot ', state: '' },
				{ category: '', state: ' ' },
				{ category: 'reboot' },
				{ state: 'failed' },
				{}
			])
		).toEqual([{ category: 'reboot' }, { state: 'failed' }]);
	});
});

it('recipients have a line each, and come back as they were', () => {
	expect(toLines('https://a.example | https://b.example')).toBe('https://a.example\nhttps://b.example');
	expect(fromLines(' https://a.example \n\n https://b.example\n')).toBe('https://a.example | https://b.example');
});
