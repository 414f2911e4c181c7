import { refusal, server } from '#lib/testing/server.ts';
import type { QueryClient } from '@tanstack/svelte-query';
import { cleanup, render, screen, waitFor, within } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { tick } from 'svelte';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { session } from '#lib/api/session.svelte.ts';
import { emptyDraft, keepDraft, readDraft, type Draft } from '#lib/quests/draft.ts';
import { router } from '#lib/router.svelte.ts';
import { newClient } from '#lib/testing/client.ts';
import { concerned } from '#lib/testing/concerned.ts';
import WithQueries from '#lib/testing/WithQueries.svelte';
import { layOut } from '#lib/testing/window.ts';
import { toasts } from '#lib/toasts.svelte.ts';
import NewQuest from './NewQuest.svelte';

const ME = 7;
let client: QueryClient;
const whole: Draft = { ...emptyDraft(), fateId: 1, hosts: ['web-1', 'web-2'], description: 'Reboot both' };
const quest = (id: number, description: string, begun = new Date()) => ({
	id,
	description,
	embarkTime: begun.toISOString().slice(0, 19).replace('T', ' '),
	totalLabors: 2
});
let create: (body: unknown) => ReturnType<typeof server.answer>;
let quests: unknown[];
let made: unknown[];

beforeAll(layOut);
// The steps are loaded when they are wanted, which takes its time where they must be compiled first.
beforeAll(
	() =>
		Promise.all([
			import('./FateStep.svelte'),
			import('./HostsStep.svelte'),
			import('./ScheduleStep.svelte'),
			import('./ReviewStep.svelte'),
			import('./Lost.svelte')
		]),
	60_000
);

beforeEach(() => {
	sessionStorage.clear();
	session.me = { userId: ME, username: 'anna', user: 'anna@example.com', may: [] } as unknown as typeof session.me;
	made = [];
	quests = [quest(1, 'Something else')];
	create = () => ({ status: 201, body: quest(2, 'Reboot both') });
	server.asked = [];
	server.answer = (path, _query, body) => {
		if (path === '/eventtypes')
			return {
				body: {
					eventTypes: [
						{ id: 1, category: 'reboot', state: 'required' },
						{ id: 2, category: 'reboot', state: 'completed' }
					]
				}
			};
		if (path === '/fates')
			return {
				body: {
					fates: [
						{ id: 1, creationEventTypeId: 1, followsId: null, precedesIds: [2], forOwner: true },
						{ id: 2, creationEventTypeId: 2, followsId: 1, precedesIds: [], forOwner: true }
					]
				}
			};
		const none = { total: 0, names: [] };
		if (path === '/hosts/check')
			return {
				body: { hosts: 2, known: 2, new: none, withLabor: { total: 1, names: ['web-2'] }, withoutOwner: 0, invalid: none }
			};
		if (path === '/events/preview')
			return { body: { hosts: 2, newHosts: 0, opens: [], closes: [], completes: [], unmoved: 2, restricted: false, may: true } };
		if (path === '/quests' && body === undefined) return { body: { totalQuests: quests.length, quests } };
		if (path === '/quests') {
			made.push(body);
			return create(body);
		}
		throw new Error(`not asked for here: ${path}`);
	};
});
afterEach(cleanup);

async function open(draft: Draft, at = '/v1/quest/new') {
	keepDraft(ME, draft);
	router.go(at);
	client = newClient();
	render(WithQueries as never, { component: NewQuest, given: {}, client } as never);
	await screen.findByRole('heading', { name: 'New quest' });
	await tick();
	return userEvent.setup();
}
const start = () => screen.findByRole('button', { name: 'Start quest with 2 labors' });
async function ready() {
	const button = await start();
	await waitFor(() => expect((button as HTMLButtonElement).disabled).toBe(false));
	return button;
}

