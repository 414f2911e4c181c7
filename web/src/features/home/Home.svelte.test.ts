import { refusal, server } from '#lib/testing/server.ts';
import { cleanup, fireEvent, render, screen } from '@testing-library/svelte';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventTypes, fates } from '#lib/testing/law.ts';
import WithQueries from '#lib/testing/WithQueries.svelte';
import Home from './Home.svelte';

let known: boolean;
let counted: number;
let automation: (path: string, query: URLSearchParams) => unknown[];
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
	counted = 0;
	automation = () => [];
	server.answer = (path, query) => {
		if (path === '/home')
			return { body: { user: 'anna', quests: [], atRisk: [], waiting: { total: 5, steps }, failures: [], today, days } };
		if (path.startsWith('/polemarch/'))
			return { body: { count: counted, next: null, previous: null, results: automation(path, query) } };
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

describe('what runs', () => {
	const run = (id: number, status: string) => ({
		id,
		status,
		mode: `run-${id}.yml`,
		project_name: 'site',
		inventory_name: 'all',
		start_time: '2026-11-30T12:00:00.5Z',
		stop_time: status === 'RUN' ? null : '2026-11-30T12:01:00Z'
	});

	it('is shown first, however much has failed, then what failed, each as a link', async () => {
		automation = (path, query) => {
			if (path !== '/polemarch/history/') return [];
			if (query.get('status') === 'DELAY,RUN') return [run(7, 'RUN')];
			expect([query.get('status'), query.has('start_time__gte')]).toEqual(['ERROR,OFFLINE', true]);
			// 7 has failed in the meantime.
			return [run(9, 'ERROR'), run(7, 'ERROR'), run(5, 'OFFLINE')];
		};
		counted = 100;
		render(WithQueries, { component: Home, given: {} } as never);
		await screen.findByText('run-5.yml');
		expect(screen.getAllByText(/^run-/).map((link) => link.getAttribute('href'))).toEqual(['/runs/7', '/runs/9', '/runs/5']);
		expect(screen.getByText('100 runs under way')).toBeTruthy();
		expect(screen.getByRole('link', { name: 'All that did not end well' })).toBeTruthy();
	});

	it('next is what is due first, and nothing that is off or never due', async () => {
		const task = (id: number, next_run: string | null) => ({ id, name: `task ${id}`, mode: 'a.yml', enabled: true, next_run });
		automation = (path, query) => {
			if (path !== '/polemarch/periodic-tasks/') return [];
			expect([query.get('enabled'), query.get('ordering'), query.get('limit')]).toEqual(['true', 'next_run', '6']);
			return [task(2, '2026-12-01T00:00:00Z'), task(1, '2026-12-02T00:00:00Z'), task(4, null)];
		};
		render(WithQueries, { component: Home, given: {} } as never);
		await screen.findByText('task 1');
		expect(screen.getAllByText(/^task/).map((link) => link.textContent)).toEqual(['task 2', 'task 1']);
	});
});
