/** Things to look at that no test shares with another: made by the API, named so that each run of a test has its own. */
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, vi } from 'vitest';
import { toServer } from '../src/lib/time.ts';
import { api, browser, expect, server, type Page } from './browser.ts';

type Made = { id: number };

let made = 0;
export const unique = () => `e2e-${Date.now().toString(36)}-${++made}`;

/**
 * Event types of one category, named by their states, and a chain of fates: the first opens it, each further one closes what the one
 * before has opened, the last ends it.
 */
export async function chainOf(...states: string[]) {
	const name = unique();
	const types: Record<string, number> = {};
	const fates: Record<string, number> = {};
	let follows: { followsId?: number } = {};
	for (const state of states) {
		const type = { category: name, state, description: `Of the e2e tests: ${state}` };
		types[state] = (await api<Made>('POST', '/eventtypes', type)).id;
		const fate = { creationEventTypeId: types[state], description: `Look after ${name}: ${state}`, ...follows };
		fates[state] = (await api<Made>('POST', '/fates', fate)).id;
		follows = { followsId: fates[state] };
	}
	return { name, types, fates };
}

let two: ReturnType<typeof chainOf> | undefined;

/** A fate of two events, "required" opens and "completed" closes: the same for all tests of a file. */
export async function chain() {
	const { name, types, fates } = await (two ??= chainOf('required', 'completed'));
	return { name, required: types['required']!, completed: types['completed']!, fate: fates['required']! };
}

/** The admin's quest with a labor on each of so many hosts of its own. */
export async function quest(
	size: number,
	description = 'Look after some hosts',
	{ fate, ...more }: { fate?: number; targetTime?: string } = {}
) {
	const usual = await chain();
	const prefix = unique();
	const hosts = Array.from({ length: size }, (_, i) => `${prefix}-${i + 1}.example.net`);
	const { id } = await api<Made>('POST', '/quests?brief=true', {
		fateId: fate ?? usual.fate,
		creator: 'admin',
		description,
		hostnames: hosts,
		...more
	});
	return {
		id,
		hosts,
		/** What the hosts' names begin with. */
		prefix,
		/** The category of the events of its fate, where it is the usual one. */
		name: usual.name,
		/** The labor on that host is done, as its host says elsewhere. */
		done: (...hostnames: string[]) => happens(usual.completed, ...hostnames)
	};
}

/** An event, thrown elsewhere. */
export const happens = (eventTypeId: number, ...hostnames: string[]) =>
	api('POST', '/events?brief=true', { user: 'admin', eventTypeId, hostnames });

/** A due time near enough to be among those that home shows. */
export const soon = () => toServer(new Date(Date.now() + 3_600_000));

interface Progress {
	totalLabors: number;
	completedLabors: number;
	description: string;
	creator: string;
	targetTime: string | null;
}
export const progress = (id: number) => api<Progress>('GET', `/quests/${id}?progressInfo=true`);

// ---- Polemarch's side

/** What waits for git or Ansible waits so long. */
export const PATIENCE = { timeout: 30_000 };

