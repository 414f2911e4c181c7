import { server } from '#lib/testing/server.ts';
import { cleanup, render, screen, waitFor } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { session } from '#lib/api/session.svelte.ts';
import { router } from '#lib/router.svelte.ts';
import { emptyRun, keepRun, readRun, type RunDraft } from '#lib/runs/draft.ts';
import { handHosts } from '#lib/runs/hosts.ts';
import { newClient } from '#lib/testing/client.ts';
import WithQueries from '#lib/testing/WithQueries.svelte';
import { layOut } from '#lib/testing/window.ts';
import Launch from './Launch.svelte';

const ME = 7;
const whole: RunDraft = { ...emptyRun(), project: 3, playbook: 'site.yml', inventory: 13, vars: { forks: 5 } };
let sent: { path: string; body: unknown }[];
let start: () => ReturnType<typeof server.answer>;
let record: Record<string, unknown>;
let history: unknown[];
let openLabors: string[];
let role: string;
const run86 = {
	id: 86,
	kind: 'PLAYBOOK',
	mode: 'site.yml',
	project: 3,
	inventory: 13,
	inventory_name: 'prod',
	bare: false,
	status: 'RUN',
	stop_time: null
};

beforeAll(layOut);
beforeAll(
	() =>
		Promise.all([
			import('./What.svelte'),
			import('./Where.svelte'),
			import('./NamedHosts.svelte'),
			import('./LostRun.svelte'),
			import('./InventoryMachines.svelte'),
			import('./FromInventory.svelte'),
			import('#lib/hosts/ChooseHosts.svelte'),
			import('#lib/runs/Arguments.svelte'),
			import('#lib/runs/ExtraVars.svelte'),
			import('#lib/runs/ModuleFields.svelte')
		]),
	60_000
);

beforeEach(() => {
	sessionStorage.clear();
	session.me = { userId: ME, username: 'anna', user: 'anna@example.com', may: [] } as unknown as typeof session.me;
	keepRun(ME, emptyRun());
	sent = [];
	history = [];
	openLabors = [];
	role = 'EDITOR';
	start = () => ({ status: 201, body: { detail: 'Started at inventory 13.', history_id: 87 } });
	record = {
		id: 5,
		kind: 'PLAYBOOK',
		mode: 'site.yml',
		project: 3,
		inventory: 13,
		inventory_name: 'prod',
		hosts: null,
		raw_args: '',
		execute_args: { forks: 5, 'private-key': '[~~ENCRYPTED~~]' }
	};
	server.asked = [];
	const page = (results: unknown[], count = results.length) => ({ body: { count, next: null, previous: null, results } });
	server.answer = (full, query, body) => {
		const path = full.replace('/polemarch', '');
		if (/execute-(playbook|module)\/$/.test(path)) {
			sent.push({ path, body });
			return start();
		}
		if (path === '/projects/3/') return { body: { id: 3, name: 'web', status: 'OK', role } };
		if (path === '/projects/') return page([{ id: 3, name: 'web', status: 'OK' }]);
		if (path === '/inventories/') return page([{ id: 13, name: 'prod' }]);
		if (path === '/inventories/13/') return { body: { id: 13, name: 'prod' } };
		if (path === '/inventories/13/machines/' && body === undefined) return page([{ name: 'web-1' }, { name: 'web-2' }], 2);
		if (path === '/inventories/13/machines/') {
			const names = body as string[];
			const not = names.filter((name) => !['web-1', 'web-2'].includes(name));
			return { body: { total: names.length, operated: names.length - not.length, not_found: not.length, failed_list: not } };
		}
		if (path === '/hosts/check') {
			const none = { total: 0, names: [] };
			return { body: { hosts: 1, known: 1, new: none, withLabor: none, withoutOwner: 0, invalid: none } };
		}
		if (path === '/labors/table') return { body: { total: openLabors.length, columns: { host: openLabors } } };
		if (path === '/hosts')
			return { body: { totalHosts: 1, hosts: query.get('hostQuery') === 'quest=9' ? [{ hostname: 'of-quest' }] : [] } };
		if (path === '/tasks/') return page([{ id: 1, name: 'site', playbook: 'site.yml', project: 3 }]);
		if (path === '/history/5/') return { body: record };
		if (/^\/history\/8\d\/$/.test(path)) return { body: { hosts: null } };
		if (path === '/history/5/hosts/') return page([{ name: 'web-2' }]);
		if (path === '/history/') return page(history);
		if (path === '/ansible/modules/') return { body: [{ path: 'ansible.builtin.ping', data: { short_description: 'Try' } }] };
		if (path === '/ansible/cli_reference/') {
			const known = {
				forks: { type: 'integer', shortopts: ['f'], help: '' },
				limit: { type: 'text', shortopts: ['l'], help: '' },
				'private-key': { type: 'keyfile', shortopts: [], help: '' }
			};
			return { body: { [query.get('filter')!]: known } };
		}
		throw new Error(`not asked for here: ${full}`);
	};
});
afterEach(cleanup);

