import { server } from '#lib/testing/server.ts';
import { cleanup, render, screen } from '@testing-library/svelte';
import { afterEach, beforeEach, expect, it } from 'vitest';
import WithQueries from '#lib/testing/WithQueries.svelte';
import Owned from './Owned.svelte';
import TeamsOf from './TeamsOf.svelte';

const owner = { id: 7, username: 'anna' };
beforeEach(() => {
	server.asked = [];
	server.answer = (path, query) => {
		if (path === '/polemarch/users/7/')
			return { body: { owns: { hosts: 1200, groups: 0, inventories: 0, projects: 1, templates: 0, teams: 0 } } };
		if (query.has('member')) return { body: { count: 1, results: [{ id: 2, name: 'ops', owner }] } };
		const others = { id: 9, name: 'theirs', owner: { id: 1, username: 'admin' } };
		return { body: { count: 2, results: [{ id: 3, name: 'site', owner }, others] } };
	};
});
afterEach(cleanup);

const show = (component: unknown) => render(WithQueries as never, { component, given: { user: 7 } } as never);

it('what somebody owns is counted by the server, and names are asked for where there are some', async () => {
	show(Owned);
	expect(await screen.findByText('1,200 inventory hosts')).toBeTruthy();
	expect(screen.getByText('1 project')).toBeTruthy();
	expect(screen.getByText(/and 1,199 more/)).toBeTruthy();
	expect(screen.getAllByRole('link').map((link) => link.getAttribute('href'))).toEqual(['/projects/3', '/inventory-hosts/3']);
	expect(server.asked.map((asked) => asked.split('?')[0])).toEqual([
		'/polemarch/users/7/',
		'/polemarch/projects/',
		'/polemarch/hosts/'
	]);
});

it('somebody’s teams are one question', async () => {
	show(TeamsOf);
	expect((await screen.findByRole('link', { name: 'ops' })).getAttribute('href')).toBe('/teams/2');
	expect(server.asked).toEqual(['/polemarch/teams/?member=7&expand=owner&limit=100']);
});
