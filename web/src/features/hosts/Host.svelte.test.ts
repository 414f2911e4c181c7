import { refusal, server, type Answer } from '#lib/testing/server.ts';
import type { QueryClient } from '@tanstack/svelte-query';
import { cleanup, render, screen, waitFor } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { session } from '#lib/api/session.svelte.ts';
import { router } from '#lib/router.svelte.ts';
import { anna } from '#lib/testing/session.ts';
import { newClient } from '#lib/testing/client.ts';
import { concerned } from '#lib/testing/concerned.ts';
import WithQueries from '#lib/testing/WithQueries.svelte';
import Host from './Host.svelte';

let client: QueryClient;
let law: Answer;
let events: unknown[];
beforeEach(() => {
	client = newClient();
	server.asked = [];
	law = { body: { eventTypes: [{ id: 1, category: 'reboot', state: 'required' }] } };
	events = [];
	let ackTime: string | null = null;
	server.answer = (path, query) => {
		if (path === '/eventtypes') return law;
		if (path === '/fates')
			return { body: { fates: [{ id: 1, creationEventTypeId: 1, followsId: null, precedesIds: [], forOwner: true }] } };
		if (path === '/events') return { body: { totalEvents: events.length, events } };
		const open = {
			id: 31,
			fateId: 1,
			startingLaborId: null,
			creationTime: '2026-11-30 12:00:00',
			creationEventId: 5,
			completionTime: null
		};
		if (path === '/labors/31') {
			ackTime = '2026-11-30 13:00:00';
			return { body: {} };
		}
		if (path === '/labors')
			return { body: { totalLabors: 1, labors: query.has('open') ? [{ ...open, forOwner: true, ackTime }] : [open] } };
		return { body: { id: 7, hostname: 'web 1', owner: null, tags: null, lastEvent: null } };
	};
	router.url = new URL('http://localhost/v1/hosts/web%201');
});
afterEach(cleanup);

describe('a host', () => {
	it('is asked for anew with what happens on it, and not with what happens elsewhere', async () => {
		render(WithQueries as never, { component: Host, given: { name: 'web 1' }, client } as never);
		expect(concerned(client, { kind: 'host', ids: [99] })).toContainEqual(['host', 'web 1']); // which one it is is not known yet
		await screen.findByRole('heading', { name: '1 open labor' });
		await waitFor(() => expect(client.isFetching()).toBe(0));
		const own = [[], ['open'], ['labors'], ['events', '31d']].map((part) => ['host', 'web 1', ...part]);
		expect(concerned(client, { kind: 'host', ids: [7, 8] })).toEqual(expect.arrayContaining(own));
		expect(concerned(client, { kind: 'labor', ids: [31] })).toEqual(expect.arrayContaining(own.slice(1, 3)));
		for (const kind of ['host', 'labor', 'event'] as const) expect(concerned(client, { kind, ids: [99] })).toEqual([]);
	});

	it('has its labor acknowledged once, and the focus stays with the labor', async () => {
		session.me = anna;
		const user = userEvent.setup();
		render(WithQueries as never, { component: Host, given: { name: 'web 1' }, client } as never);
		const button = await screen.findByRole('button', { name: 'Acknowledge reboot required' });
		button.click();
		await user.dblClick(button);
		await waitFor(() => expect(screen.queryByRole('button', { name: 'Acknowledge reboot required' })).toBeNull());
		expect(server.asked.filter((one) => one === 'PUT /labors/31')).toHaveLength(1);
		await waitFor(() => expect(document.activeElement).toBe(screen.getByRole('link', { name: 'reboot required' })));
	});

	it('says why its labors can’t be told, where event types and fates can’t be had', async () => {
		law = { status: 500, body: refusal(500, 'the database is away') };
		render(WithQueries as never, { component: Host, given: { name: 'web 1' }, client } as never);
		const said = async () => (await screen.findAllByRole('alert')).map((alert) => alert.textContent!.trim());
		await waitFor(async () =>
			expect(await said()).toContainEqual(
				expect.stringMatching(/^Could not get the event types and fates.*the database is away/s)
			)
		);
	});

	it('tells of each of its events when it was, in which zone, and how long ago', async () => {
		events = [{ id: 5, hostId: 7, eventTypeId: 1, user: 'anna', note: '', timestamp: '2020-01-01 12:00:00' }];
		router.url = new URL('http://localhost/v1/hosts/web%201?range=all');
		render(WithQueries as never, { component: Host, given: { name: 'web 1' }, client } as never);
		expect((await screen.findByRole('link', { name: /2020-01-01/ })).textContent).toMatch(/^2020-01-01 12:00 UTC\s+\d+ y ago$/);
	});
});
