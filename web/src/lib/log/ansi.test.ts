import { describe, expect, it } from 'vitest';
import { carried, pieces, places, plain, withFound } from './ansi.ts';

const E = '\x1b[';

describe('a line in colours', () => {
	it('is in pieces, each with its look', () =>
		expect(pieces(`${E}0;32mok: [web1]${E}0m and ${E}1;31mbad${E}0m`)).toEqual([
			{ text: 'ok: [web1]', look: 'ansi-2' },
			{ text: ' and ', look: '' },
			{ text: 'bad', look: 'ansi-1 bold' }
		]));

	it('without any is one piece, and an empty one is none', () => {
		expect(pieces('TASK [x] ***')).toEqual([{ text: 'TASK [x] ***', look: '' }]);
		expect(pieces('')).toEqual([]);
	});

	it('begins as the line before has ended', () => {
		const state = carried('', `${E}33mchanged: {`);
		expect(pieces('  "a": 1', state)).toEqual([{ text: '  "a": 1', look: 'ansi-3' }]);
		expect(carried(state, `}${E}0m`)).toBe('');
	});

	it('keeps what adds up, and begins anew after a reset', () => {
		const state = carried(carried('', `${E}1m`), `${E}31m`);
		expect(pieces('x', state)).toEqual([{ text: 'x', look: 'ansi-1 bold' }]);
		expect(pieces('x', carried(state, `${E}0;32m`))).toEqual([{ text: 'x', look: 'ansi-2' }]);
	});

	it('has bright ones, and of 256 and of 16 million the nearest of those that both themes have', () => {
		const look = (codes: string) => pieces(`${E}${codes}mx`)[0]!.look;
		expect(['91', '38;5;9', '38;5;196', '38;2;30;200;40', '38;5;244', '38;2;250;250;250'].map(look)).toEqual([
			'ansi-9',
			'ansi-9',
			'ansi-9',
			'ansi-2',
			'ansi-7',
			'ansi-15'
		]);
	});

	it('on a ground of a colour has letters that can be read on it', () => {
		expect(pieces(`${E}41;30mx`)[0]!.look).toBe('filled ansi-1');
		expect(pieces(`${E}7;32mx`)[0]!.look).toBe('filled ansi-2');
	});

	it('shows what a terminal would show: no cursor moves, no titles, no bells, of a bar that fills the last', () => {
		expect(plain(`${E}2K${E}1Aone\x07 \x1b]0;title\x07two\x1b]8;;http://x\x1b\\three`)).toBe('one twothree');
		expect(plain('10 %\r 50 %\r100 %')).toBe('100 %');
		expect(plain('10 %\r')).toBe('10 %');
		expect(pieces(`${E}31m1 %\r2 %`)).toEqual([{ text: '2 %', look: 'ansi-1' }]);
	});

	it.each(['\x1b', 'a\x1b', '\x1b[', '\x1b[31', '\x1b[31;', 'a\x1b[?25', '\x1b]0;never ended', `${E}38;5m`, `${E}999mx`])(
		'is not harmed by what is cut off or unknown (%j)',
		(line) => {
			const all = pieces(line)
				.map(({ text }) => text)
				.join('');
			expect(all).not.toContain('\x1b');
			expect(() => plain(line)).not.toThrow();
		}
	);

	it('is never anything but text', () =>
		expect(pieces('<img src=x onerror=alert(1)>')).toEqual([{ text: '<img src=x onerror=alert(1)>', look: '' }]));
});

describe('what is looked for', () => {
	it('is found whatever the letters are, as often as it is there', () =>
		expect(places('Fatal: FATAL fatal', 'fatal')).toEqual([
			[0, 5],
			[7, 12],
			[13, 18]
		]));

	it('is marked over colours, and nothing is lost', () => {
		const line = pieces(`${E}31mUNREA${E}32mCHABLE!${E}0m x`);
		expect(withFound(line, 'unreachable', 'hit')).toEqual([
			{ text: 'UNREA', look: 'ansi-1 hit' },
			{ text: 'CHABLE', look: 'ansi-2 hit' },
			{ text: '!', look: 'ansi-2' },
			{ text: ' x', look: '' }
		]);
	});

	it('is found where letters become more in small', () => expect(places('İstanbul x', 'x')).toEqual([[9, 10]]));
});
