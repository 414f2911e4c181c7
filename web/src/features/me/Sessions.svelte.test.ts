import { server } from '#lib/testing/server.ts';
import { cleanup, render, screen, waitFor, within } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, expect, it } from 'vitest';
import WithQueries from '#lib/testing/WithQueries.svelte';
import Sessions from './Sessions.svelte';

const user = userEvent.setup();
const one = (id: number, current: boolean, agent: string) => ({
	id,
	current,
	agent,
	address: `192.0.2.${id}`,
	creationTime: '2026-11-30 12:00:00',
	seenTime: '2026-11-30 12:00:00',
	expiryTime: '2026-12-01 12:00:00'
});
let sessions: ReturnType<typeof one>[];

beforeEach(() => {
	sessions = [one(1, true, 'curl/8'), one(2, false, 'wget/1'), one(3, false, 'lynx/2')];
	server.asked = [];
	server.answer = (path) => {
		if (server.asked.at(-1)!.startsWith('DELETE')) {
			sessions = path === '/sessions' ? sessions.slice(0, 1) : sessions.filter(({ id }) => path !== `/sessions/${id}`);
			return { body: { ended: 2 } };
		}
		return { body: { sessions } };
	};
	render(WithQueries as never, { component: Sessions, given: {} } as never);
});
afterEach(cleanup);

const row = async (name: string) => within((await screen.findByText(name)).closest('tr')!);
const writes = () => server.asked.filter((asked) => asked.startsWith('DELETE'));

it('this session is marked, and is signed out of instead of ended', async () => {
	const mine = await row('curl 8');
	expect(mine.getByText('this one')).toBeTruthy();
	expect(mine.getByRole('button').textContent).toBe('Sign out');
});

it('one other is ended, and is gone from the list', async () => {
	await user.click((await row('wget 1')).getByRole('button'));
	await waitFor(() => expect(screen.queryByText('wget 1')).toBeNull());
	expect(writes()).toEqual(['DELETE /sessions/2']);
	expect(screen.getByText('lynx 2')).toBeTruthy();
});

it('all others are ended at once, after their number was said', async () => {
	await user.click(await screen.findByRole('button', { name: 'End all others' }));
	expect(writes()).toEqual([]);
	await user.click(screen.getByRole('button', { name: 'End 2 other sessions' }));
	await waitFor(() => expect(screen.queryByRole('button', { name: 'End all others' })).toBeNull());
	expect(writes()).toEqual(['DELETE /sessions']);
	await waitFor(() => expect(document.activeElement?.textContent).toBe('Sessions'));
});
