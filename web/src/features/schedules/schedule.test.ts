import { describe, expect, it } from 'vitest';
import { changed, created, formOf, missing, newForm, scheduleOf, withDraft, type Schedule } from './schedule.ts';

const task = (more: Partial<Schedule> = {}) =>
	({
		id: 10,
		name: 'nightly',
		type: 'CRONTAB',
		schedule: '30 4 * * *',
		mode: 'site.yml',
		kind: 'PLAYBOOK',
		project: 7,
		inventory: 8,
		save_result: true,
		enabled: true,
		vars: { forks: 8 },
		...more
	}) as Schedule;

describe('what is sent of a new schedule', () => {
	it('of a playbook is all of it', () => {
		const form = { ...newForm(), name: 'nightly', project: 7, playbook: 'site.yml', inventory: 8, vars: { forks: 8 } };
		expect(created(form)).toEqual({
			name: 'nightly',
			kind: 'PLAYBOOK',
			mode: 'site.yml',
			project: 7,
			inventory: 8,
			type: 'CRONTAB',
			schedule: '30 4 * * *',
			save_result: true,
			enabled: true,
			vars: { forks: 8 }
		});
	});

	it('has the name of what it runs where none was typed', () => {
		expect(created({ ...newForm(), playbook: 'site.yml' }).name).toBe('site.yml');
		expect(created({ ...newForm(), kind: 'MODULE', module: 'ping' }).name).toBe('ping');
	});

	it('of a module has its hosts and arguments among the options', () => {
		const form = {
			...newForm(),
			kind: 'MODULE' as const,
			project: 7,
			module: 'ping',
			group: 'web',
			args: 'data=x',
			inventory: 'hosts'
		};
		expect(created(form)).toMatchObject({
			kind: 'MODULE',
			mode: 'ping',
			inventory: 'hosts',
			vars: { group: 'web', args: 'data=x' }
		});
	});

	it('at an interval is seconds, whatever the unit', () => {
		expect(scheduleOf({ ...newForm(), type: 'INTERVAL', every: '90', unit: 'minute' })).toBe('5400');
		expect(scheduleOf({ ...newForm(), type: 'INTERVAL', every: '2', unit: 'day' })).toBe('172800');
		expect(scheduleOf({ ...newForm(), type: 'INTERVAL', every: '', unit: 'day' })).toBe('');
	});

	it('is not sent while something is missing', () => {
		const form = newForm();
		expect(missing(form)).toBe('Choose a project.');
		expect(missing({ ...form, project: 7 })).toBe('Choose a playbook.');
		expect(missing({ ...form, project: 7, playbook: 'a.yml' })).toBe('Choose an inventory.');
		expect(missing({ ...form, project: 7, playbook: 'a.yml', inventory: 8 })).toBeUndefined();
		expect(missing({ ...form, project: 7, playbook: 'a.yml', inventory: 8, type: 'INTERVAL', every: '' })).toBe('Say how often.');
	});
});

describe('what is sent of a changed schedule', () => {
	it('of a crontab is what stands there, with one blank between its fields', () =>
		expect(scheduleOf({ ...newForm(), crontab: ' 30  4 * *   * ' })).toBe('30 4 * * *'));

	it('begins with the crontab as the server reads it, which is no change', () => {
		const odd = task({ schedule: '30  4 *' });
		expect(formOf(odd).crontab).toBe('30 * 4 * *');
		expect(changed({ ...formOf(odd), name: 'other' }, odd)).toEqual({ name: 'other' });
	});

	it('is nothing where nothing is another', () => {
		for (const one of [
			task(),
			task({ type: 'INTERVAL', schedule: '5400' }),
			task({ kind: 'MODULE', mode: 'ping', vars: { group: 'all', args: 'x=1', forks: 2 } as never }),
			task({ kind: 'MODULE', mode: 'ping', vars: {} })
		])
			expect(changed(formOf(one), one)).toBeUndefined();
	});

	it('leaves the clock alone where only the options are others', () => {
		expect(changed({ ...formOf(task()), vars: { forks: 9 } }, task())).toEqual({ vars: { forks: 9 } });
	});

	it('tells type and schedule together', () => {
		expect(changed({ ...formOf(task()), crontab: '0 5 * * *' }, task())).toEqual({ type: 'CRONTAB', schedule: '0 5 * * *' });
	});

	it('sends secrets back as they came', () => {
		const stored = task({ vars: { 'private-key': '[~~ENCRYPTED~~]' } });
		expect(changed({ ...formOf(stored), vars: { ...stored.vars, forks: 3 } }, stored)).toEqual({
			vars: { 'private-key': '[~~ENCRYPTED~~]', forks: 3 }
		});
	});
});

it('takes what a launch has put together', () => {
	const draft = {
		kind: 'MODULE' as const,
		project: 7,
		inventory: 8,
		mode: 'ping',
		vars: { group: 'web', args: 'a=1', forks: 3 },
		lost: []
	};
	expect(withDraft(newForm(), draft)).toMatchObject({
		kind: 'MODULE',
		project: 7,
		inventory: 8,
		module: 'ping',
		group: 'web',
		args: 'a=1',
		vars: { forks: 3 }
	});
});