/** Polemarch's API, asked by the admin or by somebody else. */
export async function polemarch<T>(method: string, path: string, body?: unknown, who = `admin:${server.password}`): Promise<T> {
	const answer = await fetch(`${server.url}/polemarch/api/v1${path}`, {
		method,
		headers: { Authorization: `Basic ${btoa(who)}`, 'Content-Type': 'application/json' },
		...(body === undefined ? {} : { body: JSON.stringify(body) })
	});
	const said = await answer.text();
	if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${said}`);
	return (said === '' ? undefined : JSON.parse(said)) as T;
}

export const PASSWORD = 'of the e2e tests';
export const newUser = () =>
	polemarch<{ id: number; username: string }>('POST', '/users/', { username: unique(), password: PASSWORD });

/** A browser of its own in which that user has signed in. */
export async function as(username: string, password: string, address: string): Promise<Page> {
	const context = await (await browser()).newContext({ viewport: { width: 1440, height: 900 }, baseURL: server.url });
	context.setDefaultTimeout(10_000);
	const page = await context.newPage();
	await page.goto(address);
	await page.getByLabel('Name').fill(username);
	await page.getByLabel('Password').fill(password);
	await page.keyboard.press('Enter');
	await page.getByRole('navigation', { name: 'Pages' }).waitFor();
	return page;
}

/** A folder that also the account sees by which Ansible runs; gone with the file's tests. */
export function folder(): string {
	const made = mkdtempSync(join(tmpdir(), 'moirai-e2e-work.'));
	chmodSync(made, 0o777);
	folders.push(made);
	return made;
}

const folders: string[] = [];
afterAll(() => folders.forEach((one) => rmSync(one, { recursive: true, force: true })));

/** A repository of git with these files (path -> text); `commit` changes them. */
export function repository(files: Record<string, string>) {
	const path = folder();
	const git = (...words: string[]) =>
		execFileSync('git', ['-C', path, '-c', 'user.name=e2e', '-c', 'user.email=e2e@localhost', ...words]);
	const commit = (changed: Record<string, string>) => {
		for (const [name, text] of Object.entries(changed)) writeFileSync(join(path, name), text);
		git('add', '-A');
		git('commit', '-q', '-m', Object.keys(changed).join());
	};
	git('init', '-q', '-b', 'main');
	commit(files);
	return { path, commit };
}

/** A run that comes to its `until` waits there for `open`. */
export function gate() {
	const path = join(folder(), 'open');
	return { until: `until [ -e ${path} ]; do sleep 0.05; done`, open: () => existsSync(path) || writeFileSync(path, '') };
}

/** A project of that repository, once it is there -> its id. */
export async function projectOf(repository: string, name: string): Promise<number> {
	const { id } = await polemarch<Made>('POST', '/projects/', { name, repository, vars: { repo_type: 'GIT' } });
	await synced(id);
	return id;
}

/** Asks until it is over -> how it ended. Also in hooks, where `expect.poll` may not be. */
const ended = (status: () => Promise<string>) =>
	vi.waitUntil(async () => /^(OK|ERROR|OFFLINE|INTERRUPTED)$/.exec(await status())?.[0], { ...PATIENCE, interval: 100 });

async function synced(project: number): Promise<void> {
	const status = async () => (await polemarch<{ status: string }>('GET', `/projects/${project}/`)).status;
	expect(await ended(status)).toBe('OK');
}

export async function sync(project: number): Promise<void> {
	await polemarch('POST', `/projects/${project}/sync/`);
	await synced(project);
}

/** An inventory of these hosts, all of which are this machine -> its id. */
export async function inventoryOf(name: string, names: readonly string[]): Promise<number> {
	const vars = { ansible_connection: 'local', ansible_python_interpreter: '/usr/bin/python3' };
	const { id } = await polemarch<Made>('POST', '/inventories/', { name, vars });
	await polemarch('POST', `/inventories/${id}/hosts/`, { names, create: true });
	return id;
}

interface Run {
	id: number;
	status: string;
	kind: string;
	mode: string;
	inventory: number | null;
	hosts: string[] | null;
	raw_args: string;
	raw_inventory: string;
	execute_args: Record<string, unknown>;
}

/** A run's record. */
export const runOf = (id: number) => polemarch<Run>('GET', `/history/${id}/?expand=hosts,execute_args`);

/** The run at which that page is; it has just been started there. */
export async function startedOn(page: Page): Promise<number> {
	await page.waitForURL(/\/runs\/\d+$/);
	return Number(new URL(page.url()).pathname.split('/').at(-1));
}

/** Waits for its end -> on which hosts Ansible was, and what came of it there. */
export async function over(id: number): Promise<Record<string, string>> {
	await ended(async () => (await runOf(id)).status);
	const { results } = await polemarch<{ results: { name: string; outcome: string }[] }>('GET', `/history/${id}/hosts/`);
	return Object.fromEntries(results.map(({ name, outcome }) => [name, outcome]));
}

/** Starts a playbook elsewhere -> the id of its run. */
export async function run(project: number, playbook: string, inventory: number): Promise<number> {
	const body = { playbook, inventory };
	return (await polemarch<{ history_id: number }>('POST', `/projects/${project}/execute-playbook/`, body)).history_id;
}

/** One of each of Polemarch's things, with something to be seen on its page -> pattern of its address -> its id. */
export async function oneOfEach() {
	const name = unique();
	const make = async (kind: string, body: object) => (await polemarch<Made>('POST', `/${kind}/`, { name, ...body })).id;
	const playbook = '- hosts: all\n  gather_facts: false\n  tasks:\n    - raw: echo hello\n';
	const project = await projectOf(repository({ 'site.yml': playbook }).path, name);
	const inventory = await inventoryOf(name, [`host.${name}`]);
	const group = await make('groups', { vars: { http_port: 8080 } });
	const host = await make('hosts', { vars: { ansible_user: 'deploy', disks: ['sda', 'sdb'] } });
	await polemarch('POST', `/groups/${group}/hosts/`, [host]);
	const user = await make('users', { username: name, password: name });
	const when = { type: 'CRONTAB', schedule: '30 4 * * *', kind: 'PLAYBOOK', mode: 'site.yml' };
	return {
		'/projects/:id': project,
		'/inventories/:id': inventory,
		'/groups/:id': group,
		'/inventory-hosts/:id': host,
		'/schedules/:id': await make('periodic-tasks', { project, inventory, ...when }),
		'/templates/:id': await make('templates', { kind: 'Task', data: { project, inventory, playbook: 'site.yml', vars: {} } }),
		'/users/:id': user,
		'/teams/:id': await make('teams', { users_list: [user] })
	};
}
