import { server } from '#lib/testing/server.ts';
import { cleanup, render, screen, waitFor } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { router } from '#lib/router.svelte.ts';
import { toasts } from '#lib/toasts.svelte.ts';
import { signedIn } from '#lib/api/client.ts';
import WithQueries from '#lib/testing/WithQueries.svelte';
import { layOut } from '#lib/testing/window.ts';
import './AddMembers.svelte'; // which takes its time
import Members from './Members.svelte';

let hosts: string[];
let sent: [string, unknown][];

beforeAll(layOut);
beforeEach(() => {
	hosts = ['web-1', 'web-2'];
	sent = [];
	signedIn.xsrfToken = 'x';
	for (const { id } of toasts.list) toasts.close(id);
	server.asked = [];
	server.answer = (path, query, body) => {
		if (path === '/polemarch/groups/3/hosts/') {
			sent.push([path, body]);
			if (Array.isArray(body)) {
				hosts = hosts.filter((_, i) => !body.includes(i));
				return { body: { total: body.length, operated: body.length, not_found: 0, failed_list: [] } };
			}
			const { names, create } = body as { names: string[]; create: boolean };
			const made = create ? names : names.filter((name) => name !== 'new-1');
			hosts.push(...made);
			const missing = names.filter((name) => !made.includes(name));
			const n = { total: names.length, operated: made.length, not_found: missing.length, failed_list: missing };
			return { body: { ...n, created: create ? 1 : 0 } };
		}
		const found = hosts.map((name, id) => ({ id, name, type: 'HOST', role: 'EDITOR', owner: { id: 1, username: 'anna' } }));
		const offset = Number(query.get('offset') ?? 0);
		return { body: { count: found.length, next: null, previous: null, results: found.slice(offset) } };
	};
	router.url = new URL('http://localhost/groups/3');
});
afterEach(cleanup);

function show(role: string) {
	const holder = { objects: 'groups', id: 3, name: 'web' };
	render(WithQueries as never, { component: Members, given: { holder, part: 'hosts', role } } as never);
	return userEvent.setup();
}

describe('what a group holds', () => {
	it('is asked of the server for that group alone, and changed by nobody who may not', async () => {
		show('EXECUTOR');
		expect(await screen.findByText('2 hosts')).toBeTruthy();
		expect(server.asked[0]).toMatch(/\/hosts\/\?.*group=3/);
		expect(screen.queryByRole('button', { name: 'Add hosts' })).toBeNull();
	});

	it('is less after some are removed, which is asked with their number', async () => {
		const user = show('EDITOR');
		await screen.findByText('2 hosts');
		await user.click(screen.getByRole('checkbox', { name: 'Select all 2 that match' }));
		await user.click(screen.getByRole('button', { name: 'Remove' }));
		await user.click(await screen.findByRole('button', { name: 'Remove 2 hosts' }));
		await waitFor(() => expect(toasts.list.map(({ text }) => text)).toEqual(['2 hosts are in web no more.']));
		expect(sent).toEqual([['/polemarch/groups/3/hosts/', [0, 1]]]);
		expect(await screen.findByText('No hosts in it yet')).toBeTruthy();
	});

	it('is more after names were pasted; those not found are said, and made if one says so', async () => {
		const user = show('EDITOR');
		await user.click(await screen.findByRole('button', { name: 'Add hosts' }));
		await user.click(await screen.findByRole('button', { name: 'By names or a query' }));
		await user.click(screen.getByLabelText(/^Host names/));
		await user.paste('db-1 new-1');
		await user.click(screen.getByRole('button', { name: 'Add 2 hosts' }));
		await user.click(await screen.findByRole('button', { name: 'Add 2 hosts to web' }));
		expect(await screen.findByText('1 host is in web now.')).toBeTruthy();
		expect(screen.getByText('1 of 2 was not found: not there, or not for you to see.')).toBeTruthy();
		await user.click(screen.getByRole('button', { name: 'Make this host, and add it' }));
		await waitFor(() => expect(toasts.list.map(({ text }) => text)).toEqual(['1 host is in web now, made anew.']));
		expect(sent.map(([, body]) => body)).toEqual([
			{ names: ['db-1', 'new-1'], create: false },
			{ names: ['new-1'], create: true }
		]);
	});

	it('keeps names that failed, so that a wrong one can be taken out of them', async () => {
		const user = show('EDITOR');
		await user.click(await screen.findByRole('button', { name: 'Add hosts' }));
		await user.click(await screen.findByRole('button', { name: 'By names or a query' }));
		await user.click(screen.getByLabelText(/^Host names/));
		await user.paste('new-1');
		await user.click(screen.getByRole('button', { name: 'Add 1 host' }));
		await user.click(await screen.findByRole('button', { name: 'Add 1 host to web' }));
		await user.click(await screen.findByRole('button', { name: 'Change the choice' }));
		await user.click(await screen.findByRole('button', { name: 'Remove new-1' }));
		expect(screen.getAllByRole<HTMLButtonElement>('button', { name: 'Add hosts' }).at(-1)!.disabled).toBe(true);
	});
});
