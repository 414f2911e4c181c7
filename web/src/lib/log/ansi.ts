/** Colours of a terminal: what a line says, in pieces of one look, named by classes (log.css): never as HTML. */
import { createAnsiSequenceParser, type Color } from 'ansi-sequence-parser';

export interface Piece {
	text: string;
	/** Of log.css; none: as the log's text is. */
	look: string;
}

const ESC = '\x1b';
/* eslint-disable no-control-regex -- what a terminal is told are control characters */
const COLOUR = /\x1b\[([\d;]*)m/g;
// What moves the cursor, names windows and the like: OSC, CSI other than colours, two-letter escapes, bells and other controls.
const OTHER =
	/\x1b[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\)?|\x1b\[(?![\d;]*m)[0-?]*[ -/]*[@-~]?|\x1b[^[\]PX^_]|\x1b$|[\x00-\x08\x0b\x0c\x0e-\x1a\x1c-\x1f\x7f-\x9f]/g;
const CONTROL = /[\x00-\x08\x0a-\x1f\x7f-\x9f]/;
/* eslint-enable no-control-regex */

/** What a terminal would show of it, with its colours. Of a line that was written again and again (a bar that fills) the last. */
function settled(line: string): string {
	if (!CONTROL.test(line)) return line;
	let text = line.replace(/[\r\n]+$/, '').replace(OTHER, '');
	const again = text.lastIndexOf('\r');
	if (again >= 0) text = carried('', text.slice(0, again)) + text.slice(again + 1);
	return text;
}

/** The line as words alone. */
export function plain(line: string): string {
	const text = settled(line);
	return text.includes(ESC) ? text.replace(COLOUR, '') : text;
}

/** The colours that hold at the end of a line, if `before` held at its beginning: as a terminal would be told them. */
export function carried(before: string, line: string): string {
	if (!line.includes(ESC)) return before;
	let state = before;
	for (const [whole, codes] of line.matchAll(COLOUR)) {
		if (/^0*$/.test(codes!)) state = '';
		else if (/^0*;/.test(codes!) || state.length > 100) state = whole;
		else state += whole;
	}
	return state;
}

const NAMES = ['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white'];

/** Which of the sixteen colours that both themes have: others would be illegible in one of them. */
function numberOf(color: Color): number {
	if (color.type === 'named') {
		const bright = color.name.startsWith('bright');
		return NAMES.indexOf(bright ? color.name.slice(6).toLowerCase() : color.name) + (bright ? 8 : 0);
	}
	if (color.type === 'rgb') return nearest(...color.rgb);
	if (color.index < 16) return color.index;
	if (color.index >= 232) return nearest(...rgb(8 + 10 * (color.index - 232)));
	const at = color.index - 16;
	const level = (n: number) => (n === 0 ? 0 : 55 + 40 * n);
	return nearest(level(Math.floor(at / 36)), level(Math.floor(at / 6) % 6), level(at % 6));
}

const rgb = (grey: number): [number, number, number] => [grey, grey, grey];

function nearest(red: number, green: number, blue: number): number {
	const most = Math.max(red, green, blue);
	const least = Math.min(red, green, blue);
	if (most - least < 48) return most < 64 ? 0 : most < 128 ? 8 : most < 200 ? 7 : 15;
	const middle = (most + least) / 2;
	return (red > middle ? 1 : 0) + (green > middle ? 2 : 0) + (blue > middle ? 4 : 0) + (most > 220 ? 8 : 0);
}

/** A line in pieces; `before`: the colours that hold at its beginning. */
export function pieces(line: string, before = ''): Piece[] {
	const text = before + settled(line);
	if (!text.includes(ESC)) return text === '' ? [] : [{ text, look: '' }];
	return createAnsiSequenceParser()
		.parse(text)
		.map(({ value, foreground, background, decorations }) => {
			const looks: string[] = [];
			const turned = decorations.has('reverse') !== (background !== null);
			// Letters of one colour on a ground of another may be illegible: a ground is filled, and the letters are cut out of it.
			const color = background ?? foreground;
			if (turned) looks.push('filled');
			if (color) looks.push(`ansi-${numberOf(color)}`);
			for (const one of ['bold', 'dim', 'italic', 'underline', 'strikethrough'] as const)
				if (decorations.has(one)) looks.push(one);
			return { text: value.replaceAll(ESC, ''), look: looks.join(' ') };
		});
}

/** Where `wanted` is in the text, whatever the letters' case: pairs of beginning and end. */
export function places(text: string, wanted: string): [number, number][] {
	if (wanted === '') return [];
	let here = text.toLowerCase();
	let looked = wanted.toLowerCase();
	// In some languages letters become more: then the case counts.
	if (here.length !== text.length || looked.length !== wanted.length) [here, looked] = [text, wanted];
	const found: [number, number][] = [];
	for (let at = here.indexOf(looked); at >= 0; at = here.indexOf(looked, at + looked.length))
		found.push([at, at + looked.length]);
	return found;
}

/** The same pieces, cut where what is looked for begins and ends; `hit` is the look of it. */
export function withFound(all: readonly Piece[], wanted: string, hit: string): Piece[] {
	const found = places(all.map(({ text }) => text).join(''), wanted);
	if (found.length === 0) return [...all];
	const cut: Piece[] = [];
	let from = 0;
	let next = 0;
	for (const { text, look } of all) {
		const to = from + text.length;
		for (let at = from; at < to;) {
			while (next < found.length && found[next]![1] <= at) next++;
			const [begins, ends] = found[next] ?? [Infinity, Infinity];
			const inside = at >= begins;
			const until = Math.min(to, inside ? ends : begins);
			cut.push({ text: text.slice(at - from, until - from), look: inside ? `${look} ${hit}`.trim() : look });
			at = until;
		}
		from = to;
	}
	return cut;
}
