import { server } from '#lib/testing/server.ts';
import { cleanup, render, screen, waitFor, within } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { session } from '#lib/api/session.svelte.ts';
import { anna } from '#lib/testing/session.ts';
import WithQueries from '#lib/testing/WithQueries.svelte';
import type { Access, Entry } from './access.ts';
import type { Role } from './role.ts';
import Rights from './Rights.svelte';

let role: Role;
let access: Entry[];
let sent: unknown[];
const user = userEvent.setup();
const entry = (
	member: number,
	name: string,
	entryRole: Role,
	by: Entry['by'],
	member_type: Entry['member_type'] = 'user'
): Entry => ({
	member,
	member_type,
	name,
	role: entryRole,
	by
});

beforeEach(() => {
	session.me = anna; // 7
	role = 'MASTER';
	access = [
		entry(1, 'admin', 'OWNER', [{ kind: 'owner' }]),
		entry(7, 'anna', 'MASTER', [{ kind: 'grant', role: 'MASTER' }]),
		entry(2, 'ops', 'EDITOR', [{ kind: 'grant', role: 'EDITOR' }], 'team'),
		entry(8, 'ben', 'EXECUTOR', [{ kind: 'project', id: 3, name: 'site' }])
	];
	sent = [];
	server.asked = [];
	server.answer = (path, query, body) => {
		if (path.endsWith('/access/'))
			return { body: { role, owner: { id: 1, username: 'admin' }, superusers: 2, access } satisfies Access };
		if (path.endsWith('/users/'))
			return {
				body: {
					count: 2,
					results: [
						{ id: 8, username: 'ben' },
						{ id: 9, username: 'cleo' }
					]
				}
			};
		if (path.endsWith('/teams/')) return { body: { count: 1, results: [{ id: 2, name: 'ops' }] } };
		sent.push(body);
		return { body: path.endsWith('/owner/') ? { detail: 'Owner changed' } : [] };
	};
});
afterEach(cleanup);

async function show() {
	const given = { open: true, kind: 'inventory', id: 5, name: 'fleet' };
	render(WithQueries as never, { component: Rights, given } as never);
	await screen.findByText('ben');
}
const row = (name: string) => within(screen.getByText(name, { selector: '.who' }).closest('tr')!);
const writes = () => server.asked.filter((asked) => /^(POST|PUT|DELETE|PATCH) /.test(asked));
/** A name in the box that offers users. */
async function pick(label: string, name: string) {
	await user.type(screen.getByRole('combobox', { name: label }), name.slice(0, 2));
	await user.click(await screen.findByRole('option', { name }));
}

describe('who only sees it', () => {
	it.each(['EXECUTOR', 'EDITOR'] as const)('as %s sees who may what and why, and is offered nothing to change', async (mine) => {
		role = mine;
		await show();
		expect(screen.getByText('by project', { exact: false }).textContent).toContain('by project site');
		expect(screen.getByRole('link', { name: 'site' }).getAttribute('href')).toBe('/projects/3');
		expect(screen.queryAllByRole('combobox')).toEqual([]);
		expect(screen.getAllByRole('button').map((button) => button.getAttribute('aria-label') ?? button.textContent)).toEqual([
			'Close'
		]);
	});
});