async function open(draft: RunDraft | undefined, at = '/runs/new', client = newClient()) {
	if (draft) keepRun(ME, draft);
	router.go(at);
	render(WithQueries as never, { component: Launch, given: {}, client } as never);
	await screen.findByRole('heading', { name: 'New run' });
	return userEvent.setup();
}
async function press(name: string) {
	const button = await screen.findByRole('button', { name });
	await waitFor(() => expect(button.getAttribute('aria-disabled')).toBe('false'));
	button.click();
	return button;
}

describe('a run is started', () => {
	it('once, on all of an inventory, and leads to its page', async () => {
		await open(whole);
		(await press('Run on 2 hosts')).click();
		await waitFor(() => expect(router.path).toBe('/runs/87'));
		expect(sent).toEqual([{ path: '/projects/3/execute-playbook/', body: { playbook: 'site.yml', inventory: 13, forks: 5 } }]);
		expect(readRun(ME)).toEqual(emptyRun());
	});

	it('on some hosts of an inventory', async () => {
		await open({ ...whole, where: 'some', hosts: ['web-2'] });
		await press('Run on 1 host');
		await waitFor(() => expect(sent).toHaveLength(1));
		expect(sent[0]!.body).toEqual({ playbook: 'site.yml', inventory: 13, hosts: ['web-2'], forks: 5 });
	});

	it('on hosts by their names alone', async () => {
		await open({ ...whole, where: 'hosts', hosts: ['db-1', 'db-2'] });
		await press('Run on 2 hosts');
		await waitFor(() => expect(sent).toHaveLength(1));
		expect(sent[0]!.body).toEqual({ playbook: 'site.yml', hosts: ['db-1', 'db-2'], forks: 5 });
	});

	it('on a file of the project, of which nobody knows how many hosts it has', async () => {
		await open({ ...whole, inventory: 'inv/hosts' });
		await press('Run');
		await waitFor(() => expect(sent).toHaveLength(1));
		expect(sent[0]!.body).toEqual({ playbook: 'site.yml', inventory: 'inv/hosts', forks: 5 });
	});

	it('as a module, with its pattern', async () => {
		await open({ ...whole, kind: 'MODULE', module: 'ping', group: 'web*', vars: {} });
		await press('Run on up to 2 hosts');
		await waitFor(() => expect(sent).toHaveLength(1));
		expect(sent[0]).toEqual({ path: '/projects/3/execute-module/', body: { module: 'ping', group: 'web*', inventory: 13 } });
	});

	it('not as long as a host is not in the inventory; it can be taken out', async () => {
		const user = await open({ ...whole, where: 'some', hosts: ['web-2', 'stranger'] });
		await screen.findByText(/is not in the inventory/);
		await user.click(screen.getByRole('button', { name: /^Run on/ }));
		expect(sent).toEqual([]);
		await user.click(screen.getByRole('button', { name: 'Take out 1 host' }));
		await press('Run on 1 host');
		await waitFor(() => expect(sent[0]!.body).toMatchObject({ hosts: ['web-2'] }));
	});

	it('and when it is refused, the draft stays, and why stands beside its field', async () => {
		start = () => ({
			status: 400,
			body: { detail: { playbook: ['Incorrect argument: It names no hosts.'], argument: ['forks'] } }
		});
		await open(whole);
		await press('Run on 2 hosts');
		expect(await screen.findAllByText(/It names no hosts\./)).not.toHaveLength(0);
		expect(readRun(ME)).toEqual({ ...whole, after: 0 });
	});

	it('and when names of it are refused, these can be taken out at once', async () => {
		start = () => ({ status: 400, body: { detail: { hosts: ["No names of hosts: o'brien, a:b."] } } });
		const user = await open({ ...whole, where: 'hosts', hosts: ['web-1', "o'brien", 'a:b'] });
		await press('Run on 3 hosts');
		await user.click(await screen.findByRole('button', { name: 'Take out 2 hosts' }));
		expect(await screen.findByRole('button', { name: 'Run on 1 host' })).toBeTruthy();
		expect(screen.queryByRole('button', { name: /^Take out \d/ })).toBeNull();
		expect(screen.queryByText(/No names of hosts/)).toBeNull();
	});

	it('and when no answer comes, nobody starts a second one unknowingly', async () => {
		start = () => ({ status: 504, body: {} });
		await open(whole);
		await press('Run on 2 hosts');
		await screen.findByText('The run may have been started');
		expect(readRun(ME).sent).toBeDefined();
	});

	it('is found, though no answer came', async () => {
		const now = new Date().toISOString();
		history = [{ ...run86, start_time: now }];
		const user = await open({ ...whole, sent: now, after: 85 });
		await user.click(await screen.findByRole('button', { name: 'Open run 86' }));
		expect(router.path).toBe('/runs/86');
		expect(readRun(ME)).toEqual(emptyRun());
	});

	it('is not taken for one that I had already, nor for one on other hosts', async () => {
		const now = new Date().toISOString();
		history = [
			{ ...run86, id: 87, start_time: now },
			{ ...run86, start_time: now }
		];
		await open({ ...whole, where: 'some', hosts: ['web-1'], sent: now, after: 86 });
		await screen.findByRole('button', { name: 'Look again' });
		expect(screen.getByText('The run may have been started')).toBeTruthy();
	});

	it('only once it is known which runs I had, so that it can be told from them', async () => {
		history = [run86];
		start = () => ({ status: 504, body: {} });
		await open(whole);
		await press('Run on 2 hosts');
		await waitFor(() => expect(readRun(ME).sent).toBeDefined());
		expect(readRun(ME).after).toBe(86);
	});

	it.each([
		['project', /^The project is gone/],
		['inventory', /^The inventory is gone/]
	] as const)('not where the %s was deleted meanwhile', async (what, said) => {
		const before = server.answer;
		const client = newClient();
		await open(whole, '/runs/new', client);
		await screen.findByRole('button', { name: 'Run on 2 hosts' });
		server.answer = (path, ...rest) =>
			path.includes(`/${what === 'project' ? 'projects/3/' : 'inventories/13/'}`)
				? { status: 404, body: { detail: 'Not found.' } }
				: before(path, ...rest);
		void client.invalidateQueries();
		await screen.findByText(said);
		screen.getByRole('button', { name: /^Run/ }).click();
		expect(sent).toEqual([]);
	});
});

