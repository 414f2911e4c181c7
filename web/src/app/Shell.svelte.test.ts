import { server } from '#lib/testing/server.ts';
import type { QueryClient } from '@tanstack/svelte-query';
import { cleanup, render, screen, waitFor } from '@testing-library/svelte';
import type { Component } from 'svelte';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { session } from '#lib/api/session.svelte.ts';
import { keys } from '#lib/keys.svelte.ts';
import { router } from '#lib/router.svelte.ts';
import { toasts } from '#lib/toasts.svelte.ts';
import { NOT_THERE } from '#lib/ui/Later.svelte';
import AskingPage from '#lib/testing/AskingPage.svelte';
import { newClient } from '#lib/testing/client.ts';
import { concerned } from '#lib/testing/concerned.ts';
import WithQueries from '#lib/testing/WithQueries.svelte';
import Shell from './Shell.svelte';

type Page = Component<Record<string, string>>;
/** What each page asked for. */
const asked: string[] = [];
let mounted: string[];
let client: QueryClient;
const loads = vi.hoisted(() => ({ labors: [] as (() => void)[], hosts: [] as (() => void)[] }));

vi.mock('./Palette.svelte', () => {
	throw new Error('Failed to fetch http://x/Palette.js');
});
vi.mock('./routes.ts', () => {
	const page = (name: string): Page =>
		((anchor: never, given: Record<string, string>) => {
			mounted.push(name);
			const props = { asks: (what: string) => asked.push(name + what) };
			Object.defineProperty(props, 'id', { get: () => given['id'] });
			return (AskingPage as never as (anchor: never, props: object) => object)(anchor, props);
		}) as never;
	const home = page('home');
	const load = (pageOf: Page) => () => Promise.resolve({ default: pageOf });
	const loadHome = load(home);
	const links = [
		{ href: '/v1/labors/', title: 'Labors', icon: 'labor', key: 'l' },
		{ href: '/v1/quests/', title: 'Quests', icon: 'quest', key: 'q' }
	];
	return {
		linksFor: (superuser: boolean) =>
			superuser ? [...links, { href: '/audit', title: 'Audit', icon: 'audit', key: 'a' }] : links,
		sectionsFor: () => [{ title: 'Work', links }],
		routes: [
			{ pattern: '/', title: 'Home', load: loadHome },
			{ pattern: '/v1', title: 'Home', load: loadHome },
			{ pattern: '/v1/labors', title: 'Labors', load: load(page('labors')) },
			{ pattern: '/v1/quest/new', title: 'New quest', load: load(page('new quest')) },
			{ pattern: '/v1/quests/:id', title: 'Quest', load: load(page('quest')) },
			{
				pattern: '/v1/hosts',
				title: 'Hosts',
				load: () => new Promise((loaded) => loads.hosts.push(() => loaded({ default: page('hosts') })))
			},
			{
				pattern: '/v1/broken',
				title: 'Broken',
				load: () => new Promise((_, failed) => loads.labors.push(() => failed(new Error('Failed to fetch http://x/a.js'))))
			}
		]
	};
});

beforeAll(() => {
	HTMLElement.prototype.showPopover = () => {};
	HTMLElement.prototype.hidePopover = () => {};
});

beforeEach(async () => {
	mounted = [];
	asked.length = 0;
	loads.hosts = [];
	loads.labors = [];
	session.me = { userId: 7, username: 'anna', superuser: false, may: [], user: 'anna@example.net', via: 'session' } as never;
	router.ready = () => () => {};
	router.go('/v1/labors?mine=true');
	client = newClient();
	server.asked = [];
	render(WithQueries as never, { component: Shell, given: {}, client } as never);
	await heading('?mine=true');
});
afterEach(cleanup);

const heading = (text: string) => waitFor(() => expect(screen.getByRole('heading', { level: 1 }).textContent).toBe(text));
const a_while = () => new Promise((over) => setTimeout(over, 30));

