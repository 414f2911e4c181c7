/** The language of host queries (fcgi-app/lib/hostquery.h), as far as a box to type one needs it: what is being typed at the cursor,
 * how a value is written, which place a refusal means. Whether a query is right, and which hosts it means, the server says. */

const QUOTES = `"'`;
const SIGNS = '=~!';
const BLANKS = ' \t\r\n';
const JOINERS = ['and', 'or', 'not'];

/** What a key says of a host; all others are tags such as dc=ams. */
export const keys = [
	{ key: 'name', about: 'the host’s name, also web* or web?' },
	{ key: 'owner', about: 'who owns it' },
	{ key: 'tag', about: 'one of its tags' },
	{ key: 'group', about: 'a tag, or a group of an inventory' },
	{ key: 'labor', about: 'category-state of an open labor' },
	{ key: 'quest', about: 'the number of a quest it takes part in' }
] as const;

const meant: Record<string, string> = { host: 'name', hostname: 'name' };

/** What stands at the cursor. `from` and `to` are what a choice takes the place of; `word` what is typed of it up to the cursor. */
export type Place =
	| { kind: 'term'; from: number; to: number; word: string }
	| { kind: 'value'; from: number; to: number; word: string; key: string }
	| { kind: 'joiner'; from: number; to: number; word: string }
	| { kind: 'none' };

const isOneOf = (letter: string | undefined, set: string) => letter !== undefined && set.includes(letter);

/** Up to the first of these letters. */
function span(text: string, at: number, until: string): number {
	while (at < text.length && !until.includes(text[at]!)) at++;
	return at;
}

/** Behind what is between quotes; the text's end where nobody closed them. */
function pastQuote(text: string, open: number): number {
	let at = open + 1;
	while (at < text.length && text[at] !== text[open])
		at += text[at] === '\\' && (text[at + 1] === text[open] || text[at + 1] === '\\') ? 2 : 1;
	return Math.min(at + 1, text.length);
}

/** Behind a regular expression: brackets within it hold together what is between them. */
function pastRegex(text: string, at: number): number {
	let depth = 0;
	for (; at < text.length && !isOneOf(text[at], BLANKS + QUOTES); at++) {
		if (text[at] === '\\') at++;
		else if ('([{'.includes(text[at]!)) depth++;
		else if (depth > 0 && ')]}'.includes(text[at]!)) depth--;
		else if (depth === 0 && (text[at] === ',' || text[at] === ')')) break;
	}
	return Math.min(at, text.length);
}

/** Whether a host or a condition comes next, or what joins them, at the cursor. */
export function placeAt(text: string, cursor: number): Place {
	let at = 0;
	let joins = false;
	for (;;) {
		const from = at;
		while (at < text.length && isOneOf(text[at], BLANKS)) at++;
		if (at >= text.length || at > cursor || (at === cursor && isOneOf(text[at], '(),'))) {
			// Between two words, or behind the last one: a name that goes on is a word of its own only after a blank.
			const begin = Math.min(cursor, at);
			return joins && begin === from ? { kind: 'none' } : { kind: joins ? 'joiner' : 'term', from: begin, to: begin, word: '' };
		}
		const letter = text[at]!;
		if (letter === '(' || letter === ',') {
			joins = false;
			at++;
			continue;
		}
		if (letter === ')') {
			joins = true;
			at++;
			continue;
		}
		if (isOneOf(letter, QUOTES)) {
			const end = pastQuote(text, at);
			if (cursor < end || (cursor === end && !closed(text, at, end))) return { kind: 'none' };
			joins = true;
			at = end;
			continue;
		}
		const end = span(text, at, BLANKS + QUOTES + SIGNS + '(),');
		const word = text.slice(at, end);
		if (end === at) return { kind: 'none' }; // a sign without a key: the server will say so
		const joiner = JOINERS.includes(word.toLowerCase());
		if (cursor <= end) return { kind: joins ? 'joiner' : 'term', from: at, to: end, word: text.slice(at, cursor) };
		if (joiner && !isOneOf(text[end], SIGNS)) {
			joins = false;
			at = end;
			continue;
		}
		at = end;
		let sign = at;
		while (sign < text.length && isOneOf(text[sign], BLANKS)) sign++;
		const operator = /^(!=|!~|=|~)/.exec(text.slice(sign, sign + 2))?.[0];
		if (operator === undefined) {
			joins = true;
			continue;
		}
		let value = sign + operator.length;
		if (cursor < value) return { kind: 'none' };
		while (value < text.length && value < cursor && isOneOf(text[value], BLANKS)) value++;
		const quoted = isOneOf(text[value], QUOTES);
		const past = quoted
			? pastQuote(text, value)
			: operator.endsWith('~')
				? pastRegex(text, value)
				: span(text, value, BLANKS + QUOTES + '(),');
		if (cursor < past || (cursor === past && !(quoted && closed(text, value, past)))) {
			if (operator.endsWith('~')) return { kind: 'none' };
			const key = meant[word.toLowerCase()] ?? (keys.some((one) => one.key === word.toLowerCase()) ? word.toLowerCase() : word);
			return { kind: 'value', from: value, to: past, word: text.slice(value + (quoted ? 1 : 0), cursor), key };
		}
		joins = true;
		at = past;
	}
}