describe('a schedule of it', () => {
	it.each([
		['EDITOR', true],
		['EXECUTOR', false]
	])('is offered to who may make one (%s)', async (given, offered) => {
		role = given;
		await open(whole);
		await screen.findByRole('button', { name: 'Run on 2 hosts' });
		await screen.findByRole('link', { name: 'web' });
		expect(screen.queryByRole('button', { name: 'Make a schedule of it' }) !== null).toBe(offered);
	});
});

describe('a run begins with', () => {
	it('the hosts on which another one failed, and says which secrets must be typed anew', async () => {
		await open(undefined, '/runs/new?run=5&failed=1');
		await press('Run on 1 host');
		await waitFor(() => expect(sent).toHaveLength(1));
		expect(sent[0]!.body).toEqual({ playbook: 'site.yml', inventory: 13, hosts: ['web-2'], forks: 5 });
		expect(server.asked).toContain('/polemarch/history/5/hosts/?outcome=failed,unreachable,interrupted&limit=1000&offset=0');
	});

	it('a limit, where the inventory of that was a file', async () => {
		record = { ...record, inventory: null, inventory_name: 'inv/hosts' };
		await open(undefined, '/runs/new?run=5&failed=1');
		await screen.findByText(/Its inventory is a file/);
		await press('Run');
		await waitFor(() => expect(sent[0]!.body).toMatchObject({ inventory: 'inv/hosts', limit: 'web-2' }));
	});

	it('what its link names, which is then no longer in the address', async () => {
		await open(undefined, '/runs/new?project=3&playbook=site.yml&inventory=13');
		await screen.findByRole('button', { name: 'Run on 2 hosts' });
		await waitFor(() => expect(router.url.search).toBe(''));
	});

	it('nothing of a quest that there is not, and says so', async () => {
		await open(undefined, '/runs/new?quest=99999');
		await screen.findByText('There is no quest 99999, or it has no hosts.');
	});

	it('something else without a word about what another link had filled in', async () => {
		await open(undefined, '/runs/new?run=5&failed=1');
		await screen.findByRole('button', { name: 'Run on 1 host' });
		cleanup();
		await open(undefined, '/runs/new?run=5');
		await screen.findByRole('button', { name: 'Run on 2 hosts' });
		expect(screen.queryByText(/You had begun another one/)).toBeNull();
	});

	it('hosts that were handed over, and what was begun before can be had back', async () => {
		const begun = { ...whole, touched: true };
		keepRun(ME, begun);
		handHosts(ME, ['a', 'b', 'c']);
		const user = await open(undefined);
		await screen.findByText('3 hosts chosen');
		await user.click(screen.getByRole('button', { name: 'Go back to it' }));
		await screen.findByRole('button', { name: 'Run on 2 hosts' });
		expect(readRun(ME)).toEqual(begun);
	});

	it('the hosts of a quest on which there is something to do', async () => {
		openLabors = ['web-1', 'web-2', 'web-1'];
		await open(undefined, '/runs/new?quest=9');
		await screen.findByText('2 hosts chosen');
		expect(server.asked).toContain('/labors/table?questId=9&open=true');
	});

	it('all hosts of a quest where nothing is to do any more', async () => {
		await open(undefined, '/runs/new?quest=9');
		await screen.findByText('1 host chosen');
		await screen.findByText(/none of its labors is open/);
		expect(server.asked).toContain('/hosts?hostQuery=quest=9&limit=all');
	});

	it('what somebody had begun, after a reload', async () => {
		await open(whole);
		await screen.findByRole('button', { name: 'Run on 2 hosts' });
		expect(await screen.findByDisplayValue('site.yml')).toBeTruthy();
	});
});