describe('a new quest', () => {
	it('is begun once, with all that was said, and leads to its page', async () => {
		await open({ ...whole, references: [{ label: ' OPS-1', url: 'https://ops/1 ' }] }, '/v1/quest/new?step=review');
		const button = await ready();
		button.click();
		button.click();
		await waitFor(() => expect(router.path).toBe('/v1/quests/2'));
		expect(made).toEqual([
			{
				fateId: 1,
				creator: 'anna',
				description: 'Reboot both',
				hostnames: ['web-1', 'web-2'],
				references: [{ label: 'OPS-1', url: 'https://ops/1' }]
			}
		]);
		expect(readDraft(ME)).toEqual(emptyDraft());
	});

	it('says which hosts have such a labor already, and leaves them out', async () => {
		const user = await open(whole, '/v1/quest/new?step=review');
		await ready();
		expect(screen.getByText(/1 host has an open labor of the chain/)).toBeTruthy();
		await user.click(screen.getByText('Which?'));
		await user.click(screen.getByRole('button', { name: /Leave it out/ }));
		expect(await screen.findByRole('button', { name: 'Start quest with 1 labor' })).toBeTruthy();
	});

	it('that is refused says why, and may be mended', async () => {
		create = () => ({ status: 400, body: refusal(400, 'targetTime: must be in the future') });
		const user = await open(whole, '/v1/quest/new?step=review');
		await user.click(await ready());
		expect(await screen.findByText('targetTime: must be in the future')).toBeTruthy();
		expect(readDraft(ME).sent).toBeUndefined();
		expect(document.activeElement).toBe(await ready());
	});

	it.each([
		['without an answer', () => Promise.reject(new Error('reset'))],
		['with an answer that something broke', () => ({ status: 504, body: null })]
	])('%s is not begun a second time unknowingly', async (_, answer) => {
		create = answer as typeof create;
		const user = await open(whole, '/v1/quest/new?step=review');
		await user.click(await ready());
		expect(await screen.findByRole('heading', { name: 'The quest may have been made' })).toBeTruthy();
		expect(await screen.findByRole('link', { name: 'Something else' })).toBeTruthy();
		expect(screen.queryByRole('button', { name: /Start quest/ })).toBeNull();
		expect(readDraft(ME).sent).toBeDefined();
		await user.click(screen.getByRole('button', { name: 'It is not there: back to the review' }));
		await user.click(within(await screen.findByRole('dialog')).getByRole('button', { name: 'Back to the review' }));
		expect((await ready()).isConnected).toBe(true);
		await waitFor(() => expect(document.activeElement).toBe(screen.getByRole('heading', { name: 'Check before it begins' })));
		expect(made).toHaveLength(1);
	});

	it('that was made after all is found, also after the page was loaded anew', async () => {
		quests = [quest(1, 'Something else'), quest(9, 'Reboot both')];
		const user = await open({ ...whole, sent: new Date().toISOString() });
		await screen.findByRole('heading', { name: 'The quest was made' });
		await user.click(screen.getByRole('button', { name: 'Open quest 9' }));
		expect(router.path).toBe('/v1/quests/9');
		expect(readDraft(ME)).toEqual(emptyDraft());
	});

	it('takes fate and hosts from a link; what is no name stays in the box', async () => {
		const long = 'x'.repeat(129);
		await open(emptyDraft(), `/v1/quest/new?fate=1&hosts=web-1,web-3,${long}`);
		expect(readDraft(ME)).toEqual({ ...emptyDraft(), fateId: 1, hosts: ['web-1', 'web-3'], pasted: long });
		expect(router.url.search).toBe('');
	});

	it.each([
		['leaves alone what was begun', 'Cancel', { ...whole, fateId: 2 }],
		['adds to what was begun', 'Add 2 hosts to it', { ...whole, hosts: ['web-1', 'web-2', 'web-3'] }],
		['begins anew', 'Begin another quest', { ...emptyDraft(), fateId: 1, hosts: ['web-1', 'web-3'] }]
	])('asks before it takes hosts from a link, and %s', async (_, answer, draft) => {
		const user = await open({ ...whole, fateId: 2 }, '/v1/quest/new?fate=1&hosts=web-1,web-3');
		const dialog = within(await screen.findByRole('dialog', { name: 'A quest is begun already' }));
		await user.click(dialog.getByRole('button', { name: answer }));
		await waitFor(() => expect(readDraft(ME)).toEqual(draft));
		expect(screen.queryByRole('dialog')).toBeNull();
	});

	it('does not ask where a link has no other hosts', async () => {
		await open(whole, '/v1/quest/new?hosts=web-2');
		expect(screen.queryByRole('dialog')).toBeNull();
		expect(readDraft(ME)).toEqual(whole);
	});

	it('that is made after one left it leaves one where one is, with a link to it', async () => {
		let answer = () => {};
		create = () => new Promise((resolve) => (answer = () => resolve({ status: 201, body: quest(2, 'Reboot both') })));
		const user = await open(whole, '/v1/quest/new?step=review');
		await user.click(await ready());
		await screen.findByRole('progressbar');
		vi.stubGlobal('confirm', () => true);
		router.go('/v1/hosts/');
		cleanup(); // as the shell does
		answer();
		await waitFor(() => expect(toasts.list.at(-1)?.link).toEqual({ href: '/v1/quests/2', text: 'Open it' }));
		expect(router.path).toBe('/v1/hosts/');
		expect(readDraft(ME)).toEqual(emptyDraft());
	});

	it('that was begun anew meanwhile is not touched by what comes of the one before', async () => {
		let answer = () => {};
		create = () => new Promise((resolve) => (answer = () => resolve({ status: 400, body: refusal(400, 'no such fate') })));
		const user = await open(whole, '/v1/quest/new?step=review');
		await user.click(await ready());
		await screen.findByRole('progressbar');
		cleanup();
		keepDraft(ME, { ...whole, description: 'Another' });
		answer();
		await waitFor(() => expect(toasts.list.at(-1)?.text).toBe('The quest “Reboot both”: no such fate'));
		expect(readDraft(ME)).toEqual({ ...whole, description: 'Another' });
	});

	it('is not looked through anew with each event of the fleet', async () => {
		await open(whole, '/v1/quest/new?step=review');
		await ready();
		for (const kind of ['host', 'event', 'labor'] as const) expect(concerned(client, { kind })).toEqual([]);
	});

	it('says when it is due, in which zone, and how long that is from now', async () => {
		await open({ ...whole, due: '2099-12-01T17:00:00.000Z' });
		expect(await screen.findByText(/^due 2099-12-01 17:00 UTC, in \d+ y$/)).toBeTruthy();
	});

	it('has hosts taken out of its list without the focus being lost', async () => {
		const user = await open(whole, '/v1/quest/new?step=hosts');
		await user.click(await screen.findByRole('button', { name: 'Remove web-1' }));
		expect(await screen.findByText('1 host chosen')).toBeTruthy();
		await user.click(screen.getByRole('button', { name: 'Remove web-2' }));
		await screen.findByText('0 hosts chosen');
		await waitFor(() => expect(document.activeElement).toBe(screen.getByRole('region', { name: 'Chosen hosts' })));
	});

	it('shows the first step at which something is missing', async () => {
		await open({ ...whole, description: '' }, '/v1/quest/new?step=review');
		expect(await screen.findByRole('heading', { name: 'Until when, and why?' })).toBeTruthy();
		expect(screen.getByText('Say what is to be done.')).toBeTruthy();
	});

	it('keeps in the box what is no name', async () => {
		const user = await open({ ...whole, hosts: [] }, '/v1/quest/new?step=hosts');
		const box = (await screen.findByLabelText(/Host names/)) as HTMLTextAreaElement;
		const long = 'x'.repeat(129);
		await user.click(box);
		await user.paste(`web-1, ${long}\nweb-2;web-1`);
		await user.click(await screen.findByRole('button', { name: 'Add 2 hosts' }));
		await waitFor(() => expect(box.value).toBe(long));
		expect(screen.getByText('2 hosts chosen')).toBeTruthy();
		expect(screen.getByText('Added 2 hosts.')).toBeTruthy();
		expect(document.activeElement).toBe(screen.getByRole('button', { name: 'Add hosts' }));
	});

	it('takes a large paste without putting it into the box', async () => {
		const user = await open({ ...whole, hosts: [] }, '/v1/quest/new?step=hosts');
		const box = (await screen.findByLabelText(/Host names/)) as HTMLTextAreaElement;
		await user.click(box);
		await user.paste(Array.from({ length: 5000 }, (_, i) => `web-${i}.example.net`).join('\n'));
		expect(await screen.findByText('5,000 hosts chosen')).toBeTruthy();
		expect(box.value).toBe('');
	});
});
