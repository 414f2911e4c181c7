import { describe, expect, it } from 'vitest';
import { MASK } from '../hidden.ts';
import { firstWrong, inUse, isSecret, numberOf, offered, said, unmasked, wrong, type Options } from './arguments.ts';

const option = (type: Options[string]['type'], help = '', ...shortopts: string[]) => ({ type, help, shortopts });
const options: Options = {
	forks: option('integer', 'number of parallel processes', 'f'),
	check: option('boolean', "don't make any changes", 'C'),
	limit: option('text', 'further limit selected hosts', 'l'),
	'flush-cache': option('boolean', 'clear the fact cache'),
	'private-key': option('keyfile', 'authenticate the connection'),
	'vault-password-file': option('textfile', 'vault password file'),
	'extra-vars': option('text', 'additional variables', 'e'),
	args: option('text', 'module arguments', 'a'),
	help: option('boolean', 'show this help message and exit', 'h')
};
const all = () => true;

describe('options of a run', () => {
	it('are offered with what most want first, and without those that have fields of their own or run nothing', () =>
		expect(offered(options, {}, all)).toEqual(['limit', 'check', 'private-key', 'forks', 'flush-cache', 'vault-password-file']));
	it('are not offered twice', () => expect(offered(options, { limit: 'web', check: null }, all)).not.toContain('limit'));
	it('are found by what they do', () => expect(offered(options, {}, (text) => text.includes('parallel'))).toEqual(['forks']));
	it('stand in the order in which they were added, variables apart', () =>
		expect(inUse({ check: null, 'extra-vars': {}, forks: 5, group: 'all', args: 'x' })).toEqual(['check', 'forks']));
	it('are said as on a command line', () => expect(said('forks', options['forks'])).toBe('--forks, -f'));
});

describe('what is wrong with an option', () => {
	it.each([
		['check', null, undefined],
		['check', '', undefined],
		['check', true, 'It takes no value.'],
		['forks', 5, undefined],
		['forks', '12', undefined],
		['forks', 'abc', 'That is no whole number.'],
		['forks', -3, 'It takes 1 or more.'],
		['forks', 0, 'It takes 1 or more.'],
		['forks', '', 'Give it a value, or take it out.'],
		['limit', 'web*', undefined],
		['limit', null, 'Give it a value, or take it out.'],
		['vault-password-file', MASK, undefined],
		['new-vault-id', 'x', 'The installed Ansible does not have it: take it out.'],
		['group', 'all', undefined]
	])('%s=%j: %s', (name, value, why) => expect(wrong(name, value, options)).toBe(why));
	it('is a number below what Ansible takes', () => {
		const others = { timeout: option('integer') };
		expect(wrong('timeout', -1, others)).toBe('It takes 0 or more.');
		expect(wrong('timeout', 0, others)).toBeUndefined();
	});
	it('is told of the first, with its name', () =>
		expect(firstWrong({ check: null, limit: ' ' }, options)).toMatch(/^--limit: Give/));
});

describe('a secret', () => {
	it.each(['private-key', 'key-file', 'vault-password-file', 'become-password-file', 'conn-pass-file'])('is %s', (name) =>
		expect(isSecret(name, 'x')).toBe(true)
	);
	it.each(['user', 'become-user', 'vault-id', 'limit'])('is not %s', (name) => expect(isSecret(name, 'x')).toBe(false));
	it('may be among the variables, however deep', () => {
		expect(isSecret('extra-vars', { db: { admin_password: 'x' } })).toBe(true);
		expect(isSecret('extra-vars', 'ansible_become_pass=x')).toBe(true);
		expect(isSecret('extra-vars', { AWS_SECRET_ACCESS_KEY: 'x' })).toBe(true);
		expect(isSecret('extra-vars', 'db_password_prod=x')).toBe(true);
		expect(isSecret('extra-vars', { version: '1.2', keys: 3 })).toBe(false);
	});
	it('that is masked is not sent anew, and is told', () =>
		expect(unmasked({ forks: 5, 'private-key': MASK })).toEqual({ vars: { forks: 5 }, lost: ['private-key'] }));
});

it.each([
	['12', 12],
	[' 3 ', 3],
	['', ''],
	['1e3', '1e3']
])('a number that is typed as %j is sent as %j', (text, value) => expect(numberOf(text)).toBe(value));
