import { describe, expect, it } from 'vitest';
import { grantOf, keeps, onlyGranted, reasonsOf, wayOf, type Access, type Entry } from './access.ts';

const entry = (member: number, role: Entry['role'], by: Entry['by']): Entry => ({
	member,
	member_type: 'user',
	name: `user ${member}`,
	role,
	by
});
const access = (...entries: Entry[]): Access => ({
	role: 'OWNER',
	owner: { id: 1, username: 'admin' },
	superusers: 1,
	access: entries
});

describe('an owner who is one no more', () => {
	it('keeps what was granted to him', () => {
		expect(keeps(access(entry(1, 'OWNER', [{ kind: 'owner' }, { kind: 'grant', role: 'EDITOR' }])), 1)).toBe('EDITOR');
	});

	it('still sees what he sees by something else', () => {
		expect(keeps(access(entry(1, 'OWNER', [{ kind: 'owner' }, { kind: 'project', id: 3, name: 'site' }])), 1)).toBe('EXECUTOR');
	});

	it('keeps nothing where there was nothing else', () => {
		expect(keeps(access(entry(1, 'OWNER', [{ kind: 'owner' }])), 1)).toBeUndefined();
	});
});

it('a grant is found among other reasons, and what is left without it is known', () => {
	const both = entry(2, 'EDITOR', [
		{ kind: 'project', id: 3, name: 'site' },
		{ kind: 'grant', role: 'EDITOR' }
	]);
	expect([grantOf(both), onlyGranted(both)]).toEqual(['EDITOR', false]);
	expect(onlyGranted(entry(2, 'EDITOR', [{ kind: 'grant', role: 'EDITOR' }]))).toBe(true);
	expect(grantOf(entry(2, 'EXECUTOR', [{ kind: 'template', id: 3, name: null }]))).toBeUndefined();
});

it('each reason is said in words, that of a thing with its page', () => {
	expect(wayOf({ kind: 'owner' })).toEqual({ text: 'owns it' });
	expect(wayOf({ kind: 'members' })).toEqual({ text: 'its members see it' });
	expect(wayOf({ kind: 'grant', role: 'MASTER' })).toEqual({ text: 'given as master' });
	expect(wayOf({ kind: 'project', id: 3, name: 'site' })).toEqual({ text: 'site', kind: 'project', id: 3 });
	expect(wayOf({ kind: 'inventory', id: 3, name: null })).toEqual({ text: 'by an inventory that you don’t see' });
});

it('of many reasons a few are said, and of an owner only that he is one', () => {
	const ways = [1, 2, 3, 4, 5].map((id) => ({ kind: 'project' as const, id, name: `site ${id}` }));
	expect(reasonsOf(entry(2, 'EXECUTOR', ways.slice(0, 4)))).toEqual({ reasons: ways.slice(0, 4), more: false });
	expect(reasonsOf(entry(2, 'EXECUTOR', ways))).toEqual({ reasons: ways.slice(0, 4), more: true });
	expect(reasonsOf(entry(2, 'OWNER', [{ kind: 'owner' }, ...ways]))).toEqual({ reasons: [{ kind: 'owner' }], more: false });
});
