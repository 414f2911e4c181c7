import { server } from '#lib/testing/server.ts';
import { cleanup, render, screen } from '@testing-library/svelte';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import WithQueries from '#lib/testing/WithQueries.svelte';
import RunTable from './RunTable.svelte';

const run = {
	id: 7,
	project: 3,
	project_name: 'fleet',
	mode: 'site.yml',
	kind: 'PLAYBOOK',
	status: 'RUN',
	inventory: 4,
	inventory_name: 'prod',
	bare: false,
	start_time: '2026-11-30T10:00:00Z',
	stop_time: null,
	initiator: 2,
	initiator_type: 'scheduler',
	initiator_name: 'nightly',
	outcomes: {}
};

beforeEach(() => {
	server.asked = [];
	server.answer = () => ({ body: { count: 1, next: null, previous: null, results: [{ id: 7, outcomes: { running: 12 } }] } });
});
afterEach(cleanup);

const show = (columns: string[], runs: unknown[] = [run], it?: number) =>
	render(WithQueries as never, { component: RunTable, given: { runs, columns, it } } as never);

describe('a few runs', () => {
	it('say of each what is wanted, and in that order', () => {
		show(['status', 'what', 'project', 'where', 'who'], [{ ...run, status: 'OK' }]);
		expect(screen.getAllByRole('columnheader').map((one) => one.textContent)).toEqual([
			'Run',
			'Status',
			'What',
			'Project',
			'On',
			'By'
		]);
		expect(screen.getAllByRole('cell').map((one) => one.textContent!.trim())).toEqual([
			'7',
			'OK',
			'site.yml',
			'fleet',
			'prod',
			'nightly'
		]);
		expect(screen.getAllByRole('link').map((one) => one.getAttribute('href'))).toEqual([
			'/runs/7',
			'/inventories/4',
			'/schedules/2'
		]);
		expect(server.asked).toEqual([]);
	});

	it('that are at work say how far they are by now', async () => {
		show(['hosts']);
		await screen.findByText(/12 running/);
	});

	it.each([
		[{ initiator_name: null }, 'a schedule that is gone'],
		[{ initiator_type: 'users', initiator_name: 'anna' }, 'anna'],
		[{ initiator_type: 'users', initiator_name: null }, '']
	])('say who asked for it: %o', (given, said) => {
		show(['who'], [{ ...run, ...given }]);
		expect(screen.getAllByRole('cell')[1]!.textContent!.trim()).toBe(said);
	});

	it('may be none', () => {
		show(['status', 'what'], []);
		expect(screen.getByRole('cell', { name: 'None yet' }).getAttribute('colspan')).toBe('3');
	});
});
