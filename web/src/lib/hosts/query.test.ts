import { describe, expect, it } from 'vitest';
import { narrowed, placeAt, put, quoted, refusal, type Place } from './query.ts';

/** The place at the bar in the text. */
function at(marked: string): Place {
	const cursor = marked.indexOf('|');
	return placeAt(marked.replace('|', ''), cursor);
}
const told = (marked: string) => {
	const place = at(marked);
	return place.kind === 'none'
		? 'none'
		: `${place.kind} ${place.from}-${place.to} ${place.kind === 'value' ? place.key + ' ' : ''}${place.word}`;
};

describe('at the cursor stands', () => {
	it.each([
		['a host or a condition, where nothing is yet', '|', 'term 0-0 '],
		['its beginning', 'ow|', 'term 0-2 ow'],
		['all of a word, if the cursor is within it', 'o|wn', 'term 0-3 o'],
		['one behind a joiner', 'web1 and gr|', 'term 9-11 gr'],
		['one behind a comma', 'web1,w|', 'term 5-6 w'],
		['one behind not', 'not |', 'term 4-4 '],
		['one behind a parenthesis', '(|', 'term 1-1 '],
		['one before a parenthesis closes', '(a or |)', 'term 6-6 '],
		['the value of a key', 'owner=te|', 'value 6-8 owner te'],
		['a value where none is yet', 'owner=|', 'value 6-6 owner '],
		['a value apart from its sign', 'owner = te|', 'value 8-10 owner te'],
		['a value that is not to be', 'owner!=te|', 'value 7-9 owner te'],
		['a value between quotes', 'owner="a b|"', 'value 6-11 owner a b'],
		['a value behind a quote that is open', "owner='a |", 'value 6-9 owner a '],
		['the value of a key in other words', 'HOST=w|', 'value 5-6 name w'],
		['the value of a tag', 'dc=am|', 'value 3-5 dc am'],
		['what joins, behind a host', 'web1 |', 'joiner 5-5 '],
		['what joins, behind a condition', 'owner=anna a|', 'joiner 11-12 a'],
		['what joins, behind a parenthesis', '(web1) o|', 'joiner 7-8 o'],
		['what joins, behind a regular expression', 'name~^db(1, 2)$ |', 'joiner 16-16 '],
		['nothing to be chosen in a regular expression', 'name~^w|', 'none'],
		['nothing to be chosen in a name between quotes', '"we|', 'none'],
		['nothing to be chosen right behind a value in quotes', 'owner="a b"|', 'none'],
		['nothing to be chosen right behind a parenthesis', '(web1)|', 'none']
	])('%s', (_, marked, place) => expect(told(marked)).toBe(place));

	it('wherever it is in a long query, something of it or nothing', () => {
		const query = `not (web* or "a b", dc!~^(a|f)) and owner = 'x y' and tag="q\\"r" or ==, ) and`;
		for (let cursor = 0; cursor <= query.length; cursor++) {
			const place = placeAt(query, cursor);
			if (place.kind !== 'none') expect(place.from <= cursor && cursor <= Math.max(place.to, cursor)).toBe(true);
		}
	});
});

describe('what is chosen', () => {
	const choose = (marked: string, text: string, more = false) => {
		const place = at(marked);
		if (place.kind === 'none') throw new Error('nothing to choose');
		const { text: query, cursor } = put(marked.replace('|', ''), place, text, more);
		return query.slice(0, cursor) + '|' + query.slice(cursor);
	};

	it('takes the place of the word', () => expect(choose('ow| and web1', 'owner=', true)).toBe('owner=| and web1'));
	it('has a blank behind it if something may follow', () => expect(choose('owner=te|', 'team-web')).toBe('owner=team-web |'));
	it('but no second one', () => expect(choose('(owner=te|) and web1', 'team-web')).toBe('(owner=team-web|) and web1'));
	it('takes the place of a value with its quotes', () => expect(choose('owner="a b|"', '"a b c"')).toBe('owner="a b c" |'));
});

describe('a value', () => {
	it.each(['team-web', 'anna@example.com', 'dc+1', 'größe'])('needs no quotes: %s', (text) => expect(quoted(text)).toBe(text));
	it.each([
		['a b', '"a b"'],
		['and', '"and"'],
		['a*', '"a*"'],
		['dc=ams', '"dc=ams"'],
		['say "x\\y"', '"say \\"x\\\\y\\""'],
		['', '""']
	])('needs quotes: %s', (text, written) => expect(quoted(text)).toBe(written));
});

describe('a query narrowed to letters of names', () => {
	it('is these alone where there is no query', () => expect(narrowed(' ', 'web-0')).toBe('name~"(?i)web-0"'));
	it('holds both', () => expect(narrowed('a or b', 'x')).toBe('(a or b) and name~"(?i)x"'));
	it('is the query alone without letters', () => expect(narrowed('a or b', '')).toBe('a or b'));
	it('takes letters for what they are', () => expect(narrowed('', 'a.b"\\')).toBe('name~"(?i)a\\\\.b\\"\\\\\\\\"'));
});

describe('a refusal marks', () => {
	it.each([
		['hostQuery: column 7: the value is missing', 'owner=', ['the value is missing', 'owner=', '', '', 6]],
		['hostQuery: column 6: expected and', 'web1 web2, web3', ['expected and', 'web1 ', 'web2', ', web3', 5]],
		['hostQuery: column 3: x', 'ü 😀|b', ['x', 'ü ', '😀|b', '', 2]],
		['hostQuery: column 1: not opened', ') a', ['not opened', '', ')', ' a', 0]],
		['hostQuery: column 99: x', 'a', ['x', 'a', '', '', 1]]
	])('%s', (message, query, [why, before, mark, after, from]) =>
		expect(refusal(message, query as string)).toEqual({ why, before, mark, after, at: from })
	);
	it('nothing where it has no place', () => expect(refusal('The server does not answer.', 'a')).toBeUndefined());
});