describe('a master', () => {
	it('gives another role, and takes what was given, but not what comes by something else, nor the owner’s', async () => {
		await show();
		expect(screen.queryByRole('button', { name: 'Change owner' })).toBeNull();
		expect(row('ben').queryByRole('button')).toBeNull();
		expect(row('admin').queryByRole('combobox')).toBeNull();
		await user.selectOptions(row('ops').getByRole('combobox'), 'MASTER');
		await waitFor(() => expect(sent).toEqual([[{ member: 2, member_type: 'team', role: 'MASTER' }]]));
		await user.click(row('ops').getByRole('button', { name: 'Take what was given to ops' }));
		await waitFor(() => expect(sent[1]).toEqual([{ member: 2, member_type: 'team' }]));
		expect(writes()).toEqual(['POST /polemarch/inventories/5/permissions/', 'DELETE /polemarch/inventories/5/permissions/']);
	});

	it('sees the role that is there after another one was refused', async () => {
		await show();
		const before = server.answer;
		server.answer = (path, query, body) =>
			path.endsWith('/permissions/') ? { status: 403, body: { detail: 'You may not.' } } : before(path, query, body);
		const role = row('ops').getByRole<HTMLSelectElement>('combobox');
		await user.selectOptions(role, 'MASTER');
		await screen.findByText('You may not.');
		await waitFor(() => expect(role.value).toBe('EDITOR'));
	});

	it('is asked once more before he takes his own', async () => {
		await show();
		await user.click(row('anna').getByRole('button'));
		expect(sent).toEqual([]);
		expect(screen.getByRole('alert').textContent).toContain('you yourself no longer see it');
		await user.click(screen.getByRole('button', { name: 'Take my own access' }));
		await waitFor(() => expect(sent).toEqual([[{ member: 7, member_type: 'user' }]]));
	});

	it('is asked once more before he lowers his own, and keeps it if he does not agree', async () => {
		await show();
		const mine = row('anna').getByRole<HTMLSelectElement>('combobox');
		await user.selectOptions(mine, 'EXECUTOR');
		expect(sent).toEqual([]);
		expect(mine.value).toBe('MASTER');
		await user.click(screen.getByRole('button', { name: 'Keep it' }));
		expect(screen.queryByRole('alert')).toBeNull();
		await user.selectOptions(mine, 'EDITOR');
		await user.click(screen.getByRole('button', { name: 'Make me an editor' }));
		await waitFor(() => expect(sent).toEqual([[{ member: 7, member_type: 'user', role: 'EDITOR' }]]));
	});

	it('who may not see it any more is shown nothing of it, and no button', async () => {
		await show();
		server.answer = () => ({ status: 403, body: { detail: 'You do not have permission.' } });
		await user.selectOptions(row('ops').getByRole('combobox'), 'MASTER');
		expect(await screen.findByText('You may not see who may what with it')).toBeTruthy();
		expect(screen.queryByText('ben')).toBeNull();
		expect(screen.getAllByRole('button')).toHaveLength(1); // that closes it
	});

	it('does not lose the focus by taking or giving', async () => {
		await show();
		const before = server.answer;
		server.answer = (path, query, body) => {
			if (path.endsWith('/permissions/')) access = access.filter(({ name }) => name !== 'ops');
			return before(path, query, body);
		};
		await user.click(row('ops').getByRole('button'));
		await waitFor(() => expect(screen.queryByText('ops')).toBeNull());
		await waitFor(() => expect(document.activeElement?.className).toMatch(/^scroll-x/));
		await pick('Give access to', 'cleo');
		await user.click(screen.getByRole('button', { name: 'Give access' }));
		await waitFor(() => expect(document.activeElement).toBe(screen.getByRole('combobox', { name: 'Give access to' })));
	});

	it('gives access to whom the server finds, but not to who has it already', async () => {
		await show();
		await user.type(screen.getByRole('combobox', { name: 'Give access to' }), 'cl');
		await screen.findByRole('option', { name: 'cleo' });
		expect(screen.queryByRole('option', { name: /ops/ })).toBeNull();
		await user.click(screen.getByRole('option', { name: 'cleo' }));
		await user.selectOptions(screen.getByLabelText('Role'), 'EDITOR');
		await user.click(screen.getByRole('button', { name: 'Give access' }));
		await waitFor(() => expect(sent).toEqual([[{ member: 9, member_type: 'user', role: 'EDITOR' }]]));
	});
});

describe('an owner', () => {
	beforeEach(() => {
		role = 'OWNER';
		session.me = { ...anna, userId: 1 };
	});

	it('makes somebody else the owner only after he was told what he keeps', async () => {
		await show();
		await user.click(screen.getByRole('button', { name: 'Change owner' }));
		await pick('New owner', 'cleo');
		expect(screen.getByText(/You keep nothing/)).toBeTruthy();
		expect(sent).toEqual([]);
		await user.click(screen.getByRole('button', { name: 'Make cleo the owner' }));
		await waitFor(() => expect(sent).toEqual([9]));
		expect(writes()).toEqual(['PUT /polemarch/inventories/5/owner/']);
	});
});
