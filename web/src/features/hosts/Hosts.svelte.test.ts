import { refusal, server } from '#lib/testing/server.ts';
import type { QueryClient } from '@tanstack/svelte-query';
import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/svelte';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { router } from '#lib/router.svelte.ts';
import { newClient } from '#lib/testing/client.ts';
import { concerned } from '#lib/testing/concerned.ts';
import WithQueries from '#lib/testing/WithQueries.svelte';
import { layOut } from '#lib/testing/window.ts';
import Hosts from './Hosts.svelte';

const FLEET = 2300;
let broken: boolean;
let client: QueryClient;

beforeAll(layOut);
beforeEach(() => {
	broken = false;
	client = newClient();
	server.asked = [];
	server.answer = (path, query) => {
		if (path === '/eventtypes') return { body: { eventTypes: [] } };
		if (path === '/fates') return { body: { fates: [] } };
		const [offset, limit] = [Number(query.get('offset') ?? 0), Number(query.get('limit'))];
		if (offset > 0 && broken) return { status: 500, body: refusal(500, 'something broke') };
		const hosts = Array.from({ length: Math.min(limit, FLEET - offset) }, (_, i) => ({
			id: offset + i,
			hostname: `web-${offset + i}`
		}));
		return { body: { totalHosts: FLEET, hosts } };
	};
	router.url = new URL('http://localhost/v1/hosts/');
});
afterEach(cleanup);

const show = () => render(WithQueries as never, { component: Hosts, given: {}, client } as never);

describe('the hosts', () => {
	it('are all there, and of many only the first are asked for with each event', async () => {
		show();
		expect(await screen.findByText('2,300 hosts')).toBeTruthy();
		expect(concerned(client, { kind: 'host', ids: [7] })).toEqual([['hosts', undefined, 'first']]);
		expect(concerned(client, { kind: 'labor' })).toEqual([]);
	});

	it('that could not be had are said to be missing, and asked for again', async () => {
		broken = true;
		show();
		expect(await screen.findByText('Could not get the other hosts')).toBeTruthy();
		expect(screen.getByText('something broke')).toBeTruthy();
		expect(screen.getByText('the first 2,000 of 2,300 hosts')).toBeTruthy();
		broken = false;
		await fireEvent.click(screen.getByRole('button', { name: 'Try again' }));
		expect(await screen.findByText('2,300 hosts')).toBeTruthy();
		await waitFor(() => expect(screen.queryByText('Could not get the other hosts')).toBeNull());
	});
});
