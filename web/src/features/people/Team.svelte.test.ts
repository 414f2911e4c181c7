import { refusal, server } from '#lib/testing/server.ts';
import { cleanup, render, screen, waitFor } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { session } from '#lib/api/session.svelte.ts';
import { router } from '#lib/router.svelte.ts';
import { anna } from '#lib/testing/session.ts';
import { layOut } from '#lib/testing/window.ts';
import WithQueries from '#lib/testing/WithQueries.svelte';
import './AddMembers.svelte'; // which take their time
import './RemoveMembers.svelte';
import Team from './Team.svelte';
import Users from './Users.svelte';

const user = userEvent.setup();
const users = ['ben', 'cleo', 'dora'].map((username, i) => ({ id: 8 + i, username, is_active: i < 2, is_staff: false }));
const me = { id: 7, username: 'anna', is_active: true, is_staff: false };
let members: number[];
let role: string;
let sent: unknown[];

beforeAll(layOut);
beforeEach(() => {
	session.me = anna; // 7
	router.go('/teams/2');
	role = 'EDITOR';
	members = [7, 8, 9];
	sent = [];
	server.asked = [];
	server.answer = (path, _, body) => {
		if (body) {
			sent.push(body);
			members = (body as { users_list: number[] }).users_list;
		}
		if (path.endsWith('/users/')) return { body: { count: 4, results: [me, ...users] } };
		const all = [me, ...users].filter(({ id }) => members.includes(id));
		return { body: { id: 2, name: 'ops', users_list: members, users: all, owner: { id: 1, username: 'admin' }, role } };
	};
});
afterEach(cleanup);

const show = (component: unknown = Team) => render(WithQueries as never, { component, given: { id: '2' } } as never);
const links = () =>
	screen
		.getAllByRole('row')
		.flatMap((row) => [...row.querySelectorAll('a')])
		.map((link) => [link.textContent, link.getAttribute('href')]);

describe('the members of a team', () => {
	it('are links only where who looks has a page of them', async () => {
		show();
		await screen.findByText('cleo');
		expect(links()).toEqual([['anna', '/me']]);
		session.me = { ...anna, superuser: true };
		await waitFor(() => expect(links()[1]).toEqual(['ben', '/users/8']));
	});

	it('are only looked at by who may not edit it', async () => {
		role = 'EXECUTOR';
		show();
		await screen.findByText('cleo');
		expect(screen.queryAllByRole('checkbox')).toEqual([]);
		expect(screen.queryByRole('button', { name: /Add|Edit|Delete/ })).toBeNull();
	});

	it('are not said to be missing where they are not for who looks', async () => {
		server.answer = () => ({ status: 403, body: refusal(403, 'You may not.') });
		show();
		expect(await screen.findByText('Who is in this team is for its members to see')).toBeTruthy();
	});

	it('are taken out, and who was put in meanwhile stays', async () => {
		show();
		await user.click(await screen.findByRole('checkbox', { name: /cleo/ }));
		members = [7, 8, 9, 10];
		await user.click(screen.getByRole('button', { name: 'Take out of the team' }));
		await user.click(await screen.findByRole('button', { name: 'Take out 1 member' }));
		await waitFor(() => expect(sent).toEqual([{ users_list: [7, 8, 10] }]));
		await waitFor(() => expect(screen.queryByText('cleo')).toBeNull());
		expect(screen.getByText('dora')).toBeTruthy();
	});

	it('are added together, and who was put in meanwhile stays', async () => {
		members = [7];
		show();
		await user.click(await screen.findByRole('button', { name: 'Add members' }));
		for (const name of ['ben', 'cleo']) {
			await user.type(await screen.findByRole('combobox', { name: 'Find users' }), name.slice(0, 2));
			await user.click(await screen.findByRole('option', { name }));
		}
		// Who is in it, or is chosen already, is not offered once more.
		await user.type(screen.getByRole('combobox', { name: 'Find users' }), 'a');
		await screen.findByRole('option', { name: 'dora' });
		expect(screen.getAllByRole('option').map((option) => option.textContent)).toEqual(['dora']);
		members = [7, 10];
		await user.click(screen.getByRole('button', { name: 'Add 2 members' }));
		await waitFor(() => expect(sent).toEqual([{ users_list: [7, 10, 8, 9] }]));
	});
});

it('of the users each sees a page of his own, and only a superuser has one of all, and makes new ones', async () => {
	show(Users);
	await screen.findByText('cleo');
	expect(links()).toEqual([['anna', '/me']]);
	expect(screen.queryByRole('button', { name: 'New user' })).toBeNull();
	session.me = { ...anna, superuser: true };
	await waitFor(() => expect(links()).toHaveLength(4));
	expect(links()[0]).toEqual(['anna', '/users/7']);
	expect(screen.getByRole('button', { name: 'New user' })).toBeTruthy();
});
