import { describe, expect, it } from 'vitest';
import { failuresOf, hiddenBy, merged, neighbour, sectionAt, sectionsOf, type Mark } from './outline.ts';

const mark = (line: number, kind: Mark['kind'], text = '', host: string | null = null): Mark => ({ line, kind, text, host });
const marks = [
	mark(2, 'play', 'site'),
	mark(4, 'task', 'Gathering Facts'),
	mark(6, 'unreachable', 'no route', 'web2'),
	mark(9, 'task', 'install'),
	mark(10, 'failed', 'no such package', 'web1'),
	mark(11, 'ignored', 'no such file', 'web3'),
	mark(13, 'handler', 'restart'),
	mark(20, 'play', 'db'),
	mark(22, 'task', 'backup'),
	mark(40, 'recap')
];

describe('plays and tasks', () => {
	it('go from their heading to the next, and have the failures in them; what was ignored is none', () =>
		expect(sectionsOf(marks).map(({ kind, line, last, failures, play }) => [kind, line, last, failures, play])).toEqual([
			['play', 2, 19, 2, undefined],
			['task', 4, 8, 1, 2],
			['task', 9, 12, 1, 2],
			['handler', 13, 19, 0, 2],
			['play', 20, 39, 0, undefined],
			['task', 22, 39, 0, 20],
			['recap', 40, Infinity, 0, undefined]
		]));

	it('that go on have no end yet', () =>
		expect(sectionsOf(marks.slice(0, 2)).map(({ last }) => last)).toEqual([Infinity, Infinity]));

	it('are found by a line in them', () => {
		const sections = sectionsOf(marks);
		expect([1, 2, 3, 4, 8, 19, 41].map((line) => sectionAt(sections, line)?.line)).toEqual([undefined, 2, 2, 4, 4, 13, 40]);
	});
});

describe('folding', () => {
	const sections = sectionsOf(marks);
	it('hides all but the heading', () => expect(hiddenBy(sections, new Set([9]))).toEqual([{ first: 10, last: 12 }]));
	it('of a play hides its tasks, folded or not', () =>
		expect(hiddenBy(sections, new Set([2, 9, 22]))).toEqual([
			{ first: 3, last: 19 },
			{ first: 23, last: 39 }
		]));
	it('of all tasks gives ranges in order, none of which touches another', () => {
		const hidden = hiddenBy(sections, new Set([4, 9, 13, 22]));
		hidden.slice(1).forEach(({ first }, i) => expect(first).toBeGreaterThan(hidden[i]!.last + 1));
		expect(hidden).toHaveLength(4);
	});
});

describe('what comes later', () => {
	it('goes to the end', () => expect(merged(marks.slice(0, 3), marks.slice(3))).toEqual(marks));
	it('or is in the place of what was told before: a failure that turned out to be ignored', () => {
		const now = merged(marks, [mark(10, 'ignored'), mark(50, 'play')]);
		expect(now).toHaveLength(marks.length + 1);
		expect(failuresOf(now)).toEqual([6]);
		expect(failuresOf(marks)).toEqual([6, 10]);
	});
});

describe('from failure to failure', () => {
	it('one goes on, back, and round', () =>
		expect([
			neighbour([6, 10, 30], 6, 1),
			neighbour([6, 10, 30], 30, 1),
			neighbour([6, 10, 30], 8, -1),
			neighbour([6, 10, 30], 6, -1),
			neighbour([], 6, 1)
		]).toEqual([10, 6, 6, 30, undefined]));
});
