import { refusal, server, type Answer } from '#lib/testing/server.ts';
import { QueryClient } from '@tanstack/svelte-query';
import { cleanup, fireEvent, render, screen, waitFor, within } from '@testing-library/svelte';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { session } from '#lib/api/session.svelte.ts';
import { router } from '#lib/router.svelte.ts';
import { anna } from '#lib/testing/session.ts';
import { newClient } from '#lib/testing/client.ts';
import WithQueries from '#lib/testing/WithQueries.svelte';
import { layOut } from '#lib/testing/window.ts';
import Events from './Events.svelte';
import { PAGE } from './journal.ts';

/** The journal of the server: ids of its events, the oldest first. */
let journal: number[];
let asked: URLSearchParams[];
let law: Answer;

const event = (id: number) => ({
	id,
	hostId: 1,
	timestamp: '2026-11-30 12:00:00',
	user: 'anna@example.net',
	eventTypeId: 1,
	note: `note ${id}`,
	href: '',
	host: { id: 1, hostname: 'web-1', href: '' }
});

function answer(path: string, query: URLSearchParams): Answer {
	if (path === '/eventtypes') return law;
	if (path === '/fates') return { body: { fates: [] } };
	if (path === '/hosts') return { body: { totalHosts: 0, hosts: [] } };
	asked.push(query);
	const limit = Number(query.get('limit'));
	const offset = Number(query.get('offset') ?? 0);
	const found = journal.filter((id) => id >= Number(query.get('afterEventId') ?? 0));
	const end = found.length - offset;
	const events = found.slice(Math.max(0, end - limit), Math.max(0, end)).map(event);
	return { body: { limit, offset, totalEvents: found.length, events } };
}

// Loaded when it is wanted, which takes its time where it must be compiled first.
beforeAll(() => Promise.all([import('./WhichHosts.svelte'), import('#lib/law/ThrowEvent.svelte')]), 60_000);

beforeAll(() => {
	layOut();
	Object.defineProperty(HTMLElement.prototype, 'scrollHeight', { configurable: true, get: () => 6000 });
});

beforeEach(() => {
	asked = [];
	journal = Array.from({ length: 450 }, (_, i) => i + 1);
	law = {
		body: { eventTypes: [{ id: 1, category: 'deploy', state: 'finished', description: '', restricted: false, href: '' }] }
	};
	server.answer = answer;
	router.url = new URL('http://localhost/v1/events/');
	router.place = new Map();
	document.body.innerHTML = '<div id="main"></div>'; // where menus go
});

afterEach(cleanup);

const notes = () => [...document.querySelectorAll('.rows [role=row]')].map((row) => row.lastElementChild!.textContent!.trim());

let client: QueryClient;

async function show(top = 'note 450') {
	client = newClient();
	render(WithQueries as never, { component: Events, given: {}, client } as never);
	await waitFor(() => expect(notes()[0]).toBe(top));
}

/** Events come in, and a notice of them. */
async function come(...ids: number[]) {
	// A notice while something is asked for waits (live.svelte.ts).
	await waitFor(() => expect([client.isFetching(), asked.length > 1]).toEqual([0, true]));
	journal.push(...ids);
	await client.invalidateQueries();
}

const list = () => screen.getByRole('grid').closest<HTMLElement>('.list')!;
const pill = () => screen.queryByRole('button', { name: /new, show/ })?.textContent;

async function scrollTo(top: number) {
	const grid = screen.getByRole('grid');
	grid.scrollTop = top;
	await fireEvent.scroll(grid);
}

