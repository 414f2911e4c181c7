import { refusal, server } from '#lib/testing/server.ts';
import { cleanup, fireEvent, render, screen } from '@testing-library/svelte';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { eventTypes, fates } from '#lib/testing/law.ts';
import WithQueries from '#lib/testing/WithQueries.svelte';
import Home from './Home.svelte';

let known: boolean;
const today = { events: 3, opened: 2, closed: 1, questsStarted: 0, questsCompleted: 0 };
const steps = [
	{ fateId: 2, questId: 7, labors: 5, oldest: '2026-11-29 12:00:00' },
	{ fateId: 1, questId: null, labors: 3, oldest: '2026-11-29 12:00:00' }
];
const days = [
	[Date.UTC(2026, 10, 29) / 1000, 4, 1],
	[Date.UTC(2026, 10, 30) / 1000, 2, 1]
];

beforeEach(() => {
	known = true;
	server.answer = (path) => {
		if (path === '/home')
			return { body: { user: 'anna', quests: [], atRisk: [], waiting: { total: 5, steps }, failures: [], today, days } };
		if (!known) return { status: 403, body: refusal(403, 'not for you') };
		return { body: path === '/fates' ? { fates } : { eventTypes } };
	};
});
afterEach(cleanup);

it('says of which zone its days are', async () => {
	render(WithQueries, { component: Home, given: {} } as never);
	expect(await screen.findByText(/^Today \(UTC\): 3 events, 2 labors opened, 1 closed/)).toBeTruthy();
	expect(screen.getByText('2026-11-30 (UTC)')).toBeTruthy();
});

it('says why steps have no names, and gets them when asked again', async () => {
	known = false;
	render(WithQueries, { component: Home, given: {} } as never);
	expect(await screen.findByText('Could not get the names of the steps')).toBeTruthy();
	expect(screen.getByText('not for you')).toBeTruthy();
	expect(screen.getByRole('link', { name: 'Fate 2' })).toBeTruthy();
	known = true;
	await fireEvent.click(screen.getByRole('button', { name: 'Try again' }));
	expect(await screen.findByRole('link', { name: 'reboot approved' })).toBeTruthy();
});

it('leads from each step to the labors that it counts, also to those of no quest', async () => {
	render(WithQueries, { component: Home, given: {} } as never);
	const step = async (name: string) => (await screen.findByRole('link', { name })).getAttribute('href');
	expect(await step('reboot approved')).toBe('/v1/labors/?mine=true&step=2&quest=7');
	expect(await step('reboot required')).toBe('/v1/labors/?mine=true&step=1&quest=none');
});
