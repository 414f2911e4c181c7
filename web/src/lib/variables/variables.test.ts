import { describe, expect, it } from 'vitest';
import { MASK } from '../hidden.ts';
import { emptyRow, isWhole, merged, readJson, retyped, rowsOf, TOO_LONG, valuesOf, type Row } from './variables.ts';

const read = (text: string): unknown => JSON.parse(text);
const told = (rows: readonly Row[]) => valuesOf(rows, read);
const typed = (name: string, type: Row['type'], text: string): Row => ({ ...emptyRow(name, type), text });
const wrongs = (rows: readonly Row[]) => [...told(rows).wrong.values()];

const ALL = {
	ansible_ssh_pass: MASK,
	text: '5',
	empty: '',
	whole: 12,
	part: 0.5,
	yes: true,
	no: false,
	nothing: null,
	list: [1, 'a', null],
	map: { a: { b: [true] } }
};

describe('variables', () => {
	it('come back as they were where nobody touched them, also a number of more figures than are kept', () => {
		const all = { ...ALL, huge: Number('12345678901234567890') };
		expect(told(rowsOf(all))).toEqual({ values: all, wrong: new Map() });
	});

	it('keep their types when they are typed anew', () => {
		const rows = rowsOf(ALL).map(({ was: _, ...row }) => row);
		expect(told(rows.filter((row) => row.name !== 'ansible_ssh_pass')).values).toEqual({ ...ALL, ansible_ssh_pass: undefined });
	});

	it('change their type by a choice, and what is typed stays as far as it can', () => {
		const text = typed('a', 'text', '12');
		expect(told([retyped(text, 'number')]).values).toEqual({ a: 12 });
		expect(told([retyped(typed('a', 'text', 'yes'), 'boolean')]).values).toEqual({ a: true });
		expect(told([retyped(text, 'null')]).values).toEqual({ a: null });
		expect(told([retyped(typed('a', 'text', '[1]'), 'data')]).values).toEqual({ a: [1] });
	});

	it('with one name twice are refused, and so are names that Ansible does not know as such', () => {
		const rows = [typed('a', 'text', '1'), typed('a', 'text', '2'), typed('1a', 'text', '3'), typed('', 'text', '4')];
		expect(told(rows).values).toEqual({ a: '1' });
		expect(wrongs(rows).map(({ name }) => name)).toEqual([
			'There is one of this name already.',
			'A name has letters, digits, _ . and -, no more than 128, the first a letter or _.',
			'It needs a name.'
		]);
	});

	it('that are no numbers, lists or maps say so', () => {
		const value = (row: Row) => wrongs([row])[0]?.value;
		expect(value(typed('a', 'number', '1e'))).toMatch(/no number/);
		expect(value(typed('a', 'number', '007'))).toMatch(/no number/);
		expect(value(typed('a', 'number', '12345678901234567890'))).toBe(TOO_LONG);
		expect(value(typed('a', 'data', '"text"'))).toMatch(/no list or map/);
		expect(value(typed('a', 'data', ''))).toMatch(/no list or map/);
		expect(value(typed('a', 'text', MASK))).toMatch(/stands for a hidden value/);
		expect(value(typed('a', 'number', '-1.5e3'))).toBeUndefined();
	});

	it('that nobody has begun with are passed over', () => {
		expect(told([emptyRow(), typed('a', 'text', '')])).toEqual({ values: { a: '' }, wrong: new Map() });
	});

	it('out of a text keep what was hidden, and are new where they differ', () => {
		const rows = rowsOf({ ansible_ssh_pass: MASK, text: 6 }, ALL);
		expect(rows.map((row) => row.was?.value)).toEqual([MASK, undefined]);
	});
});

describe('a number', () => {
	it('is kept with all its figures, or refused', () => {
		for (const text of ['0', '-0', '1.50', '15e-1', '0.1', '9007199254740991', '1e3', '0.000', '5e-324'])
			expect(isWhole(text), text).toBe(true);
		for (const text of [
			'9223372036854775808',
			'0.1234567890123456789',
			'1e400',
			'1e-400',
			'3.14159265358979323846',
			'-9007199254740993'
		])
			expect(isWhole(text), text).toBe(false);
	});

	it('in a list or a map is no other', () => {
		expect(readJson('{"a": [1.5, "12345678901234567890 \\" 1e999"], "b": -2e3}')).toEqual({
			...{ a: [1.5, '12345678901234567890 " 1e999'], b: -2000 }
		});
		expect(() => readJson('{"a": [0.1234567890123456789]}')).toThrow(TOO_LONG);
	});
});

describe('what is sent', () => {
	const { yes: _, ...left } = { ...ALL, whole: 13, part: 0.5, list: [1, 'a'], fresh: 'x', ansible_ssh_pass: 'typed' };

	it('is the mask for what has not changed, so that the server keeps what it has', () => {
		expect(merged(ALL, left, ALL)).toEqual({
			vars: {
				...{ ansible_ssh_pass: 'typed', text: MASK, empty: MASK, whole: 13, part: MASK, no: MASK },
				...{ nothing: MASK, list: [1, 'a'], map: MASK, fresh: 'x' }
			},
			kept: [],
			lost: []
		});
	});

	it('leaves what somebody else has added, changed or removed meanwhile as it is', () => {
		const { empty: __, ...others } = { ...ALL, text: '6', theirs: 1 };
		const { vars, kept, lost } = merged(ALL, left, others);
		expect(vars).toMatchObject({ text: MASK, theirs: MASK, whole: 13, fresh: 'x' });
		expect(vars).not.toHaveProperty('empty');
		expect(vars).not.toHaveProperty('yes');
		expect([kept.sort(), lost]).toEqual([['empty', 'text', 'theirs'], []]);
	});

	it('says what both have changed, each in another way', () => {
		const { nothing: __, ...others } = { ...ALL, whole: 14, yes: 'yes', part: 0.25, fresh: 'x' };
		const { vars, kept, lost } = merged(ALL, { ...left, part: 0.25, nothing: 'some' }, others);
		expect(lost.sort()).toEqual(['nothing', 'whole', 'yes']);
		expect(kept).toEqual([]);
		expect(vars).toMatchObject({ whole: 13, part: MASK, fresh: MASK, nothing: 'some' });
	});
});
