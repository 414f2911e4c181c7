import { server } from '#lib/testing/server.ts';
import { cleanup, render, screen, waitFor, within } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { session } from '#lib/api/session.svelte.ts';
import { router } from '#lib/router.svelte.ts';
import { newClient } from '#lib/testing/client.ts';
import { anna } from '#lib/testing/session.ts';
import WithQueries from '#lib/testing/WithQueries.svelte';
import { layOut } from '#lib/testing/window.ts';
import EditTemplate from './EditTemplate.svelte';
import Template from './Template.svelte';

let template: Record<string, unknown>;
let sent: { what: string; body: unknown }[];
let executed: () => ReturnType<typeof server.answer>;

beforeAll(layOut);
beforeAll(
	() =>
		Promise.all([
			import('./RunTemplate.svelte'),
			import('./MakeObject.svelte'),
			import('./EditTemplate.svelte'),
			import('#lib/runs/ExtraVars.svelte'),
			import('#lib/variables/Variables.svelte')
		]),
	60_000
);
beforeEach(() => {
	session.me = anna;
	server.asked = [];
	sent = [];
	executed = () => ({ status: 201, body: { detail: 'Started at inventory 13.', history_id: 87 } });
	template = {
		id: 5,
		name: 'Nightly',
		kind: 'Task',
		role: 'OWNER',
		owner: { id: 7, username: 'anna' },
		project_name: 'web',
		inventory_name: 'prod',
		data: { playbook: 'site.yml', vars: { forks: 5 }, inventory: 13, project: 3 }
	};
	const page = (results: unknown[], count = results.length) => ({ body: { count, next: null, previous: null, results } });
	server.answer = (full, query, body) => {
		const path = full.replace('/polemarch', '');
		const what = server.asked.at(-1)!.split(' ')[0]!;
		if (/^(POST|PATCH)/.test(what)) sent.push({ what: `${what} ${path}`, body });
		if (path === '/templates/5/execute/') return executed();
		if (path === '/templates/5/') return { body: template };
		if (path === '/templates/' && body) return { status: 201, body: { id: 6, ...(body as object) } };
		if (path === '/templates/supported-kinds/') return { body: { Task: [], Host: [], PeriodicTask: [], Group: [], Module: [] } };
		if (path === '/inventories/13/machines/') return page([{ name: 'web-1' }], 12);
		if (path === '/inventories/13/') return { body: { id: 13, name: 'prod' } };
		if (path === '/projects/3/') return { body: { id: 3, name: 'web', status: 'OK' } };
		if (path === '/projects/') return page([{ id: 3, name: 'web', status: 'OK' }]);
		if (path === '/inventories/') return page([{ id: 13, name: 'prod' }]);
		if (path === '/tasks/') return page([{ id: 1, name: 'site', playbook: 'site.yml', project: 3 }]);
		if (path === '/hosts/') return { status: 201, body: { id: 9, ...(body as object) } };
		if (path === '/ansible/cli_reference/')
			return { body: { [query.get('filter')!]: { forks: { type: 'integer', shortopts: ['f'], help: '' } } } };
		throw new Error(`not asked for here: ${full}`);
	};
});
afterEach(cleanup);

function show(component: unknown, given: object) {
	router.go('/templates/5');
	render(WithQueries as never, { component, given, client: newClient() } as never);
	return userEvent.setup();
}

describe('a template', () => {
	it('is run once, after what will run where was shown, and leads to the run', async () => {
		const user = show(Template, { id: '5' });
		await user.click(await screen.findByRole('button', { name: 'Run' }));
		const dialog = within(await screen.findByRole('dialog'));
		const button = await dialog.findByRole('button', { name: 'Run on 12 hosts' });
		expect(dialog.getByText('site.yml')).toBeTruthy();
		button.click();
		button.click();
		await waitFor(() => expect(router.path).toBe('/runs/87'));
		expect(sent.map(({ what }) => what)).toEqual(['POST /templates/5/execute/']);
	});

	it('of which no answer came says that it may have been started', async () => {
		executed = () => ({ status: 504, body: {} });
		const user = show(Template, { id: '5' });
		await user.click(await screen.findByRole('button', { name: 'Run' }));
		await user.click(await screen.findByRole('button', { name: 'Run on 12 hosts' }));
		await screen.findByText(/It may have been started/);
	});

	it('offers nothing that one may not do', async () => {
		template = { ...template, role: 'EXECUTOR' };
		show(Template, { id: '5' });
		await screen.findByRole('button', { name: 'Run' });
		expect(screen.queryByRole('button', { name: 'Edit' })).toBeNull();
		expect(screen.queryByRole('button', { name: 'Delete' })).toBeNull();
	});

	it('without an inventory can’t be run by itself', async () => {
		template = { ...template, data: { playbook: 'site.yml', vars: {}, project: 3 } };
		show(Template, { id: '5' });
		await screen.findByText(/It has no inventory/);
		expect(screen.queryByRole('button', { name: 'Run' })).toBeNull();
		expect(screen.getByRole('link', { name: 'New run with it' }).getAttribute('href')).toBe('/runs/new?template=5');
	});

	it('of a host makes one with its variables, but not with its secrets', async () => {
		template = {
			...template,
			kind: 'Host',
			data: { name: 'web-1', vars: { ansible_user: 'root', ansible_password: '[~~ENCRYPTED~~]' } }
		};
		const user = show(Template, { id: '5' });
		await user.click(await screen.findByRole('button', { name: 'Make a host of it' }));
		const dialog = within(await screen.findByRole('dialog'));
		expect(dialog.getByText(/ansible_password must be typed anew/)).toBeTruthy();
		await user.click(dialog.getByRole('button', { name: 'Make the host' }));
		await waitFor(() =>
			expect(sent).toEqual([{ what: 'POST /hosts/', body: { name: 'web-1', type: 'HOST', vars: { ansible_user: 'root' } } }])
		);
	});

	it('that is changed keeps what nobody touched', async () => {
		const user = show(EditTemplate, { open: true, template });
		const name = await screen.findByDisplayValue('Nightly');
		await user.clear(name);
		await user.type(name, 'Daily');
		await user.click(screen.getByRole('button', { name: 'Save' }));
		await waitFor(() => expect(sent).toEqual([{ what: 'PATCH /templates/5/', body: { name: 'Daily' } }]));
	});

	it('is made with the data of its kind', async () => {
		const user = show(EditTemplate, { open: true, kind: 'Group' });
		await user.type(await screen.findByRole('textbox', { name: 'Name' }), 'Webs');
		await user.click(screen.getByRole('checkbox', { name: /It holds groups/ }));
		await user.click(screen.getByRole('button', { name: 'Make the template' }));
		await waitFor(() =>
			expect(sent).toEqual([
				{ what: 'POST /templates/', body: { name: 'Webs', kind: 'Group', data: { vars: {}, children: true } } }
			])
		);
		await waitFor(() => expect(router.path).toBe('/templates/6'));
	});
});
