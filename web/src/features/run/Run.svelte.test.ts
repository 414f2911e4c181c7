import { server } from '#lib/testing/server.ts';
import { cleanup, render, screen, waitFor } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { session } from '#lib/api/session.svelte.ts';
import { router } from '#lib/router.svelte.ts';
import { newClient } from '#lib/testing/client.ts';
import { concerned } from '#lib/testing/concerned.ts';
import { anna } from '#lib/testing/session.ts';
import { layOut } from '#lib/testing/window.ts';
import WithQueries from '#lib/testing/WithQueries.svelte';
import Run from './Run.svelte';

const TOTAL = 5000;
let record: Record<string, unknown>;
let total: number;
let marks: { line: number; kind: string; text: string; host: string | null }[];
const client = newClient();

beforeAll(layOut);
beforeEach(() => {
	session.me = anna;
	client.clear();
	server.asked = [];
	total = TOTAL;
	marks = [];
	record = {
		id: 7,
		project: 3,
		mode: 'site.yml',
		kind: 'PLAYBOOK',
		status: 'OK',
		inventory: 4,
		start_time: '2026-11-30T10:00:00.000000Z',
		stop_time: '2026-11-30T10:01:05.000000Z',
		initiator: 1,
		initiator_type: 'users',
		project_name: 'fleet',
		inventory_name: 'prod',
		initiator_name: 'anna',
		outcomes: { ok: 3 },
		may: ['cancel', 'delete'],
		raw_args: 'ansible-playbook site.yml',
		revision: 'NO VCS',
		status_detail: null,
		url: ''
	};
	server.answer = (path, query) => {
		if (path === '/polemarch/history/7/') return { body: record };
		if (path === '/polemarch/history/7/outline/') return { body: { upto: total, marks } };
		if (path === '/polemarch/history/7/cancel/') return { body: { detail: 'Task canceled: 7' } };
		if (path === '/polemarch/history/7/lines/') {
			const up = query.get('ordering') === 'line_number';
			const from = Number(query.get('after') ?? 0) + 1;
			const limit = Math.min(Number(query.get('limit')), total - from + 1);
			const results = Array.from({ length: Math.max(0, limit) }, (_, i) => {
				const n = up ? from + i : total - i;
				return { line_number: n, line: `says ${n}` };
			});
			return { body: { count: Math.max(0, total - from + 1), next: null, previous: null, results } };
		}
		return { status: 404, body: { detail: 'Not found.' } };
	};
	router.url = new URL('http://localhost/runs/7');
	router.place = new Map();
});
afterEach(cleanup);

const show = () => render(WithQueries as never, { component: Run, given: { id: '7' }, client } as never);
const line = (n: number) => screen.findByText(`says ${n}`);

