import { describe, expect, it } from 'vitest';
import { emptyRun } from '#lib/runs/draft.ts';
import { linkOf, ofRun, ofTemplate, patternOf, withHosts, withLink, type Ran } from './prefill.ts';

const link = (text: string) => linkOf(new URLSearchParams(text));
const ran: Ran = {
	kind: 'PLAYBOOK',
	mode: 'site.yml',
	project: 3,
	inventory: 13,
	inventory_name: 'prod',
	hosts: null,
	execute_args: { forks: 5, 'private-key': '[~~ENCRYPTED~~]' },
	raw_args: 'ansible-playbook site.yml -i /tmp/x -v'
};

describe('a link', () => {
	it('may name nothing', () => expect(link('by=query')).toBeUndefined());
	it('names project, playbook and inventory', () =>
		expect(withLink(emptyRun(), link('project=3&playbook=site.yml&inventory=13')!)).toMatchObject({
			kind: 'PLAYBOOK',
			project: 3,
			playbook: 'site.yml',
			inventory: 13
		}));
	it('may name a module, and a file', () =>
		expect(withLink(emptyRun(), link('module=ping&inventory=inv/hosts')!)).toMatchObject({
			kind: 'MODULE',
			module: 'ping',
			inventory: 'inv/hosts'
		}));
});

describe('hosts that are handed over', () => {
	it('are by their names alone where there is no inventory', () =>
		expect(withHosts(emptyRun(), ['a', 'b', 'a'])).toMatchObject({ where: 'hosts', hosts: ['a', 'b'] }));
	it('are some of the inventory where there is one', () =>
		expect(withHosts({ ...emptyRun(), inventory: 13 }, ['a'])).toMatchObject({ where: 'some', hosts: ['a'] }));
});

describe('the same as a run', () => {
	it('is all of its inventory, with what its secrets were to be typed anew', () =>
		expect(ofRun(ran)).toEqual({
			draft: { ...emptyRun(), project: 3, playbook: 'site.yml', inventory: 13, vars: { forks: 5 }, lost: ['private-key'] },
			notes: []
		}));
	it('is only on the hosts on which it failed', () =>
		expect(ofRun(ran, ['web-2', 'web-9']).draft).toMatchObject({ where: 'some', inventory: 13, hosts: ['web-2', 'web-9'] }));
	it('is on the same hosts where these were named', () =>
		expect(ofRun({ ...ran, hosts: ['a'] }).draft).toMatchObject({ where: 'some', hosts: ['a'] }));
	it('is on bare hosts where there was no inventory', () =>
		expect(ofRun({ ...ran, inventory: null, inventory_name: null, bare: true, hosts: ['a', 'b'] }, ['b']).draft).toMatchObject({
			where: 'hosts',
			inventory: undefined,
			hosts: ['b']
		}));
	it('narrows a file by its limit', () => {
		const file = { ...ran, inventory: null, inventory_name: 'inv/hosts', execute_args: { limit: 'web*' } };
		expect(ofRun(file).draft).toMatchObject({ where: 'inventory', inventory: 'inv/hosts', vars: { limit: 'web*' } });
		expect(ofRun(file, ['web-2', 'web-9']).draft).toMatchObject({
			where: 'inventory',
			inventory: 'inv/hosts',
			hosts: [],
			vars: { limit: 'web-2,web-9' }
		});
	});
	it('is never on all hosts where none has failed', () => {
		const { draft, notes } = ofRun(ran, []);
		expect(draft).toMatchObject({ where: 'some', hosts: [] });
		expect(notes.join()).toContain('no host');
	});
	it('says that its inventory is gone', () => {
		const gone = { ...ran, inventory: null, inventory_name: null };
		expect(ofRun(gone).notes.join()).toContain('choose another one');
		expect(ofRun(gone).draft).toMatchObject({ where: 'inventory', inventory: undefined });
	});
	it('never becomes one on hosts by their names alone because its inventory is gone', () => {
		const gone = { ...ran, inventory: null, inventory_name: null, bare: false };
		for (const again of [ofRun(gone, ['a']), ofRun({ ...gone, hosts: ['a'] })]) {
			expect(again.draft).toMatchObject({ where: 'some', inventory: undefined, hosts: ['a'] });
			expect(again.notes.join()).toContain('Its inventory was deleted');
		}
	});
	it('has the pattern of a module by its command line', () => {
		const adhoc = {
			...ran,
			kind: 'MODULE' as const,
			mode: 'shell',
			execute_args: { args: 'uptime' },
			raw_args: 'ansible web*:!web-7 -i /tmp/x -v'
		};
		expect(ofRun(adhoc).draft).toMatchObject({ kind: 'MODULE', module: 'shell', group: 'web*:!web-7', args: 'uptime', vars: {} });
		expect(patternOf('')).toBe('all');
	});
});

describe('a template', () => {
	it('of a playbook', () =>
		expect(
			ofTemplate({ kind: 'Task', data: { playbook: 'site.yml', vars: { forks: 8 }, inventory: 13, project: 3 } as never })
		).toEqual({
			...emptyRun(),
			project: 3,
			playbook: 'site.yml',
			inventory: 13,
			vars: { forks: 8 }
		}));
	it('of a schedule that runs a module has its group and arguments among the options', () =>
		expect(
			ofTemplate({
				kind: 'PeriodicTask',
				data: { kind: 'MODULE', mode: 'shell', vars: { group: 'db', args: 'uptime', become: null } } as never
			})
		).toMatchObject({ kind: 'MODULE', module: 'shell', group: 'db', args: 'uptime', vars: { become: null } }));
	it('of a host runs nothing', () => expect(ofTemplate({ kind: 'Host', data: {} })).toBeUndefined());
});
