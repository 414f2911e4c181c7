import { server } from '#lib/testing/server.ts';
import { cleanup, render, screen } from '@testing-library/svelte';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { session } from '#lib/api/session.svelte.ts';
import { anna } from '#lib/testing/session.ts';
import { eventTypes, fates } from '#lib/testing/law.ts';
import WithQueries from '#lib/testing/WithQueries.svelte';
import Quest from './Quest.svelte';

vi.mock('./TimeSeries.svelte', () => ({ default: () => {} })); // there is no canvas

let total: number;
const quest = {
	id: 7,
	description: 'Reboot',
	creator: 'anna@example.com',
	embarkTime: '2026-11-01 12:00:00',
	completionTime: null,
	targetTime: null,
	totalLabors: 200_000,
	unstartedLabors: 100_000,
	inprogressLabors: 50_000,
	completedLabors: 50_000
};
const columns = {
	id: [1],
	start: [1],
	host: ['web-1'],
	owner: [null],
	quest: [7],
	fate: [1],
	closingFate: [1],
	made: [1000],
	closed: [2000],
	acked: [null],
	ackUser: [null],
	for: [1]
};
const stand = [
	{ fateId: 1, open: 100_000, closed: 100_000 },
	{ fateId: 2, open: 50_000, closed: 0 },
	{ fateId: 3, open: 0, closed: 50_000 }
];

beforeEach(() => {
	session.me = anna;
	server.answer = (path) => {
		if (path === '/eventtypes') return { body: { eventTypes } };
		if (path === '/fates') return { body: { fates } };
		if (path === '/labors/table') return { body: { asOf: '2026-11-30 12:00:00', total, whole: true, gone: [], columns } };
		if (path.endsWith('/history'))
			return { body: { points: [[1000, 150_000, 0, 0]], forecast: { time: null, perDay: 0 }, steps: stand } };
		return { body: quest };
	};
});
afterEach(cleanup);

const section = (title: string) => screen.getByRole('heading', { name: title }).closest('section')!;
const buttons = (title: string) => [...section(title).querySelectorAll('button')].map((button) => button.textContent!.trim());

async function show() {
	render(WithQueries, { component: Quest, given: { id: '7' } } as never);
	await screen.findByRole('grid');
	await screen.findByRole('button', { name: /^reboot approved/ });
}

it('where not all labors of a quest are here, its figures are its own, not those of the few', async () => {
	total = 200_000;
	await show();
	expect(section('Progress').textContent).toContain('25.0 %');
	expect(section('Progress').textContent).toContain('50,000 of 200,000 labors');
	expect(buttons('Progress')).toEqual([]);
	expect(buttons('Where labors stand')).toEqual(['reboot required100,000', 'reboot approved50,000']);
});

it('where all are here, each state has its count, which filters the table', async () => {
	total = 1;
	await show();
	expect(buttons('Progress')).toEqual(['Done1', 'In progress0', 'Acknowledged0', 'Not started0']);
});
