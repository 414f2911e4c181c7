import { server } from '#lib/testing/server.ts';
import { cleanup, render, screen, waitFor } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { session } from '#lib/api/session.svelte.ts';
import { keepSchedule } from '#lib/runs/draft.ts';
import { anna } from '#lib/testing/session.ts';
import WithQueries from '#lib/testing/WithQueries.svelte';
import EditSchedule from './EditSchedule.svelte';

let sent: unknown[];
let refused: unknown;
let role: string;

beforeEach(() => {
	session.me = anna;
	sessionStorage.clear();
	sent = [];
	refused = undefined;
	role = 'EDITOR';
	server.asked = [];
	server.answer = (path, query, body) => {
		const page = (results: unknown[]) => ({ body: { count: results.length, next: null, previous: null, results } });
		if (path === '/polemarch/periodic-tasks/next/') {
			if (query.get('schedule')!.includes('foo'))
				return { status: 400, body: { detail: { schedule: ["Invalid weekday literal 'foo'."] } } };
			const never = query.get('schedule')!.includes('30 2');
			return { body: { zone: 'Europe/Berlin', next: never ? [] : ['2026-12-01T03:30:00Z'] } };
		}
		if (path.startsWith('/polemarch/ansible/')) return { body: {} };
		if (path === '/polemarch/projects/7/') return { body: { id: 7, name: 'site', role } };
		if (path === '/polemarch/inventories/8/') return { body: { id: 8, name: 'all' } };
		if (body === undefined) return page([]);
		sent.push([path, body]);
		return refused ? { status: 400, body: refused } : { body: { id: 10, name: 'nightly' } };
	};
});
afterEach(cleanup);

const stored = {
	id: 10,
	name: 'nightly',
	type: 'CRONTAB',
	schedule: '30 4 * * *',
	mode: 'site.yml',
	kind: 'PLAYBOOK',
	project: 7,
	inventory: 8,
	save_result: true,
	enabled: true,
	vars: {}
};

function edit(given: Record<string, unknown>) {
	render(WithQueries as never, { component: EditSchedule, given: { open: true, ...given } } as never);
	return userEvent.setup();
}

