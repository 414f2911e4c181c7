import { describe, expect, it } from 'vitest';
import { formatOf, lineOf, textOf, toldImport } from './import.ts';

describe('the format of an inventory', () => {
	it('is what the file’s name says', () => {
		expect(formatOf('[web]\n', 'hosts.yml')).toBe('yaml');
		expect(formatOf('all:\n', 'hosts.ini')).toBe('ini');
	});

	it('is seen from the first line that says something', () => {
		expect(formatOf('# ours\n\nall:\n  hosts:\n', 'hosts')).toBe('yaml');
		expect(formatOf('---\nall: {}\n')).toBe('yaml');
		expect(formatOf('; ours\n[web]\nweb-1\n')).toBe('ini');
		expect(formatOf('web-1 ansible_host=10.0.0.1\n')).toBe('ini');
		expect(formatOf('web:22 a=1\n')).toBe('ini');
		expect(formatOf('')).toBe('ini');
	});
});

it('a file that is not UTF-8 is none, and of one that is the lines end in one way', () => {
	const bytes = (...all: number[]) => new Uint8Array(all).buffer;
	expect(textOf(bytes(0x61, 0xe9, 0x0a))).toBeUndefined();
	expect(textOf(bytes(0xef, 0xbb, 0xbf, 0x61, 0xc3, 0xa9, 0x0d, 0x0a, 0x62))).toBe('aé\nb');
});

it('a refusal’s line is shown with its text', () => {
	const text = '[web]\nweb-1 a = b\n';
	expect(lineOf("Ansible can't read the text, line 2: Expected key=value.", text)).toEqual({ line: 2, text: 'web-1 a = b' });
	expect(lineOf("Ansible can't read the text: The text is empty.", text)).toBeUndefined();
});

describe('what an import would make', () => {
	const found = {
		dry_run: true,
		name: 'x',
		hosts: 3,
		groups: 1,
		variables: 4,
		secrets: 0,
		left_out: 0,
		new_machines: [],
		split: []
	};

	it('is said in a sentence where there is nothing special', () => {
		expect(toldImport(found)).toEqual(['3 hosts and 1 group with 4 variables.', 'The fleet knows all these machines.']);
	});

	it('is said without what there is none of', () => {
		expect(toldImport({ ...found, groups: 0 })[0]).toBe('3 hosts with 4 variables.');
		expect(toldImport({ ...found, hosts: 0 })).toEqual(['1 group with 4 variables.']);
	});

	it('is said with its secrets, with what is left out, and which groups are split', () => {
		expect(toldImport({ ...found, secrets: 1, left_out: 2, split: ['top'], new_machines: ['web3'] })).toEqual([
			'3 hosts and 1 group with 4 variables.',
			'1 of them is a secret: kept sealed, and not shown again.',
			'2 variables are left out: the text has only [~~ENCRYPTED~~] for them.',
			'1 group has both hosts and groups, and becomes two, the hosts going to NAME.hosts: top.',
			'1 machine is new to the fleet: web3.'
		]);
	});
});
