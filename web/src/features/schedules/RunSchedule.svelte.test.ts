import { server } from '#lib/testing/server.ts';
import { cleanup, render, screen, waitFor } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { router } from '#lib/router.svelte.ts';
import { newClient } from '#lib/testing/client.ts';
import WithQueries from '#lib/testing/WithQueries.svelte';
import RunSchedule from './RunSchedule.svelte';

const task = {
	id: 2,
	name: 'Reboot the fleet',
	kind: 'PLAYBOOK',
	mode: 'reboot.yml',
	project: 1,
	inventory: 4,
	inventory_name: 'fleet',
	type: 'CRONTAB',
	schedule: '0 2 1 * *',
	enabled: false,
	save_result: true,
	vars: {}
};
let posted: string[];

beforeEach(() => {
	posted = [];
	server.asked = [];
	server.answer = (path, _, body) => {
		if (path === '/polemarch/inventories/4/machines/') return { body: { count: 1200, results: [] } };
		posted.push(path);
		return { status: 201, body: { detail: '', history_id: 76, ...(body ?? {}) } };
	};
	router.start();
	router.go('/schedules/2');
});
afterEach(cleanup);

const show = (vars = {}) =>
	render(
		WithQueries as never,
		{ component: RunSchedule, given: { open: true, task: { ...task, vars } }, client: newClient() } as never
	);

describe('a schedule that is run now', () => {
	it('is not before it was said on how many hosts, also of one that is off', async () => {
		show();
		const button = await screen.findByRole('button', { name: 'Run on 1,200 hosts' });
		expect(screen.getByText(/It is run once, though it is off/)).toBeTruthy();
		expect(posted).toEqual([]);
		await userEvent.click(button);
		await waitFor(() => expect(router.asked.pathname).toBe('/runs/76'));
		expect(posted).toEqual(['/polemarch/periodic-tasks/2/execute/']);
	});

	it('with a limit is of so many at most', async () => {
		show({ limit: 'web*' });
		expect(await screen.findByRole('button', { name: 'Run on up to 1,200 hosts' })).toBeTruthy();
	});
});