describe('the form of a schedule', () => {
	it('says its interval in units, and sends it in seconds', async () => {
		const user = edit({ task: { ...stored, type: 'INTERVAL', schedule: '5400' } });
		expect(screen.getByLabelText<HTMLInputElement>('Every').value).toBe('90');
		expect(screen.getByLabelText<HTMLSelectElement>('Unit').value).toBe('minute');
		expect(screen.getByText('Every 90 minutes')).toBeTruthy();
		await user.selectOptions(screen.getByLabelText('Unit'), 'hour');
		expect(await screen.findByText('Every 90 hours')).toBeTruthy();
		await user.click(screen.getByRole('button', { name: 'Save' }));
		await waitFor(() => expect(sent).toEqual([['/polemarch/periodic-tasks/10/', { type: 'INTERVAL', schedule: '324000' }]]));
	});

	it('is not saved without a variable that can’t be read', async () => {
		const user = edit({ task: { ...stored, vars: { 'extra-vars': { port: 1 } } } });
		const port = await screen.findByRole('textbox', { name: 'Value of port' }, { timeout: 5000 });
		await user.type(port, 'x');
		expect(screen.getByText('A variable can’t be read.')).toBeTruthy();
		await user.clear(port);
		await user.type(port, '2');
		await user.click(screen.getByRole('button', { name: 'Save' }));
		await waitFor(() => expect(sent).toEqual([['/polemarch/periodic-tasks/10/', { vars: { 'extra-vars': { port: 2 } } }]]));
	});

	it('says its crontab in words, with its fields and when it is due next', async () => {
		const user = edit({ task: stored });
		expect(await screen.findByText('At 04:30')).toBeTruthy();
		expect(await screen.findByText(/^Tue 2026-12-01 04:30/)).toBeTruthy();
		await user.clear(screen.getByLabelText('Weekday'));
		await user.type(screen.getByLabelText('Weekday'), 'mon-fri');
		await user.tab();
		expect(screen.getByLabelText<HTMLInputElement>('Crontab').value).toBe('30 4 * * mon-fri');
		expect(screen.getByText('Monday to Friday', { selector: 'p' })).toBeTruthy();
		expect(await screen.findByText('At 04:30, Monday through Friday')).toBeTruthy();
		await user.click(screen.getByRole('button', { name: 'Save' }));
		await waitFor(() =>
			expect(sent).toEqual([['/polemarch/periodic-tasks/10/', { type: 'CRONTAB', schedule: '30 4 * * mon-fri' }]])
		);
	});

	it('shows a crontab that is refused beside its field, before it is sent', async () => {
		const user = edit({ task: stored });
		const crontab = screen.getByLabelText<HTMLInputElement>('Crontab');
		await user.clear(crontab);
		await user.type(crontab, '30 4 * * foo');
		const alert = await screen.findByText("Invalid weekday literal 'foo'.");
		expect(crontab.getAttribute('aria-describedby')).toContain(alert.id);
		expect(crontab.getAttribute('aria-invalid')).toBe('true');
		expect(sent).toEqual([]);
	});

	it.each([
		['* * * *', 'A crontab has five fields, and here are 4.'],
		['0 0 30 2 *', 'It is never due.']
	])('is not made with a crontab that lacks something or never comes (%s), and says so once', async (typed, said) => {
		keepSchedule(anna.userId, { kind: 'PLAYBOOK', project: 7, inventory: 8, mode: 'site.yml', vars: {}, lost: [] });
		const user = edit({});
		await user.clear(screen.getByLabelText('Crontab'));
		await user.type(screen.getByLabelText('Crontab'), typed);
		expect(await screen.findAllByText(said)).toHaveLength(1);
		expect(screen.getByRole<HTMLButtonElement>('button', { name: 'Make schedule' }).disabled).toBe(true);
	});

	it('never shows the times of what was typed before', async () => {
		const user = edit({ task: stored });
		await screen.findByText(/^Tue 2026-12-01 04:30/);
		await user.click(screen.getByRole('button', { name: 'Every hour' }));
		expect(screen.queryByText(/^Tue 2026-12-01/)).toBeNull();
		await screen.findByText(/^Tue 2026-12-01/);
	});

	it('shows what else is refused beside its field', async () => {
		refused = { detail: { inventory: ['Inventory should be in project dir.'] } };
		const user = edit({ task: stored });
		await user.click(screen.getByRole('checkbox', { name: 'It is on' }));
		await user.click(screen.getByRole('button', { name: 'Save' }));
		const alert = await screen.findByText('Inventory should be in project dir.');
		expect(screen.getByLabelText('On the inventory').getAttribute('aria-describedby')).toBe(alert.id);
		expect(sent).toEqual([['/polemarch/periodic-tasks/10/', { enabled: false }]]);
	});

	it('begins with what a launch has handed over, and sends all of it', async () => {
		keepSchedule(anna.userId, { kind: 'PLAYBOOK', project: 7, inventory: 8, mode: 'site.yml', vars: { limit: 'web' }, lost: [] });
		const user = edit({});
		await user.type(screen.getByLabelText(/^Name/), 'nightly');
		await user.click(screen.getByRole('button', { name: 'Make schedule' }));
		await waitFor(() =>
			expect(sent).toEqual([
				[
					'/polemarch/periodic-tasks/',
					{
						name: 'nightly',
						kind: 'PLAYBOOK',
						mode: 'site.yml',
						project: 7,
						inventory: 8,
						type: 'CRONTAB',
						schedule: '30 4 * * *',
						save_result: true,
						enabled: true,
						vars: { limit: 'web' }
					}
				]
			])
		);
	});

	it('of a project that one may only run is not made', async () => {
		role = 'EXECUTOR';
		keepSchedule(anna.userId, { kind: 'PLAYBOOK', project: 7, inventory: 8, mode: 'site.yml', vars: {}, lost: [] });
		edit({});
		expect(await screen.findByText(/^You may run this project, but not make schedules of it/)).toBeTruthy();
		expect(screen.getByRole<HTMLButtonElement>('button', { name: 'Make schedule' }).disabled).toBe(true);
	});

	it('that nothing was typed into is not kept', async () => {
		edit({});
		cleanup();
		edit({ project: 7 });
		expect(await screen.findByDisplayValue('site')).toBeTruthy();
	});

	it('says what is still missing, and keeps what was typed over a reload', async () => {
		const user = edit({});
		expect(screen.getByText('Choose a project.')).toBeTruthy();
		expect(screen.getByRole<HTMLButtonElement>('button', { name: 'Make schedule' }).disabled).toBe(true);
		await user.type(screen.getByLabelText(/^Name/), 'nightly');
		cleanup();
		edit({});
		expect(screen.getByLabelText<HTMLInputElement>(/^Name/).value).toBe('nightly');
	});
});
