import { server } from '#lib/testing/server.ts';
import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { session } from '#lib/api/session.svelte.ts';
import { keys } from '#lib/keys.svelte.ts';
import { router } from '#lib/router.svelte.ts';
import { anna } from '#lib/testing/session.ts';
import { definitions, foretold } from '#lib/testing/law.ts';
import WithQueries from '#lib/testing/WithQueries.svelte';
import LaborTable from './LaborTable.svelte';
import type { LaborRow } from './rows.ts';

const row = (id: number, more: Partial<LaborRow> = {}): LaborRow => ({
	key: id,
	chain: id,
	id,
	host: `web-${id}`,
	owner: null,
	quest: 7,
	fate: 1,
	closingFate: null,
	made: 1000,
	closed: null,
	acked: null,
	ackUser: null,
	forOwner: true,
	forCreator: true,
	status: 'waiting',
	search: `web-${id}\n`,
	...more
});
let width = 1000;
let thrown: unknown[];
let refuse: boolean;

// The dialogs are loaded when they are wanted, which takes its time where they must be compiled first.
beforeAll(() => Promise.all([import('#lib/law/ThrowEvent.svelte'), import('./MoveLabors.svelte')]), 60_000);
beforeAll(() => {
	// happy-dom lays nothing out.
	const sizes = { offsetHeight: () => 600, offsetWidth: () => width, clientHeight: () => 600, clientWidth: () => width };
	for (const [name, get] of Object.entries(sizes))
		Object.defineProperty(HTMLElement.prototype, name, { configurable: true, get });
	addEventListener('keydown', (event) => keys.press(event));
});
beforeEach(() => {
	width = 1000;
	router.place = new Map();
	thrown = [];
	refuse = true;
	session.me = anna;
	server.answer = (path, _query, body) => {
		if (path === '/events/preview') return { body: foretold(2) };
		if (path === '/quests') return { body: { quests: [] } };
		if (path === '/labors' && refuse) return { status: 403, body: { error: { code: 403, message: 'not now' } } };
		thrown.push(body);
		return { body: { changed: 1 } };
	};
});
afterEach(cleanup);

const given = (rows: LaborRow[]) => ({ labors: { rows, total: rows.length, asOf: '' }, definitions });

async function show(rows: LaborRow[]) {
	const { rerender } = render(WithQueries, { component: LaborTable, given: given(rows) } as never);
	return { user: userEvent.setup(), become: (now: LaborRow[]) => rerender({ given: given(now) } as never) };
}
const choose = async (...hosts: string[]) => {
	for (const host of hosts) await fireEvent.click(screen.getByLabelText(`Select ${host}`).parentElement!);
};
const key = (name: string) => document.body.dispatchEvent(new KeyboardEvent('keydown', { key: name, bubbles: true }));

