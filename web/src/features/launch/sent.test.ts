import { describe, expect, it } from 'vitest';
import { emptyRun, type RunDraft } from '#lib/runs/draft.ts';
import { hasItsHosts, isAlike } from './sent.ts';

const draft: RunDraft = {
	...emptyRun(),
	project: 3,
	playbook: 'site.yml',
	inventory: 13,
	sent: '2026-11-30T21:00:00Z',
	after: 85
};
const run = {
	id: 86,
	kind: 'PLAYBOOK' as const,
	mode: 'site.yml',
	project: 3,
	inventory: 13,
	inventory_name: 'prod',
	bare: false
};

describe('a run that was sent without an answer', () => {
	it('is one that is newer than those that I had, of the same on the same inventory', () => {
		expect(isAlike(run, draft)).toBe(true);
		expect(isAlike({ ...run, id: 85 }, draft)).toBe(false);
		expect(isAlike({ ...run, mode: 'other.yml' }, draft)).toBe(false);
		expect(isAlike({ ...run, inventory: 14 }, draft)).toBe(false);
		expect(isAlike({ ...run, inventory: null, inventory_name: null, bare: true }, draft)).toBe(false);
	});

	it('is not known where it is not known which I had', () => expect(isAlike(run, { ...draft, after: undefined })).toBe(false));

	it('of hosts by name is one without an inventory, of a file one on that file', () => {
		const bare = { ...run, inventory: null, inventory_name: null, bare: true };
		expect(isAlike(bare, { ...draft, where: 'hosts' })).toBe(true);
		expect(isAlike({ ...bare, bare: false }, { ...draft, where: 'hosts' })).toBe(false);
		const file = { ...run, inventory: null, inventory_name: 'inv/hosts' };
		expect(isAlike(file, { ...draft, inventory: 'inv/hosts' })).toBe(true);
		expect(isAlike(file, { ...draft, inventory: 'inv/others' })).toBe(false);
	});

	it('has exactly its hosts', () => {
		expect(hasItsHosts(null, draft)).toBe(true);
		expect(hasItsHosts(['a'], draft)).toBe(false);
		const some = { ...draft, where: 'some' as const, hosts: ['a', 'b', 'a'] };
		expect(hasItsHosts(['b', 'a'], some)).toBe(true);
		expect(hasItsHosts(['a', 'c'], some)).toBe(false);
		expect(hasItsHosts(null, some)).toBe(false);
	});
});