describe('a page that is being left', () => {
	it('never asks for what the next one’s address says', async () => {
		router.go('/v1/quests/5?open=true');
		await heading('5?open=true');
		router.go('/v1/labors');
		await heading('?');
		expect(asked).toEqual(['labors?mine=true', 'quest5?open=true', 'labors?']);
	});

	it('stays as it was while the next one is loaded, and has no say in the address any more', async () => {
		router.go('/v1/hosts?q=web');
		await a_while();
		router.set({ mine: false });
		await a_while();
		expect(screen.getByRole('heading', { level: 1 }).textContent).toBe('?mine=true');
		expect(router.asked.search).toBe('?q=web');
		loads.hosts[0]!();
		await heading('?q=web');
		expect(asked).toEqual(['labors?mine=true', 'hosts?q=web']);
	});

	it('is not followed by one that was wanted before and came later', async () => {
		router.go('/v1/hosts?q=first');
		router.go('/v1/quests/5');
		await heading('5?');
		loads.hosts[0]!();
		await a_while();
		expect([router.path, screen.getByRole('heading', { level: 1 }).textContent]).toEqual(['/v1/quests/5', '5?']);
	});
});

describe('a page that can’t be loaded', () => {
	it('says so', async () => {
		router.go('/v1/broken');
		loads.labors[0]!();
		await waitFor(() => expect(screen.getByText(/^Perhaps a new version was installed/)).toBeTruthy());
		router.go('/v1/labors?mine=true');
		await heading('?mine=true');
	});

	it('says nothing over the page that was gone to since', async () => {
		router.go('/v1/broken');
		router.go('/v1/quests/5');
		await heading('5?');
		loads.labors[0]!();
		await a_while();
		expect(screen.queryByText(/^Perhaps a new version/)).toBeNull();
		await heading('5?');
	});
});

it('where the palette can’t be had, that is said, and keys are keys again', async () => {
	const press = (key: string, more = {}) =>
		document.body.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...more }));
	press('k', { ctrlKey: true });
	expect(press('q')).toBe(false);
	await waitFor(() => expect(toasts.list.map(({ text }) => text)).toEqual([NOT_THERE]));
	press('g');
	press('q');
	await waitFor(() => expect(router.asked.pathname).toBe('/v1/quests/'));
});

it('two addresses of one page are one page', async () => {
	router.go('/');
	await waitFor(() => expect(mounted).toEqual(['labors', 'home']));
	router.go('/v1');
	await a_while();
	expect([router.path, mounted]).toEqual(['/v1', ['labors', 'home']]);
});

it.each(['/v1/quests/5', '/v1/quest/new'])('%s is of the quests in the list of pages', async (path) => {
	router.go(path);
	await waitFor(() => expect(router.path).toBe(path));
	expect(screen.getAllByRole('link', { current: 'page' }).map((link) => link.textContent)).toEqual(['Quests']);
});

it('who is signed in is asked for anew when it is said that he changed, or a team, and not before', async () => {
	const goes = () => keys.list.map((key) => key.keys).filter((key) => key.startsWith('g '));
	expect([server.asked, goes().includes('g a')]).toEqual([[], false]);
	expect(concerned(client, { kind: 'user', ids: [8] })).toEqual([]);
	for (const notice of [
		{ kind: 'user', ids: [7] },
		{ kind: 'team', ids: [1] }
	] as const)
		expect(concerned(client, notice as never)).toEqual([['session']]);
	server.answer = () => ({ body: { ...session.me, username: 'berta', superuser: true } });
	const before = asked.length;
	await client.invalidateQueries({ queryKey: ['session'] });
	await screen.findByRole('button', { name: 'BE: berta, account and looks' });
	expect([server.asked, goes().includes('g a')]).toEqual([['/session'], true]);
	// He sees something else now.
	await waitFor(() => expect(asked.slice(before)).toEqual(['labors?mine=true']));
});

it('the account’s menu is loaded when it is first opened, and its button keeps its place', async () => {
	const shown = vi.spyOn(HTMLElement.prototype, 'showPopover');
	const button = () => screen.getByRole('button', { name: 'AN: anna, account and looks' });
	button().click();
	await waitFor(() => expect(shown.mock.contexts.some((panel) => (panel as HTMLElement).className.includes('menu'))).toBe(true));
	expect(document.activeElement).toBe(button());
	shown.mockRestore();
});
