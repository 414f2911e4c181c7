import { server } from '#lib/testing/server.ts';
import { cleanup, render, screen, waitFor } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { session } from '#lib/api/session.svelte.ts';
import { router } from '#lib/router.svelte.ts';
import { newClient } from '#lib/testing/client.ts';
import { concerned } from '#lib/testing/concerned.ts';
import { anna } from '#lib/testing/session.ts';
import WithQueries from '#lib/testing/WithQueries.svelte';
import { toasts } from '#lib/toasts.svelte.ts';
import { layOut } from '#lib/testing/window.ts';
import './EditVariables.svelte'; // which takes its time
import ThingPage from './ThingPage.svelte';

let role: string;
let sent: unknown[];
let vars: Record<string, unknown>;

beforeAll(layOut);
beforeEach(() => {
	role = 'EDITOR';
	sent = [];
	vars = { ansible_password: '[~~ENCRYPTED~~]', port: 22, note: 'a' };
	session.me = anna;
	server.asked = [];
	server.answer = (path, query, body) => {
		if (path === '/polemarch/hosts/') return { body: { count: 0, next: null, previous: null, results: [] } };
		if (query.get('expand') === 'counts') return { body: { id: 4, counts: { hosts: 0, groups: 2, machines: null } } };
		if (body) sent.push(body);
		return { body: { id: 4, name: 'production', vars, owner: { id: 1, username: 'admin' }, role } };
	};
	router.url = new URL('http://localhost/inventories/4?tab=variables');
});
afterEach(cleanup);

const client = newClient();
function show() {
	client.clear();
	render(WithQueries as never, { component: ThingPage, given: { objects: 'inventories', id: 4 }, client } as never);
	return userEvent.setup();
}

describe('the page of an inventory', () => {
	it('says what is in it, also where there are too many to be counted, and leads to runs on it', async () => {
		show();
		expect(await screen.findByText(/more machines than are counted here/)).toBeTruthy();
		expect(screen.getByRole('link', { name: 'Groups 2' })).toBeTruthy();
		expect(screen.getByRole<HTMLAnchorElement>('link', { name: 'Run on this inventory' }).getAttribute('href')).toBe(
			'/runs/new?inventory=4'
		);
		expect(concerned(client, { kind: 'inventory', ids: [5] })).toEqual([]);
		expect(concerned(client, { kind: 'inventory', ids: [4] })).toContainEqual(['thing', 'inventories', 4]);
	});

	it('opens with its groups where it has no hosts, but stays where somebody goes', async () => {
		router.go('/inventories/4');
		show();
		const current = () => screen.getByRole('link', { current: 'page' }).textContent;
		await waitFor(() => expect(current()).toBe('Groups 2'));
		router.set({ tab: '' });
		await client.invalidateQueries();
		await waitFor(() => expect(current()).toBe('Hosts 0'));
	});

	it('offers nothing that an executor may not do', async () => {
		role = 'EXECUTOR';
		show();
		await screen.findByText('ansible_password');
		for (const name of ['Rename', 'Delete', 'Edit variables']) expect(screen.queryByRole('button', { name })).toBeNull();
		expect(screen.getByRole('button', { name: 'Access' })).toBeTruthy();
	});

	it('sends of variables what was changed, and keeps the others', async () => {
		const user = show();
		await user.click(await screen.findByRole('button', { name: 'Edit variables' }));
		await user.type(await screen.findByLabelText('Value of note'), 'b');
		await user.click(screen.getByRole('button', { name: 'Remove port' }));
		await user.click(screen.getByRole('button', { name: 'Save variables' }));
		expect(sent).toEqual([{ vars: { ansible_password: '[~~ENCRYPTED~~]', note: 'ab' } }]);
	});

	it('takes nothing away that somebody else has put there meanwhile, and asks where both have changed one', async () => {
		const user = show();
		await user.click(await screen.findByRole('button', { name: 'Edit variables' }));
		await user.type(await screen.findByLabelText('Value of note'), 'b');
		vars = { ...vars, port: 2222, note: 'theirs', added: true };
		await user.click(screen.getByRole('button', { name: 'Save variables' }));
		expect(await screen.findByText('note: "theirs"')).toBeTruthy();
		expect(sent).toEqual([]);
		await user.click(screen.getByRole('button', { name: 'Save mine' }));
		const kept = '[~~ENCRYPTED~~]';
		await waitFor(() => expect(sent).toEqual([{ vars: { ansible_password: kept, port: kept, added: kept, note: 'ab' } }]));
		expect(toasts.list.at(-1)?.text).toContain('kept: port, added.');
	});
});
