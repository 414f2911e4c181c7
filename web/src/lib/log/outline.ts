/** Plays and tasks of an output, and where in it something failed. */
import type { Schemas } from '../api/client.ts';
import type { Range } from './fold.ts';

export type Mark = Schemas['Outline']['marks'][number];

export interface Section {
	kind: 'play' | 'task' | 'handler' | 'recap';
	/** Its heading's line: stands for the section. */
	line: number;
	/** Infinity: to the end. */
	last: number;
	text: string;
	/** How many failed in it, or were not reached. */
	failures: number;
	/** The play's line, for what is in one. */
	play: number | undefined;
}

const isFailure = ({ kind }: Mark) => kind === 'failed' || kind === 'unreachable';

/** `more` in the order of lines: what is new goes to the end, what is given again is as it is now. */
export function merged(marks: readonly Mark[], more: readonly Mark[]): readonly Mark[] {
	const last = marks.at(-1)?.line ?? 0;
	const again = new Map(more.filter(({ line }) => line <= last).map((mark) => [mark.line, mark]));
	const before = again.size === 0 ? marks : marks.map((mark) => again.get(mark.line) ?? mark);
	return [...before, ...more.filter(({ line }) => line > last)];
}

export function sectionsOf(marks: readonly Mark[]): Section[] {
	const sections: Section[] = [];
	let play: Section | undefined;
	let task: Section | undefined;
	for (const mark of marks) {
		if (isFailure(mark)) {
			if (play) play.failures++;
			if (task) task.failures++;
			continue;
		}
		const { kind, line, text } = mark;
		if (kind === 'ignored' || kind === 'failed' || kind === 'unreachable') continue;
		const inPlay = kind === 'task' || kind === 'handler';
		if (task) task.last = line - 1;
		if (!inPlay && play) play.last = line - 1;
		const section: Section = { kind, line, last: Infinity, text, failures: 0, play: inPlay ? play?.line : undefined };
		sections.push(section);
		if (kind === 'play') play = section;
		else if (kind === 'recap') play = undefined;
		task = inPlay ? section : undefined;
	}
	return sections;
}

const WORDS = { play: 'PLAY', task: 'TASK', handler: 'RUNNING HANDLER', recap: 'PLAY RECAP' };

/** A heading as Ansible writes it, without the stars behind it. */
export const headingText = ({ kind, text }: Section): string => (kind === 'recap' ? WORDS.recap : `${WORDS[kind]} [${text}]`);

/** The lines of failures, in order; those that were ignored are none. */
export const failuresOf = (marks: readonly Mark[]): number[] => marks.filter(isFailure).map(({ line }) => line);

/** What is hidden when the sections with these lines are folded: all but their headings. */
export function hiddenBy(sections: readonly Section[], folded: ReadonlySet<number>): Range[] {
	const hidden: Range[] = [];
	for (const { line, last, play } of sections)
		if (folded.has(line) && last > line && !(play !== undefined && folded.has(play))) hidden.push({ first: line + 1, last });
	return hidden;
}

/** The section in which a line is: the innermost; undefined: before the first. */
export function sectionAt(sections: readonly Section[], line: number): Section | undefined {
	let low = 0;
	let high = sections.length;
	while (low < high) {
		const middle = (low + high) >> 1;
		if (sections[middle]!.line <= line) low = middle + 1;
		else high = middle;
	}
	return sections[low - 1];
}

/** The next of these lines after that one, or with `step` -1 the one before it; at the ends it goes round. */
export function neighbour(lines: readonly number[], from: number, step: 1 | -1): number | undefined {
	const found = step === 1 ? lines.find((line) => line > from) : lines.findLast((line) => line < from);
	return found ?? (step === 1 ? lines[0] : lines.at(-1));
}