describe('the journal', () => {
	it('has the newest first, and older ones only when one comes near the end', async () => {
		await show();
		await new Promise((resolve) => setTimeout(resolve, 30));
		expect(asked.map((query) => query.get('limit'))).toEqual([String(PAGE), '50']);
		await scrollTo(4900);
		await waitFor(() => expect(screen.getByRole('grid').getAttribute('aria-rowcount')).toBe('401'));
		expect(asked.at(-1)!.get('offset')).toBe(String(PAGE));
	});

	it('puts what comes in on top where nobody reads', async () => {
		await show();
		await come(451, 452);
		await waitFor(() => expect(notes().slice(0, 3)).toEqual(['note 452', 'note 451', 'note 450']));
		expect(pill()).toBeUndefined();
		expect(screen.getByText('452 events')).toBeTruthy();
	});

	it('lets it wait while somebody reads further down, and shows it when told', async () => {
		await show();
		await scrollTo(2000);
		await come(451, 452);
		await waitFor(() => expect(pill()).toBe('2 new, show'));
		expect(notes()).not.toContain('note 452');
		await fireEvent.click(screen.getByRole('button', { name: '2 new, show' }));
		await waitFor(() => expect(pill()).toBeUndefined());
		await scrollTo(0);
		await waitFor(() => expect(notes()[0]).toBe('note 452'));
	});

	it('lets it wait under somebody’s hand', async () => {
		await show();
		await fireEvent.pointerEnter(list());
		await come(451);
		await waitFor(() => expect(pill()).toBe('1 new, show'));
		expect(notes()[0]).toBe('note 450');
		await fireEvent.pointerLeave(list());
		await waitFor(() => expect(notes()[0]).toBe('note 451'));
	});

	it('begins anew where more came in than is put on top', async () => {
		await show();
		await fireEvent.pointerEnter(list());
		await come(...Array.from({ length: 90 }, (_, i) => 451 + i));
		await waitFor(() => expect(pill()).toBe('90 new, show'));
		await fireEvent.click(screen.getByRole('button', { name: '90 new, show' }));
		await waitFor(() => expect(notes()[0]).toBe('note 540'));
		await waitFor(() => expect(pill()).toBeUndefined());
		expect(screen.getByRole('grid').getAttribute('aria-rowcount')).toBe(String(PAGE + 1));
	});

	it('begins anew by itself where nobody reads', async () => {
		await show();
		await come(...Array.from({ length: 90 }, (_, i) => 451 + i));
		await waitFor(() => expect(notes()[0]).toBe('note 540'));
		await waitFor(() => expect(pill()).toBeUndefined());
		expect(screen.getByRole('grid').getAttribute('aria-rowcount')).toBe(String(PAGE + 1));
		expect(asked.filter((query) => query.get('limit') === String(PAGE))).toHaveLength(2);
	});

	it('goes no step forth in the browser’s history while a time is typed', async () => {
		await show();
		const before = history.length;
		await fireEvent(document.querySelector('[aria-label=Time].menu')!, Object.assign(new Event('toggle'), { newState: 'open' }));
		for (const value of ['2026-11-02T00:00', '2026-11-20T00:00'])
			await fireEvent.input(await screen.findByLabelText(/^From/), { target: { value } });
		await waitFor(() => expect(router.url.search).toBe('?from=2026-11-20T00%3A00'));
		expect(history.length).toBe(before);
	});

	it('throws on hosts that are named, whatever else is in its filters', async () => {
		router.url = new URL('http://localhost/v1/events/?host=web%201&hostQuery=group%3Dweb');
		await show();
		await fireEvent.click(screen.getByRole('button', { name: /Throw/ }));
		const dialog = within(await screen.findByRole('dialog'));
		expect(await dialog.findByText('1 host chosen')).toBeTruthy();
		expect(dialog.getByRole<HTMLInputElement>('combobox', { name: 'Query' }).value).toBe('group=web');
	});

	it('keeps the hosts that were chosen where no event was thrown on them', async () => {
		session.me = anna;
		const press = async (name: string | RegExp) => fireEvent.click(await screen.findByRole('button', { name }));
		await show();
		await press('Throw event');
		await fireEvent.input(await screen.findByLabelText(/Host names/), { target: { value: 'web-1 web-2' } });
		await press('Choose the event');
		await screen.findByRole('dialog', { name: 'Throw an event for 2 hosts' });
		await press('Cancel');
		await press('Throw event');
		expect(await screen.findByText('2 hosts chosen')).toBeTruthy();
	});

	it('says why events have no names, where those can’t be had', async () => {
		law = { status: 500, body: refusal(500, 'the database is away') };
		await show();
		expect((await screen.findByRole('alert')).textContent).toContain('the database is away');
		expect((await screen.findAllByRole('link', { name: 'event type 1' })).length).toBeGreaterThan(3);
	});

	it('says between which times it is, with their zone', async () => {
		router.url = new URL('http://localhost/v1/events/?from=2026-11-20T06:30&to=2026-12-02');
		await show();
		expect(screen.getByRole('button', { name: 'Time 2026-11-20 06:30 UTC to 2026-12-02 00:00 UTC' })).toBeTruthy();
	});

	it('shows the first event of an empty one', async () => {
		journal = [];
		client = new QueryClient({
			defaultOptions: { queries: { notifyOnChangeProps: 'all', networkMode: 'always', retry: false } }
		});
		render(WithQueries as never, { component: Events, given: {}, client } as never);
		await screen.findByText('No events yet');
		await come(1);
		await waitFor(() => expect(notes()).toEqual(['note 1']));
	});

	it('asks for what the address says', async () => {
		router.url = new URL('http://localhost/v1/events/?host=web-1&type=1&type=7&from=2026-11-20T06:30&hostQuery=web*');
		await show();
		expect(Object.fromEntries(asked[0]!)).toMatchObject({
			hostname: 'web-1',
			after: '2026-11-20 06:30:00',
			hostQuery: 'web*',
			offset: '0'
		});
		expect(asked[0]!.getAll('eventTypeId')).toEqual(['1', '7']);
	});
});
