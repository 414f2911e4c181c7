import { QueryClient, QueryObserver } from '@tanstack/svelte-query';
import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/svelte';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { ApiError } from '#lib/api/client.ts';
import WithQueries from '#lib/testing/WithQueries.svelte';
import Old from './Old.svelte';

const live = vi.hoisted(() => ({ state: 'live', heard: new Date(0) }));
vi.mock('#lib/api/live.svelte.ts', () => ({ live }));

let client: QueryClient;
/** What is wrong with each thing that is on the screen, if anything. */
let wrong: Record<string, string | undefined>;

beforeEach(() => {
	live.state = 'live';
	wrong = {};
	client = new QueryClient({ defaultOptions: { queries: { networkMode: 'always', retry: false } } });
	render(WithQueries as never, { component: Old, client, given: {} } as never);
});
afterEach(() => {
	cleanup();
	client.clear();
});

/** Somebody looks at it, until what is given is called. */
const look = (key: string, what: string) =>
	new QueryObserver(client, {
		queryKey: [key],
		queryFn: () => (wrong[what] ? Promise.reject(new Error(wrong[what])) : Promise.resolve(1)),
		meta: { what }
	}).subscribe(() => {});
const anew = () => client.invalidateQueries();
const alert = () => screen.queryByRole('alert')?.textContent;

it('what can’t be got anew is told in words, with the reason, until it can', async () => {
	look('hosts meant', 'the query’s hosts');
	look('labors', 'the labors');
	look('labors again', 'the labors');
	await anew();
	expect(alert()).toBeUndefined();
	wrong = { 'the query’s hosts': 'The query server is away.', 'the labors': 'Too many searches.' };
	await anew();
	await waitFor(() => expect(alert()).toBe('Could not get anew: the query’s hosts, the labors. The query server is away.'));
	wrong = { 'the labors': 'Too many searches.' };
	await fireEvent.click(screen.getByRole('button', { name: 'Try again' }));
	await waitFor(() => expect(alert()).toBe('Could not get anew: the labors. Too many searches.'));
	wrong = {};
	await anew();
	await waitFor(() => expect(alert()).toBeUndefined());
});

it('what was never had, or is looked at by nobody any more, is not told', async () => {
	wrong = { 'the hosts': 'No.' };
	look('hosts', 'the hosts');
	const leave = look('labors', 'the labors');
	await anew();
	wrong = { 'the hosts': 'No.', 'the labors': 'No.' };
	await anew();
	await waitFor(() => expect(alert()).toBe('Could not get anew: the labors. No.'));
	leave();
	await waitFor(() => expect(alert()).toBeUndefined());
});

it('what is gone, or may be seen no more, is not told: its page says it; nor that one is to sign in, which one is asked', async () => {
	let status = 200;
	const gone = new QueryObserver(client, {
		queryKey: ['host'],
		queryFn: () => (status === 200 ? Promise.resolve(1) : Promise.reject(new ApiError(status, 'Not found.'))),
		meta: { what: 'the host' }
	});
	gone.subscribe(() => {});
	await anew();
	for (status of [404, 403, 401]) {
		await anew();
		expect([gone.getCurrentResult().isError, alert()]).toEqual([true, undefined]);
	}
	status = 500;
	await anew();
	await waitFor(() => expect(alert()).toBe('Could not get anew: the host. Not found.'));
});

it('where nobody answers it says of when the page is, and no more', async () => {
	cleanup();
	live.state = 'away';
	live.heard = new Date('2026-11-14T17:00:00Z');
	look('labors', 'the labors');
	await anew();
	wrong = { 'the labors': 'No.' };
	await anew();
	render(WithQueries as never, { component: Old, client, given: {} } as never);
	expect(alert()).toBe('The server does not answer.');
	expect(document.querySelector('time')!.dateTime).toBe('2026-11-14T17:00:00.000Z');
	expect(screen.queryByRole('button')).toBeNull();
});
