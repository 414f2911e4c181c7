import { describe, expect, it } from 'vitest';
import { ApiError } from '#lib/api/client.ts';
import { emptyRun, type RunDraft } from '#lib/runs/draft.ts';
import { bodyOf, missing, namedBy, narrowedBy, refusalOf, templateOf } from './request.ts';

const playbook: RunDraft = { ...emptyRun(), project: 3, playbook: ' site.yml ', inventory: 13, vars: { check: null, forks: 5 } };
const module: RunDraft = { ...emptyRun(), kind: 'MODULE', project: 3, module: 'ping', inventory: 13, group: 'web*' };

describe('what is sent', () => {
	it('is of a playbook its name, the inventory and the options', () =>
		expect(bodyOf(playbook)).toEqual({ playbook: 'site.yml', inventory: 13, check: null, forks: 5 }));
	it('is of a module also which hosts, and its arguments where it has some', () => {
		expect(bodyOf(module)).toEqual({ module: 'ping', group: 'web*', inventory: 13 });
		expect(bodyOf({ ...module, group: ' ', args: 'data=x' })).toEqual({
			module: 'ping',
			group: 'all',
			args: 'data=x',
			inventory: 13
		});
	});
	it('names hosts of the inventory only where some of them are meant', () => {
		expect(bodyOf({ ...playbook, hosts: ['a'] })).not.toHaveProperty('hosts');
		expect(bodyOf({ ...playbook, where: 'some', hosts: ['a', 'b'] })).toMatchObject({ inventory: 13, hosts: ['a', 'b'] });
	});
	it('has no inventory for hosts by their names alone, whatever was chosen before', () => {
		const body = bodyOf({ ...playbook, where: 'hosts', hosts: ['a'] });
		expect(body).toMatchObject({ hosts: ['a'] });
		expect(body).not.toHaveProperty('inventory');
	});
	it('may be a file of the project', () =>
		expect(bodyOf({ ...playbook, inventory: 'hosts.ini' })).toMatchObject({ inventory: 'hosts.ini' }));
});

describe('what is missing', () => {
	it.each<[string | undefined, RunDraft]>([
		[undefined, playbook],
		['Choose a project.', { ...playbook, project: undefined }],
		['Choose a playbook.', { ...playbook, playbook: ' ' }],
		['Choose a module.', { ...module, module: '' }],
		['Choose an inventory.', { ...playbook, inventory: undefined }],
		['Choose at least one host.', { ...playbook, where: 'some' }],
		['Choose at least one host.', { ...playbook, where: 'hosts', inventory: undefined }],
		[undefined, { ...playbook, where: 'hosts', inventory: undefined, hosts: ['a'] }]
	])('%s', (said, draft) => expect(missing(draft, undefined)).toBe(said));
	it('is a value of an option, once it is known which there are', () => {
		const options = { limit: { type: 'text', help: '', shortopts: [] } } as const;
		expect(missing({ ...playbook, vars: { limit: '' } }, options)).toMatch(/^--limit/);
	});
	it('is another way than some hosts of a file', () =>
		expect(missing({ ...playbook, where: 'some', inventory: 'hosts.ini', hosts: ['a'] }, undefined)).toMatch(/--limit/));
});

it('Ansible narrows the hosts by a limit, and by the pattern of a module', () => {
	expect(narrowedBy(playbook)).toEqual([]);
	expect(narrowedBy({ ...module, vars: { limit: 'db*' } })).toEqual(['the pattern web*', '--limit db*']);
	expect(narrowedBy({ ...playbook, group: 'web*' })).toEqual([]);
});

describe('what was refused', () => {
	const refused = (failed: Error, now = playbook) => refusalOf(failed, playbook, now);
	it('is said as long as it is as it was sent', () => {
		const failed = new ApiError(400, 'x', {
			inventory: 'It has no hosts.',
			argument: 'forks',
			playbook: 'Incorrect argument: No.'
		});
		expect(refused(failed, { ...playbook, playbook: 'other.yml' }).rest).toBe('It has no hosts. --forks: No.');
		expect(refused(failed, { ...playbook, inventory: 14 })).toEqual({ of: {}, option: { forks: 'No.' }, rest: '--forks: No.' });
		expect(refused(failed, { ...playbook, inventory: 14, vars: { check: null } })).toEqual({ of: {}, option: {}, rest: '' });
		expect(refused(new ApiError(403, 'You may not.'), { ...playbook, inventory: 14 }).rest).toBe('You may not.');
	});
	it('stands beside its field', () =>
		expect(refused(new ApiError(400, 'x', { inventory: 'The inventory has no hosts.' }))).toEqual({
			of: { inventory: 'The inventory has no hosts.' },
			option: {},
			rest: 'The inventory has no hosts.'
		}));
	it('stands beside its option, not the playbook', () =>
		expect(
			refused(new ApiError(400, 'x', { playbook: "Incorrect argument: This argument shouldn't have value.", argument: 'check' }))
		).toMatchObject({ of: {}, option: { check: "This argument shouldn't have value." } }));
	it.each([
		['No names of hosts: a:b, x y.', ['a:b', 'x y']],
		['Not in the inventory: a:b and 3 more.', ['a:b']],
		['A run needs at least one host.', []]
	])('names hosts that can be taken out: %s', (said, named) => {
		const refusal = refused(new ApiError(400, said, { hosts: said }));
		expect(namedBy(refusal, ['web-1', 'a:b', 'x y'])).toEqual(named);
	});
	it('is told all the same where it belongs to no field', () =>
		expect(refused(new ApiError(403, 'You may not.'))).toEqual({ of: {}, option: {}, rest: 'You may not.' }));
});

it('a template keeps no hosts by their names', () => {
	expect(templateOf({ ...playbook, where: 'some', hosts: ['a'] })).toEqual({
		kind: 'Task',
		data: { playbook: 'site.yml', vars: { check: null, forks: 5 }, inventory: 13, project: 3 }
	});
	expect(templateOf({ ...module, where: 'hosts', hosts: ['a'] }).data).not.toHaveProperty('inventory');
});
