import { refusal, server, type Answer } from '../testing/server.ts';
import type { QueryClient } from '@tanstack/svelte-query';
import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { newClient } from '../testing/client.ts';
import { concerned } from '../testing/concerned.ts';
import WithQueries from '../testing/WithQueries.svelte';
import HostQuery from './HostQuery.svelte';

const hosts = (names: string[], total = names.length): Answer => ({
	body: { totalHosts: total, hosts: names.map((hostname, id) => ({ id, hostname })) }
});
const refused = (why: string): Answer => ({ status: 400, body: refusal(400, `hostQuery: ${why}`) });

let client: QueryClient;
beforeEach(() => {
	client = newClient();
	server.asked = [];
	server.answer = (path) =>
		path === '/search' ? { body: { owners: ['team-web', 'team web 2'], hosts: [], tags: [], groups: [] } } : hosts(['web-1']);
});
afterEach(cleanup);

function box(props: { value?: string; live?: boolean } = {}) {
	const onquery = vi.fn();
	const given = (more: typeof props) => ({
		component: HostQuery,
		client,
		given: { value: '', label: 'Only with hosts', ...props, ...more, onquery }
	});
	const { rerender } = render(WithQueries as never, given({}) as never);
	const input = screen.getByRole<HTMLInputElement>('combobox', { name: 'Only with hosts' });
	return { input, onquery, user: userEvent.setup(), change: (more: typeof props) => rerender(given(more) as never) };
}
const offered = () => screen.queryAllByRole('option').map((option) => option.textContent?.trim());

describe('a box for a host query', () => {
	it('offers keys, then values, and commits what was chosen', async () => {
		const { input, onquery, user } = box();
		await user.click(input);
		expect(offered()).toHaveLength(6);
		await user.keyboard('ow');
		expect(offered()).toEqual(['owner= who owns it']);
		await user.keyboard('{ArrowDown}{Enter}');
		expect(input.value).toBe('owner=');
		await user.keyboard('te');
		await waitFor(() => expect(offered()).toEqual(['team-web', 'team web 2']));
		await user.keyboard('{ArrowDown}{ArrowDown}{Enter}');
		expect(input.value).toBe('owner="team web 2" ');
		expect(onquery).not.toHaveBeenCalled();
		await user.keyboard('{Enter}');
		expect(onquery).toHaveBeenCalledWith('owner="team web 2"');
	});

	it('does not offer what joins before it is asked for', async () => {
		const { user } = box({ value: 'web1 ' });
		await user.click(screen.getByRole('combobox'));
		await user.keyboard('{End}');
		expect(offered()).toEqual([]);
		await user.keyboard('{ArrowDown}');
		expect(offered()).toEqual(['and', 'or', 'and not']);
	});

	it('commits when one goes elsewhere, and nothing where nothing has changed', async () => {
		const { input, onquery, user } = box({ value: 'web1' });
		await user.click(input);
		await user.tab();
		expect(onquery).not.toHaveBeenCalled();
		await user.clear(input);
		await user.type(input, ' web2 ');
		await user.tab();
		expect(onquery.mock.calls).toEqual([['web2']]);
	});

	it('commits nothing where the window is left, nor half a query where it is cleared', async () => {
		const { input, onquery, user } = box({ value: 'web1' });
		await user.type(input, ' or w');
		await fireEvent.blur(input); // the window's: the box keeps the focus for when one comes back
		expect([onquery.mock.calls, input.value]).toEqual([[], 'web1 or w']);
		await user.click(screen.getByRole('button', { name: 'Clear: Only with hosts' }));
		expect(onquery.mock.calls).toEqual([['']]);
	});

	it('takes back by Esc what is not committed: first the list goes, then the text', async () => {
		const { input, onquery, user } = box({ value: 'web1' });
		await user.type(input, ' o');
		expect(offered()).toEqual(['or']);
		await user.keyboard('{Escape}');
		expect([offered(), input.value]).toEqual([[], 'web1 o']);
		await user.keyboard('{Escape}');
		expect(input.value).toBe('web1');
		await user.tab();
		expect(onquery).not.toHaveBeenCalled();
	});

	it('follows the address', async () => {
		const { input, change } = box({ value: 'web1' });
		await change({ value: 'web2' });
		expect(input.value).toBe('web2');
	});

	it('says what the server refuses, with the place marked', async () => {
		server.answer = () => refused('column 6: expected and, or, a comma or the end');
		const { input } = box({ value: 'web1 web2' });
		expect(await screen.findByText('Expected and, or, a comma or the end.')).toBeTruthy();
		expect(input.getAttribute('aria-invalid')).toBe('true');
		expect(document.querySelector('mark')!.textContent).toBe('web2');
		await fireEvent.click(screen.getByTitle('Go to the place'));
		expect([input.selectionStart, document.activeElement]).toEqual([5, input]);
	});

	it('leaves the way to the place where it is while the refusal is read aloud', async () => {
		server.answer = () => refused('column 6: expected and, or, a comma or the end');
		box({ value: 'web1 web2' });
		const place = await screen.findByTitle('Go to the place');
		place.focus();
		await new Promise((over) => setTimeout(over, 700));
		expect(document.activeElement).toBe(place);
		expect(screen.getByRole('status').textContent).toBe('Expected and, or, a comma or the end.');
	});

	it('says no more of a refusal once the query is another', async () => {
		server.answer = (_, query) => (query.get('hostQuery') === 'a b' ? refused('column 3: expected and') : hosts(['a']));
		const { change } = box({ value: 'a b' });
		await screen.findByText('Expected and.');
		await change({ value: 'a' });
		await waitFor(() => expect(screen.queryByText('Expected and.')).toBeNull());
	});

	it('asks nothing of the server while it is empty', async () => {
		box();
		await new Promise((done) => setTimeout(done, 50));
		expect(server.asked).toEqual([]);
	});

	it('tells how many hosts are meant, if it is live', async () => {
		server.answer = (path) => (path === '/search' ? { body: {} } : hosts(['web-1', 'web-2', 'web-3', 'web-4'], 312));
		const { input, onquery, user } = box({ live: true });
		await user.type(input, 'web*');
		expect(await screen.findByText('312 hosts')).toBeTruthy();
		expect(screen.getByText(/web-1, web-2, web-3, web-4, …/)).toBeTruthy();
		expect(server.asked).toContain('/hosts?hostQuery=web*&limit=4');
		expect(concerned(client, { kind: 'host' })).toEqual([]);
		expect(onquery).not.toHaveBeenCalled();
	});
});
