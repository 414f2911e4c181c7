import { server } from '#lib/testing/server.ts';
import { cleanup, render, screen, waitFor } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { session } from '#lib/api/session.svelte.ts';
import { router } from '#lib/router.svelte.ts';
import { anna } from '#lib/testing/session.ts';
import WithQueries from '#lib/testing/WithQueries.svelte';
import EditUser from './EditUser.svelte';

const user = userEvent.setup();
let sent: unknown[];
let answer: { status?: number; body: unknown };
const ben = {
	id: 8,
	username: 'ben',
	email: 'ben@example.com',
	first_name: '',
	last_name: '',
	is_active: true,
	is_staff: false
};

beforeEach(() => {
	session.me = { ...anna, superuser: true };
	router.go('/users');
	sent = [];
	answer = { body: { ...ben, id: 9, username: 'cleo' } };
	server.asked = [];
	server.answer = (_, __, body) => {
		sent.push(body);
		return answer;
	};
});
afterEach(cleanup);

const show = (given: object) => render(WithQueries as never, { component: EditUser, given: { open: true, ...given } } as never);

describe('a new user', () => {
	it('has a password from the beginning, may sign in and is no superuser, and is gone to', async () => {
		show({});
		await user.type(screen.getByLabelText('Name to sign in by'), 'cleo');
		await user.type(screen.getByLabelText('Password'), 'rex');
		await user.click(screen.getByRole('button', { name: 'Create user' }));
		await waitFor(() => expect(router.path).toBe('/users/9'));
		expect(sent).toEqual([
			{ username: 'cleo', password: 'rex', email: '', first_name: '', last_name: '', is_active: true, is_staff: false }
		]);
	});

	it('whose name is taken is told so beside the name, and nothing that was typed is lost', async () => {
		answer = { status: 409, body: { username: ['Already exists.'] } };
		show({});
		const name = screen.getByLabelText('Name to sign in by');
		await user.type(name, 'ben');
		await user.type(screen.getByLabelText('Password'), 'rex');
		await user.click(screen.getByRole('button', { name: 'Create user' }));
		await waitFor(() => expect(screen.getByRole('alert').textContent).toBe('Already exists.'));
		expect(name.getAttribute('aria-describedby')).toContain(screen.getByRole('alert').id);
		expect([(name as HTMLInputElement).value, router.path]).toEqual(['ben', '/users']);
	});
});

it('of a user only what was changed is sent', async () => {
	show({ user: ben });
	await user.type(screen.getByLabelText('First name (optional)'), 'Ben');
	await user.click(screen.getByRole('checkbox', { name: /^Superuser/ }));
	await user.click(screen.getByRole('button', { name: 'Save' }));
	await waitFor(() => expect(sent).toEqual([{ first_name: 'Ben', is_staff: true }]));
	expect(server.asked).toEqual(['PATCH /polemarch/users/8/']);
});

it('who takes his own rights away is warned', async () => {
	show({ user: { ...ben, id: anna.userId, is_staff: true } });
	await user.click(screen.getByRole('checkbox', { name: /^Superuser/ }));
	expect(screen.getByText(/^This is you: you would no longer be a superuser/)).toBeTruthy();
});
