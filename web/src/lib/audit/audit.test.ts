import { describe, expect, it } from 'vitest';
import { meant, told, type AuditEntry } from './audit.ts';

const entry = (given: Partial<AuditEntry>): AuditEntry => ({
	id: 1,
	time: '2026-11-30 12:00:00',
	userId: 1,
	username: 'admin',
	via: 'session',
	address: null,
	verb: 'update',
	kind: 'project',
	objectIds: [7],
	totalObjects: 1,
	details: {},
	...given
});

describe('what was done to', () => {
	it('is a link where it has a page', () => {
		expect(meant(entry({}))).toEqual({ text: 'project', links: [{ text: '7', href: '/projects/7' }], more: 0 });
		expect(meant(entry({ kind: 'periodictask' })).links).toEqual([{ text: '7', href: '/schedules/7' }]);
	});

	it('has no link when it was deleted, or has no page', () => {
		expect(meant(entry({ verb: 'delete' }))).toEqual({ text: 'project 7', links: [], more: 0 });
		expect(meant(entry({ kind: 'session' }))).toEqual({ text: 'session 7', links: [], more: 0 });
		expect(meant(entry({ kind: 'comet' })).text).toBe('comet 7');
	});

	it('are many, of which the first are links, and how many more is said', () => {
		const { text, links, more } = meant(entry({ kind: 'host', objectIds: [1, 2, 3, 4, 5], totalObjects: 1200 }));
		expect([text, links.map((link) => link.href), more]).toEqual([
			'1,200 inventory hosts:',
			['/inventory-hosts/1', '/inventory-hosts/2', '/inventory-hosts/3'],
			1197
		]);
	});
});

describe('details', () => {
	it('are a line of words', () => {
		expect(told({ name: 'site', email: null, is_active: false, last_name: '' })).toBe(
			'name: site, email: none, active: no, last name: none'
		);
		expect(told({ password: true })).toBe('a new password');
		expect(told({ vars: { a: 1 }, ids: [] })).toBe('vars: (a: 1), ids: none');
	});

	it('say to whom what was given', () => {
		const permissions = [
			{ member: 2, member_type: 'user', role: 'EDITOR' },
			{ member: 3, member_type: 'team' }
		];
		expect(told({ permissions })).toBe('permissions: user 2 as editor, team 3');
	});

	it('may be none', () => {
		expect(told({})).toBe('');
	});
});
