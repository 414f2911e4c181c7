import { refusal, server } from '#lib/testing/server.ts';
import { cleanup, render, screen, waitFor } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { session } from '#lib/api/session.svelte.ts';
import { router } from '#lib/router.svelte.ts';
import { newClient } from '#lib/testing/client.ts';
import { anna } from '#lib/testing/session.ts';
import WithQueries from '#lib/testing/WithQueries.svelte';
import Tokens from './Tokens.svelte';

const SECRET = 'f00dfeed'.repeat(5);
let tokens: object[];
let sent: unknown[];
let client: ReturnType<typeof newClient>;
const user = userEvent.setup();
const token = {
	id: 3,
	kind: 'personal',
	name: 'nightly',
	scope: 'read',
	creationTime: '2026-11-30 12:00:00',
	seenTime: '2026-11-30 12:00:00',
	expiryTime: null,
	address: null,
	agent: null
};

beforeEach(() => {
	session.me = { ...anna, via: 'session' };
	tokens = [];
	sent = [];
	client = newClient();
	server.asked = [];
	server.answer = (path, _, body) => {
		if (body) {
			sent.push(body);
			tokens = [token];
			return { status: 201, body: { ...token, token: SECRET } };
		}
		if (path === '/tokens/3') return { status: 404, body: refusal(404, 'No such token.') };
		return { body: { tokens } };
	};
	render(WithQueries as never, { component: Tokens, given: {}, client } as never);
});
afterEach(cleanup);

async function create() {
	await user.click(screen.getByRole('button', { name: 'New token' }));
	await user.type(await screen.findByLabelText('Name'), 'nightly');
	await user.click(screen.getByRole('button', { name: 'Create token' }));
	return screen.findByText(SECRET);
}

describe('a new token', () => {
	it('may only read and never ends, unless somebody says otherwise', async () => {
		await create();
		expect(sent).toEqual([{ name: 'nightly', scope: 'read', expiryTime: null }]);
	});

	it('is not said to be used by who made it', async () => {
		await create();
		expect(await screen.findByText('not since it was made')).toBeTruthy();
	});

	it('is shown once, until it is put away, and is kept nowhere', async () => {
		await create();
		expect(await screen.findByText('nightly', { selector: 'td' })).toBeTruthy();
		expect(
			JSON.stringify(
				client
					.getQueryCache()
					.getAll()
					.map(({ state }) => state.data)
			)
		).not.toContain(SECRET);
		await user.click(screen.getByRole('button', { name: 'I have it' }));
		expect(document.body.innerHTML).not.toContain(SECRET);
	});
});

describe('a new token on the screen', () => {
	afterEach(() => vi.unstubAllGlobals());

	it('is not lost by going elsewhere unasked, nor by making another one', async () => {
		const confirm = vi.fn(() => false);
		vi.stubGlobal('confirm', confirm);
		router.go('/me');
		await create();
		expect(screen.queryByRole('button', { name: 'New token' })).toBeNull();
		router.go('/users');
		expect(router.asked.pathname).toBe('/me');
		expect(confirm).toHaveBeenCalledTimes(1);
		expect(dispatchEvent(new Event('beforeunload', { cancelable: true }))).toBe(false);
		await user.click(screen.getByRole('button', { name: 'I have it' }));
		expect(document.activeElement?.textContent).toBe('Tokens');
		router.go('/users');
		expect(router.asked.pathname).toBe('/users');
		expect(confirm).toHaveBeenCalledTimes(1);
	});
});

it('a token is deleted only after it was asked for, and what is refused says why', async () => {
	await screen.findByText(/^None\./);
	tokens = [token];
	await client.invalidateQueries();
	await user.click(await screen.findByRole('button', { name: 'Delete the token nightly' }));
	expect(server.asked.filter((asked) => asked.startsWith('DELETE'))).toEqual([]);
	await user.click(screen.getByRole('button', { name: 'Delete nightly' }));
	await waitFor(() => expect(screen.getByRole('alert').textContent).toBe('No such token.'));
	expect(server.asked.filter((asked) => asked.startsWith('DELETE'))).toEqual(['DELETE /tokens/3']);
});