const closed = (text: string, open: number, end: number) => end - open >= 2 && text[end - 1] === text[open];

/** A text as a value or a name: in quotes where it would mean something else without. */
export function quoted(text: string): string {
	const bare = /^[\p{L}\p{N}._\-:/@+%]+$/u.test(text) && !JOINERS.includes(text.toLowerCase());
	return bare ? text : `"${text.replace(/["\\]/g, '\\$&')}"`;
}

/** A tag as a condition. One such as dc=ams is a condition as it is, unless its key means something else. */
export function tagTerm(tag: string): string {
	const [, key, value] = /^([A-Za-z_][A-Za-z0-9_.-]*)=(.+)$/s.exec(tag) ?? [];
	const own =
		key !== undefined &&
		!meant[key.toLowerCase()] &&
		!JOINERS.includes(key.toLowerCase()) &&
		!keys.some((one) => one.key === key.toLowerCase());
	return own ? `${key}=${quoted(value!)}` : `tag=${quoted(tag)}`;
}

/** The query with what was chosen in its place, and where the cursor goes. A condition that has its value gets a blank behind it. */
export function put(
	text: string,
	place: Exclude<Place, { kind: 'none' }>,
	chosen: string,
	more: boolean
): { text: string; cursor: number } {
	const behind = text.slice(place.to);
	const added = chosen + (more || /^[\s),]/.test(behind) ? '' : ' ');
	return { text: text.slice(0, place.from) + added + behind, cursor: place.from + added.length };
}

/** Hosts whose name holds these letters, in any case, among those of a query, if there is one. */
export function narrowed(query: string, letters: string): string {
	if (letters === '') return query;
	const name = `name~${quotedPattern(letters)}`;
	return query.trim() === '' ? name : `(${query}) and ${name}`;
}

function quotedPattern(letters: string): string {
	const pattern = '(?i)' + letters.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
	return `"${pattern.replace(/["\\]/g, '\\$&')}"`;
}

const OF_WORD = /[^\s(),"'=~!]/;

/** "hostQuery: column 7: the value is missing", taken apart: the query around the word that is meant. Columns count characters, from 1. */
export function refusal(
	message: string,
	query: string
): { why: string; before: string; mark: string; after: string; at: number } | undefined {
	const found = /^hostQuery: column (\d+): (.*)$/s.exec(message);
	if (!found) return undefined;
	const letters = [...query];
	const column = Math.min(Number(found[1]), letters.length + 1) - 1;
	let end = column + 1;
	if (OF_WORD.test(letters[column] ?? ' ')) while (end < letters.length && OF_WORD.test(letters[end]!)) end++;
	const before = letters.slice(0, column).join('');
	return {
		why: found[2]!,
		before,
		mark: letters.slice(column, end).join(''),
		after: letters.slice(end).join(''),
		at: before.length
	};
}
