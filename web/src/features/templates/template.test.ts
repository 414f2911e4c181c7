import { describe, expect, it } from 'vitest';
import { changeOf, dataOf, formOf, newForm, notRunnable, scheduleDraftOf, type Template } from './template.ts';

const data: Record<string, Record<string, unknown>> = {
	Task: { playbook: 'site.yml', vars: { forks: 8 }, inventory: 13, project: 3 },
	Module: { module: 'shell', group: 'web*', args: 'uptime', vars: { become: null }, inventory: 'inv/hosts', project: 3 },
	PeriodicTask: {
		kind: 'MODULE',
		mode: 'ping',
		type: 'INTERVAL',
		schedule: '60',
		name: 'look',
		vars: { group: 'db' },
		inventory: 13,
		project: 3
	},
	Host: { name: 'web-1', vars: { ansible_user: 'root' } },
	Group: { name: 'web', vars: {}, children: true }
};
const template = (kind: string) => ({ id: 1, name: 'x', kind, data: data[kind] }) as unknown as Template;

describe('a template', () => {
	it.each(Object.keys(data))('of kind %s is sent as it came', (kind) =>
		expect(dataOf(formOf(template(kind)))).toEqual(data[kind])
	);
	it('that nobody has changed is not sent', () => expect(changeOf(formOf(template('Task')), template('Task'))).toBeUndefined());
	it('that has another name sends that alone', () =>
		expect(changeOf({ ...formOf(template('Task')), name: 'y' }, template('Task'))).toEqual({ name: 'y' }));
	it('that has another kind sends all that this kind has', () =>
		expect(changeOf({ ...formOf(template('Task')), kind: 'Module', module: 'ping' }, template('Task'))).toEqual({
			kind: 'Module',
			data: { module: 'ping', group: 'all', args: '', vars: { forks: 8 }, inventory: 13, project: 3 }
		}));
	it('needs a project and an inventory to be run by itself', () => {
		expect(notRunnable(formOf(template('Task')))).toBeUndefined();
		expect(notRunnable({ ...newForm('Task'), project: 3, playbook: 'x.yml' })).toBe('It has no inventory.');
		expect(notRunnable(formOf(template('Host')))).toBe('It runs nothing.');
	});
	it('of a schedule begins one, with when it is run and what it is called', () =>
		expect(scheduleDraftOf(formOf(template('PeriodicTask')))).toEqual({
			kind: 'MODULE',
			mode: 'ping',
			project: 3,
			inventory: 13,
			vars: { group: 'db' },
			lost: [],
			type: 'INTERVAL',
			schedule: '60',
			name: 'look'
		}));
	it('of an old schedule has its playbook under either name', () =>
		expect(formOf({ name: 'x', kind: 'PeriodicTask', data: { playbook: 'a.yml' } as never }).playbook).toBe('a.yml'));
});
