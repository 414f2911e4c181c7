import { server } from '#lib/testing/server.ts';
import { cleanup, render, screen, waitFor, within } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { session } from '#lib/api/session.svelte.ts';
import { router } from '#lib/router.svelte.ts';
import { newClient } from '#lib/testing/client.ts';
import WithQueries from '#lib/testing/WithQueries.svelte';
import { anna } from '#lib/testing/session.ts';
import { layOut } from '#lib/testing/window.ts';
import Runs from './Runs.svelte';

const run = (id: number, status: string, given: object = {}) => ({
	id,
	status,
	kind: 'PLAYBOOK',
	mode: 'site.yml',
	project: 3,
	project_name: 'web',
	inventory: 13,
	inventory_name: 'prod',
	initiator: 7,
	initiator_type: 'users',
	initiator_name: 'anna',
	start_time: '2026-11-30T21:00:00Z',
	stop_time: status === 'RUN' ? null : '2026-11-30T21:00:07Z',
	outcomes: { ok: 3 },
	may: ['cancel', 'delete'],
	...given
});
let refused: number[];

beforeAll(layOut);
beforeAll(() => import('./RunActions.svelte'), 60_000);
beforeEach(() => {
	session.me = anna;
	router.place.clear();
	server.asked = [];
	refused = [];
	server.answer = (path, query) => {
		const own = path.replace('/polemarch', '');
		if (own === '/history/') {
			const results = [
				run(4, 'RUN', { outcomes: {} }),
				run(3, 'OK'),
				run(2, 'ERROR', { may: [], project_name: null }),
				run(1, 'OK', { inventory: null, inventory_name: null, bare: true, outcomes: {} }),
				run(0, 'OK', { inventory: null, inventory_name: null, bare: false })
			];
			if (query.has('id')) {
				if (query.get('id') !== '4') throw new Error(`asked for ${query.get('id')}`);
				return { body: { count: 1, next: null, previous: null, results: [run(4, 'RUN', { outcomes: { running: 12 } })] } };
			}
			return { body: { count: results.length, next: null, previous: null, results } };
		}
		if (own === '/projects/3/') return { body: { id: 3, name: 'web', status: 'OK' } };
		const [, id, verb] = /^\/history\/(\d+)\/(cancel\/)?$/.exec(own) ?? [];
		if (id && refused.includes(Number(id))) return { status: 403, body: { detail: 'You may not.' } };
		if (id) return verb ? { body: { detail: `Task canceled: ${id}` } } : { body: null };
		throw new Error(`not asked for here: ${path}`);
	};
});
afterEach(cleanup);

async function open(at = '/runs') {
	router.go(at);
	render(WithQueries as never, { component: Runs, given: {}, client: newClient() } as never);
	await screen.findByRole('grid', { name: 'Runs' });
	return userEvent.setup();
}
const written = () => server.asked.filter((asked) => /^(POST|DELETE)/.test(asked));

describe('the runs', () => {
	it('are those that the address says', async () => {
		await open('/runs?status=ERROR&status=RUN&project=3&by=7&host=web-1');
		const asked = decodeURIComponent(server.asked.find((one) => one.includes('/history/'))!);
		for (const part of [
			'status=RUN,ERROR',
			'project=3',
			'initiator=7',
			'initiator_type=users',
			'host=web-1',
			'expand=names,outcomes,may'
		])
			expect(asked).toContain(part);
		expect(screen.getByRole('button', { name: 'Mine' }).getAttribute('aria-pressed')).toBe('true');
		await screen.findByRole('button', { name: 'Project web' });
	});

	it('say where hosts were named, and where the inventory was deleted', async () => {
		await open();
		expect(screen.getByText('hosts by name')).toBeTruthy();
		expect(screen.getByText('deleted')).toBeTruthy();
	});

	it('that are at work say on how many hosts they are by now; of one that is over without a host it is said', async () => {
		await open();
		const row = (id: number) => screen.getByTitle(`Run ${id}: site.yml`).closest<HTMLElement>('[role=row]')!;
		await waitFor(() => expect(row(4).textContent).toContain('12 running'));
		expect(row(1).textContent).toContain('no hosts');
		expect(row(4).textContent).not.toContain('no hosts');
	});

	it('that are chosen are cancelled where they are not over, and deleted where they are and one may', async () => {
		const user = await open();
		await user.click(screen.getByRole('checkbox', { name: 'Select all 5 that match' }));
		await user.click(await screen.findByRole('button', { name: 'Cancel 1 run' }));
		await user.click(within(screen.getByRole('dialog')).getByRole('button', { name: 'Cancel 1 run' }));
		await waitFor(() => expect(written()).toEqual(['POST /polemarch/history/4/cancel/']));
	});

	it.each([
		[4, false],
		[3, true],
		[2, false]
	])('can be run again where they are over, and one sees the project (%i: %s)', async (id, may) => {
		const user = await open();
		const row = screen.getByTitle(`Run ${id}: site.yml`).closest<HTMLElement>('[role=row]')!;
		await user.click(within(row).getByRole('checkbox'));
		await screen.findByText(/You may neither|Cancel 1 run|Delete 1 record/);
		const again = screen.queryByRole('link', { name: 'Run again' });
		expect(again?.getAttribute('href') ?? null).toBe(may ? `/runs/new?run=${id}` : null);
	});

	it('of which some are refused say which and why', async () => {
		refused = [3];
		const user = await open();
		await user.click(screen.getByRole('checkbox', { name: 'Select all 5 that match' }));
		await user.click(await screen.findByRole('button', { name: 'Delete 3 records' }));
		const dialog = within(screen.getByRole('dialog'));
		await user.click(dialog.getByRole('button', { name: 'Delete 3 records' }));
		expect((await dialog.findByRole('listitem')).textContent).toBe('Run 3: You may not.');
		expect(written()).toEqual(['DELETE /polemarch/history/3/', 'DELETE /polemarch/history/1/', 'DELETE /polemarch/history/0/']);
		expect(screen.getByText('5 runs selected')).toBeTruthy();
		await user.click(dialog.getAllByRole('button', { name: 'Close' }).at(-1)!);
		await waitFor(() => expect(screen.queryByText(/ selected$/)).toBeNull());
	});
});