describe('a run', () => {
	it('opens at its end, with the lines that are in sight and no others', async () => {
		show();
		await line(5000);
		expect(screen.queryByText('says 1')).toBeNull();
		expect(document.querySelectorAll('.line').length).toBeLessThan(40);
		expect(server.asked.filter((one) => one.includes('/lines/')).length).toBeLessThan(4);
	});

	it('that failed opens at its first failure', async () => {
		record['status'] = 'ERROR';
		marks = [
			{ line: 1, kind: 'play', text: 'site', host: null },
			{ line: 2000, kind: 'ignored', text: '', host: 'a' },
			{ line: 3000, kind: 'failed', text: '', host: 'a' }
		];
		show();
		await line(3000);
	});

	it('opens at the line that its address names, and that line is marked', async () => {
		router.url = new URL('http://localhost/runs/7#L1200-1201');
		show();
		const found = await line(1200);
		expect(found.closest('.line')!.classList.contains('marked')).toBe(true);
		expect(screen.getByRole('button', { name: 'Copy 2 lines' })).toBeTruthy();
		expect(screen.getByRole('link', { name: 'Output' }).getAttribute('href')).toBe('/runs/7#L1200-1201');
	});

	it('marks nothing where its address names a line that it has not', async () => {
		router.url = new URL('http://localhost/runs/7#L99999');
		show();
		await line(5000);
		expect(screen.queryByText('Line 99,999')).toBeNull();
	});

	it('is where one was in it when one comes back to it from another page', async () => {
		record = { ...record, status: 'ERROR' };
		marks = [{ line: 100, kind: 'failed', text: '', host: 'web1' }];
		const { unmount } = show();
		await line(100);
		await userEvent.click(screen.getByRole('region', { name: 'Output of run 7' }));
		await userEvent.keyboard('{Home}');
		await line(1);
		const { place } = router;
		unmount();
		router.place = new Map();
		client.clear();
		router.place = place;
		show();
		await line(1);
		expect(screen.queryByText('says 100')).toBeNull();
	});

	it('goes along with what comes, until somebody scrolls up, and again when he wants to', async () => {
		record = { ...record, status: 'RUN', stop_time: null };
		const user = userEvent.setup();
		show();
		await line(5000);
		total = 5010;
		await line(5010);
		const log = screen.getByRole('region', { name: 'Output of run 7' });
		log.scrollTop -= 2000;
		log.dispatchEvent(new Event('scroll'));
		await waitFor(() => expect(screen.queryByText('says 5010')).toBeNull());
		total = 5030;
		await user.click(await screen.findByRole('button', { name: '20 new lines' }));
		await line(5030);
		total = 5031;
		await line(5031);
		expect(screen.queryByRole('button', { name: /new line/ })).toBeNull();
	});

	it('that is over has all its lines, to the last', async () => {
		record = { ...record, status: 'RUN', stop_time: null };
		show();
		await line(5000);
		total = 5333;
		record = { ...record, status: 'OK', stop_time: '2026-11-30T10:02:00.000000Z' };
		void client.invalidateQueries({ queryKey: ['run', 7] });
		await line(5333);
		await screen.findByText('5,333 lines');
	});

	it('is folded by its tasks, each of which says how many lines and failures are behind it', async () => {
		marks = [
			{ line: 1, kind: 'play', text: 'site', host: null },
			{ line: 3, kind: 'task', text: 'one', host: null },
			{ line: 9, kind: 'failed', text: '', host: 'a' },
			{ line: 2001, kind: 'task', text: 'two', host: null }
		];
		const user = userEvent.setup();
		show();
		await line(5000);
		await user.click(await screen.findByRole('button', { name: 'Fold all' }));
		const rows = () => [...document.querySelectorAll('.line .text')].map((row) => row.textContent!.replace(/\s+/g, ' '));
		await waitFor(() =>
			expect(rows()).toEqual(['says 1', 'says 2', 'TASK [one] … 1,997 lines, 1 failure', 'TASK [two] … 2,999 lines'])
		);
		await user.click(screen.getByRole('button', { name: 'Next failure 1' }));
		await line(9);
	});

	it('is searched by the server, from where one is, and each find is gone to', async () => {
		const before = server.answer;
		server.answer = (path, query, body) => {
			if (!query.has('search')) return before(path, query, body);
			const fits = [40, 4000].filter((n) => n > Number(query.get('after') ?? 0) && n < Number(query.get('before') ?? Infinity));
			return {
				body: { count: fits.length, next: null, previous: null, results: fits.map((n) => ({ line_number: n, line: '' })) }
			};
		};
		const user = userEvent.setup();
		show();
		await line(5000);
		const box = screen.getByRole('searchbox');
		await user.type(box, 'says');
		const current = () => document.querySelector('.line.current .text')?.textContent;
		await screen.findByText('1 of 2');
		await waitFor(() => expect(current()).toBe('says 40'));
		expect(document.querySelector('.line.current .hit.here')?.textContent).toBe('says');
		await user.type(box, '{Enter}');
		await screen.findByText('2 of 2');
		await waitFor(() => expect(current()).toBe('says 4000'));
	});

	it('is told of its own notices only', async () => {
		show();
		await line(5000);
		expect(concerned(client, { kind: 'run', ids: [8] })).toEqual([]);
		expect(concerned(client, { kind: 'run', ids: [7] })).toContainEqual(['run', 7]);
	});

	it('is cancelled after it was said what that means, once', async () => {
		record = { ...record, status: 'RUN', stop_time: null, outcomes: { running: 3 } };
		const user = userEvent.setup();
		show();
		await user.click(await screen.findByRole('button', { name: 'Cancel run' }));
		const sure = await screen.findByRole('button', { name: 'Cancel run 7' });
		expect(screen.getByRole('dialog').textContent).toContain('at work on 3 hosts');
		await user.dblClick(sure);
		await waitFor(() => expect(server.asked.filter((one) => one.startsWith('POST'))).toHaveLength(1));
	});

	it('offers only what one may do, and what makes sense', async () => {
		record = { ...record, may: [], outcomes: { ok: 3, failed: 2, unreachable: 1 }, status: 'ERROR' };
		show();
		const again = await screen.findByRole('link', { name: 'Run again on 3 failed hosts' });
		expect(again.getAttribute('href')).toBe('/runs/new?run=7&failed=1');
		expect(screen.queryByRole('button', { name: 'Delete record' })).toBeNull();
		expect(screen.queryByRole('button', { name: 'Cancel run' })).toBeNull();
	});

	it.each([
		['DELAY', 'It has not begun yet'],
		['RUN', 'No output yet'],
		['OK', 'There is no output']
	])('without output says so (%s)', async (status, text) => {
		total = 0;
		record = { ...record, status, stop_time: status === 'OK' ? record['stop_time'] : null };
		show();
		await screen.findByText(text);
	});

	it('that is gone, or may not be seen, says so', async () => {
		server.answer = () => ({ status: 403, body: { detail: "You don't have permission to this object." } });
		show();
		await screen.findByText('You may not see run 7');
		cleanup();
		client.clear();
		server.answer = () => ({ status: 404, body: { detail: 'Not found.' } });
		show();
		await screen.findByText('There is no run 7');
	});

	it('that may no longer be seen is not shown on, once a notice of its project or inventory says so', async () => {
		show();
		await line(5000);
		server.answer = () => ({ status: 403, body: { detail: "You don't have permission to this object." } });
		for (const kind of ['project', 'inventory'] as const)
			expect(concerned(client, { kind, ids: [3] })).toContainEqual(['run', 7]);
		void client.invalidateQueries({ queryKey: ['run', 7] });
		await screen.findByText('You may not see run 7');
		expect(screen.queryByText('says 5000')).toBeNull();
	});

	it.each([
		[{ hosts: ['web-1'] }, '1 host of inventory prod,'],
		[{ hosts: null }, 'project fleet, inventory prod,'],
		[{ inventory: null, inventory_name: null, bare: true, hosts: ['web-1', 'web-2'] }, '2 hosts by name,'],
		[{ inventory: null, hosts: ['web-1'], inventory_name: null, bare: false }, '1 host of an inventory that was deleted,'],
		[{ inventory: null, inventory_name: null, bare: false }, 'an inventory that was deleted,']
	])('says where it was %o', async (given, said) => {
		record = { ...record, ...given };
		show();
		await line(5000);
		expect(document.body.textContent!.replace(/\s+/g, ' ')).toContain(said);
	});

	it('whose output does not come on keeps what is here in its place, and says so instead of the count', async () => {
		record = { ...record, status: 'RUN', stop_time: null };
		show();
		await line(5000);
		const before = server.answer;
		server.answer = (path, ...rest) =>
			path.endsWith('/lines/') ? { status: 503, body: { detail: 'Away.' } } : before(path, ...rest);
		await screen.findByText('Could not get more lines', {}, { timeout: 4000 });
		expect(screen.getByText('says 5000')).toBeTruthy();
		expect(document.querySelector('.failure')).toBeNull();
	});

	it('asks once for the names that it was asked for, for they may be many', async () => {
		record = { ...record, hosts: ['web-1', 'web-2'] };
		show();
		await line(5000);
		delete record['hosts'];
		await client.invalidateQueries({ queryKey: ['run', 7] });
		const asked = server.asked.filter((one) => one.startsWith('/polemarch/history/7/?'));
		expect(asked.map((one) => one.includes('hosts'))).toEqual([true, false]);
		expect(document.body.textContent).toContain('2 hosts of');
	});

	it('that has just begun does not count its hosts', async () => {
		record = { ...record, status: 'RUN', stop_time: null, outcomes: {} };
		show();
		await line(5000);
		expect(screen.getByRole('link', { name: 'Hosts' })).toBeTruthy();
	});

	it('gives its inventory without its output', async () => {
		const user = userEvent.setup();
		const before = server.answer;
		server.answer = (path, query, body) =>
			query.get('expand') === 'raw_inventory' ? { body: { raw_inventory: 'web-1' } } : before(path, query, body);
		router.url = new URL('http://localhost/runs/7?tab=details');
		show();
		await user.click(await screen.findByRole('button', { name: 'Show it' }));
		await screen.findByText('web-1');
		expect(server.asked.filter((one) => one.startsWith('/polemarch/history/7/?')).every((one) => one.includes('output=no'))).toBe(
			true
		);
	});
});