describe('what somebody is about to do with chosen labors', () => {
	it('stays as it was seen, with what was typed, though all of them leave the table', async () => {
		const { user, become } = await show([row(1), row(2), row(3)]);
		await choose('web-1', 'web-2');
		await user.click(screen.getByRole('button', { name: 'Throw event' }));
		await user.type(await screen.findByLabelText('Note'), 'because');
		await become([row(3)]);
		expect(screen.queryByText('2 labors selected')).toBeNull();
		expect(screen.getByLabelText<HTMLTextAreaElement>('Note').value).toBe('because');
		const button = screen.getByRole<HTMLButtonElement>('button', { name: 'Throw reboot approved for 2 hosts' });
		await waitFor(() => expect(button.disabled).toBe(false));
		await user.click(button);
		await waitFor(() =>
			expect(thrown).toEqual([{ user: 'anna', eventTypeId: 2, hostnames: ['web-1', 'web-2'], note: 'because' }])
		);
	});

	it('is named by what was chosen, also in the dialog that moves labors', async () => {
		const { user, become } = await show([row(1), row(2)]);
		await choose('web-1', 'web-2');
		await user.click(screen.getByRole('button', { name: 'Move to quest' }));
		expect(await screen.findByText('Move 2 labors to another quest')).toBeTruthy();
		await become([row(2)]);
		expect(screen.getByText('Move 2 labors to another quest')).toBeTruthy();
	});

	it('begins anew, without the last refusal, when the dialog is opened again', async () => {
		const { user } = await show([row(1), row(2, { status: 'acknowledged', acked: 1100 })]);
		await choose('web-1', 'web-2');
		await user.click(screen.getByRole('button', { name: 'Acknowledge' }));
		expect(screen.getByText(/1 other of the selected is done or acknowledged already/)).toBeTruthy();
		await user.click(screen.getByRole('button', { name: 'Acknowledge 1 labor' }));
		expect(await screen.findByText('not now')).toBeTruthy();
		await user.click(screen.getByRole('button', { name: 'Cancel' }));
		await user.click(screen.getByRole('button', { name: 'Acknowledge' }));
		expect(screen.queryByText('not now')).toBeNull();
		refuse = false;
		await user.click(screen.getByRole('button', { name: 'Acknowledge 1 labor' }));
		await waitFor(() => expect(thrown).toEqual([{ laborIds: [1], ackUser: 'anna' }]));
	});

	it('is one key away: e throws an event, a acknowledges; neither where nothing is chosen', async () => {
		await show([row(1)]);
		key('e');
		key('a');
		await Promise.resolve();
		expect(document.querySelector('dialog')).toBeNull();
		await choose('web-1');
		key('a');
		expect(await screen.findByText('Acknowledge 1 labor', { selector: 'h2' })).toBeTruthy();
		await fireEvent.click(screen.getByRole('button', { name: 'Cancel' }));
		key('e');
		expect(await screen.findByText('Throw an event for 1 host')).toBeTruthy();
	});
});

describe('the focus', () => {
	it('stays on the button that was refused', async () => {
		const { user } = await show([row(1)]);
		await choose('web-1');
		await user.click(screen.getByRole('button', { name: 'Acknowledge' }));
		const last = screen.getByRole('button', { name: 'Acknowledge 1 labor' });
		await user.click(last);
		expect(await screen.findByText('not now')).toBeTruthy();
		expect(document.activeElement).toBe(last);
	});

	it('goes to the table when the filters are cleared', async () => {
		router.go('/v1/quests/7?q=web-1');
		const { user } = await show([row(1), row(2)]);
		await user.click(screen.getByRole('button', { name: 'Clear' }));
		await waitFor(() => expect(document.activeElement).toBe(screen.getByRole('grid')));
		expect(router.url.search).toBe('');
	});
});

it('labors are acknowledged once, however often the button is pressed', async () => {
	const { user } = await show([row(1)]);
	await choose('web-1');
	refuse = false;
	await user.click(screen.getByRole('button', { name: 'Acknowledge' }));
	const last = screen.getByRole('button', { name: 'Acknowledge 1 labor' });
	last.click();
	last.click();
	await waitFor(() => expect(document.querySelector('dialog')).toBeNull());
	expect(thrown).toEqual([{ laborIds: [1], ackUser: 'anna' }]);
});

describe('a labor', () => {
	const links = () => screen.getAllByRole('link').map((link) => [link.textContent!.trim(), link.getAttribute('href')]);

	it('has a page of its own, to which its step and its status lead', async () => {
		await show([row(1, { fate: 2 })]);
		expect(links()).toEqual([
			['web-1', '/v1/hosts/web-1'],
			['reboot approved', '/v1/labors/1'],
			['Not started', '/v1/labors/1']
		]);
	});

	it('has its link also where there is room for host and status alone', async () => {
		width = 380;
		await show([row(1)]);
		expect(links()).toContainEqual(['Not started', '/v1/labors/1']);
	});

	it('says whom it waits for, and nobody once it is done', async () => {
		await show([row(1), row(2, { status: 'done', closed: 1200 })]);
		const cells = [...document.querySelectorAll('.rows .row')].map((line) =>
			line.querySelectorAll('[role=gridcell]')[5]!.textContent!.trim()
		);
		expect(cells).toEqual(['owner and creator', '']);
	});
});
