import { describe, expect, it } from 'vitest';
import { readVariables, readYaml, writeYaml } from './yaml.ts';

const why = (text: string) => {
	try {
		readVariables(text);
	} catch (error) {
		return (error as Error).message;
	}
	return undefined;
};

const ALL = {
	...{
		text: '5',
		yes: 'yes',
		off: 'off',
		colon: 'a: b',
		day: '2026-11-30',
		time: '12:30:45',
		octal: '0o17',
		tilde: '~',
		empty: ''
	},
	...{ lines: 'a\nb\n', blank: ' x ', whole: 12, part: 0.5, true: true, false: false, nothing: null, list: [1, 'a', null, []] },
	...{ map: { a: { b: [true] } }, none: {}, mask: '[~~ENCRYPTED~~]' }
};

describe('YAML', () => {
	it('has all values as they were, written and read again', () => {
		expect(readVariables(writeYaml(ALL), ALL).value).toEqual(ALL);
	});

	it('is read as Ansible reads it: yes and on are true, y is a text, a day stays one', () => {
		expect(readYaml('a: yes\nb: on\nc: y\nd: 2026-11-30\ne: 0x1f\nf: "yes"\n').value).toEqual({
			...{ a: true, b: true, c: 'y', d: '2026-11-30', e: 31, f: 'yes' }
		});
	});

	it('has for numbers what Python takes for some, and texts otherwise', () => {
		expect(readYaml('a: 1e3\nb: 1.5e3\nc: 1.5e+3\nd: 08\ne: -.5\nf: 01:30\ng: 1:30\nh: 017\ni: 1_000\nj: -0.5\n').value).toEqual({
			...{ a: '1e3', b: '1.5e3', c: 1500, d: '08', e: '-.5', f: '01:30', g: 90, h: 15, i: 1000, j: -0.5 }
		});
		const numbers = { a: 1e21, b: 1e-7, c: -1.5e-9, d: 0.1, e: 5e-324, f: '1e3', g: '1e+21', h: '1.0e+21', i: '08' };
		expect(readVariables(writeYaml(numbers), numbers).value).toEqual(numbers);
		expect(writeYaml(numbers)).toContain('a: 1.0e+21\nb: 1.0e-7\n');
	});

	it('may have anchors and what is merged', () => {
		expect(readYaml('a: &x {b: 1}\nc:\n  <<: *x\n  d: 2\n').value).toEqual({ a: { b: 1 }, c: { b: 1, d: 2 } });
	});

	it('of nothing has no variables', () => {
		expect(readVariables('')).toEqual({ value: {}, comments: false });
		expect(writeYaml({})).toBe('');
	});

	it('says that it has comments, wherever they are', () => {
		expect(readVariables('a: 1\n').comments).toBe(false);
		expect(readVariables('a: "# none"\n').comments).toBe(false);
		for (const text of ['# first\na: 1\n', 'a: 1 # there\n', 'a:\n  - 1\n  # in it\n  - 2\n', 'a: 1\n# last\n', '# alone\n'])
			expect(readVariables(text).comments, text).toBe(true);
	});

	it('that is wrong says where', () => {
		expect(why('a: 1\nb: [1\n')).toMatch(/^Line 2: /);
		expect(why('a: 1\nb: 2\na: 3\n')).toBe('Line 3: this name is there already.');
		expect(why('a: 1\nb: !vault x\n')).toMatch(/^Line 2: .*!vault/);
		expect(why('a: 1\n5: x\n')).toBe('Line 2: a name must be text: put it into quotes.');
	});

	it('has no names that are lists or maps, as braces without quotes would be', () => {
		expect(why('a: 1\nb: {{ c }}\n')).toBe('Line 2: a map can’t be a name: put {{ … }} into quotes.');
		expect(why('a:\n  b:\n    ? [1]\n    : 2\n')).toMatch(/^Line 3: a name must be text/);
		expect(why('a:\n  80: http\n')).toBe('Line 2: a name must be text: put it into quotes.');
	});

	it('that can’t be understood says so in words of those who write it', () => {
		expect(why('a: 1\n---\nb: 2\n')).toBe('Line 2: a second document begins here, and one is all there can be.');
		expect(why('a: &x\n  - 1\n  - *x\n')).toBe('Line 3: what holds itself never ends.');
		expect(why('a: 1\nb: *x\n')).toBe('Line 2: there is no &x before it.');
		const laughs =
			'a: &a [x,x,x,x,x,x,x,x,x]\n' +
			[...'bcdefg']
				.map(
					(c, i) =>
						`${c}: &${c} [${Array(9)
							.fill('*' + 'abcdef'[i])
							.join()}]\n`
				)
				.join('');
		expect(why(laughs)).toBe('Line 1: its aliases mean more than can be read.');
	});

	it('keeps a hidden value only where there is one, and has the names of variables', () => {
		expect(() => readVariables('a: "[~~ENCRYPTED~~]"\n', { a: 1 })).toThrow('Line 1: a has no hidden value that could be kept.');
		expect(readVariables('a: "[~~ENCRYPTED~~]"\n', { a: '[~~ENCRYPTED~~]' }).value).toEqual({ a: '[~~ENCRYPTED~~]' });
		expect(why('a: 1\nb c: 2\n')).toMatch(/^Line 2: A name has letters/);
	});

	it('that is no map, or has what JSON has not, is refused', () => {
		expect(why('- a\n')).toBe('Line 1: it should be a map: name: value in each line.');
		expect(why('just text')).toBe('Line 1: it should be a map: name: value in each line.');
		expect(why('a: {b: .nan}\n')).toBe('Line 1: there is no such number in JSON.');
		for (const text of ['12345678901234567890', '0.1234567890123456789', '[1, 2.00000000000000000001]', '1.0e+400', '1.0e-400'])
			expect(why(`b: 1\na: ${text}\n`), text).toBe('Line 2: more figures than a number keeps: put it into quotes.');
		// As it came, it is kept: the server has all its figures.
		const huge = { a: Number('12345678901234567890') };
		expect(readVariables(writeYaml(huge), huge).value).toEqual(huge);
	});
});
