import { server } from '#lib/testing/server.ts';
import { cleanup, render, screen, waitFor } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { session } from '#lib/api/session.svelte.ts';
import { router } from '#lib/router.svelte.ts';
import { anna } from '#lib/testing/session.ts';
import WithQueries from '#lib/testing/WithQueries.svelte';
import Search from './Search.svelte';

const close = vi.fn();
const user = userEvent.setup();

beforeEach(() => {
	close.mockClear();
	router.go('/');
	server.asked = [];
	server.answer = async (_, query) => {
		await new Promise((over) => setTimeout(over, 60));
		const q = query.get('q')!;
		const hosts = ['web-1', 'web-12'].filter((name) => name.startsWith(q)).map((hostname, id) => ({ id, hostname, owner: null }));
		const named = q === 'fleet' ? [{ id: 3, name: 'fleet' }] : [];
		const quests =
			{ fleet: [{ id: 8, description: 'All of the fleet' }], audit: [{ id: 9, description: 'Audit all hosts' }] }[q] ?? [];
		return { body: { hosts, quests, eventTypes: [], fates: [], inventories: named, users: named } };
	};
	render(WithQueries as never, { component: Search, given: { close } } as never);
});
afterEach(cleanup);

const type = (text: string) => user.type(screen.getByRole('combobox'), text);

it('Enter waits for what is found for all the letters that were typed', async () => {
	await type('web-1');
	await waitFor(() => expect(screen.getByText('web-12')).toBeTruthy());
	await type('2{Enter}');
	expect(router.path).toBe('/');
	await waitFor(() => expect(router.path).toBe('/v1/hosts/web-12'));
	expect(close).toHaveBeenCalledTimes(1);
});

it('letters that are typed after Enter take it back', async () => {
	await type('web-1{Enter}2');
	await new Promise((over) => setTimeout(over, 400));
	expect(router.path).toBe('/');
	await user.keyboard('{Enter}');
	expect(router.path).toBe('/v1/hosts/web-12');
});

it('Enter where nothing is found leads nowhere', async () => {
	await type('nobody{Enter}');
	await waitFor(() => expect(screen.getByText('Nothing matches “nobody”.')).toBeTruthy());
	expect([router.path, close.mock.calls.length]).toEqual(['/', 0]);
});

it('a page is found without the server', async () => {
	await type('quests');
	await waitFor(() => expect(server.asked).toEqual(['/search?q=quests&limit=8']));
	await user.keyboard('{Enter}');
	await waitFor(() => expect(router.path).toBe('/v1/quests/'));
});

it('a quest begins with its number, and with what it says of itself', async () => {
	session.me = { ...anna, superuser: true };
	await type('audit{Enter}');
	await waitFor(() => expect(router.path).toBe('/v1/quests/9'));
	session.me = undefined;
});

it('what has a page of its own leads there, users for superusers alone', async () => {
	session.me = anna;
	await type('fleet');
	await waitFor(() => expect(screen.getAllByText('fleet')).toHaveLength(1));
	session.me = { ...anna, superuser: true };
	await waitFor(() => expect(screen.getAllByText('fleet')).toHaveLength(2));
	// What begins so goes before the quest that has it somewhere.
	await user.keyboard('{Enter}');
	await waitFor(() => expect(router.path).toBe('/inventories/3'));
	session.me = undefined;
});
