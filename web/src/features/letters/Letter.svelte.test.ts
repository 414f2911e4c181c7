import { refusal, server } from '#lib/testing/server.ts';
import { cleanup, render, screen, waitFor } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, expect, it } from 'vitest';
import WithQueries from '#lib/testing/WithQueries.svelte';
import Letter from './Letter.svelte';

const user = userEvent.setup();
let letter: Record<string, unknown>;
let sent: number;

beforeEach(() => {
	sent = 0;
	letter = {
		...{ id: 3, state: 'parked', channel: 'webhook', kind: 'events', key: 'k', subject: null, recipients: null, questId: null },
		...{ webhookId: 5, attempts: 40, error: 'Refused.', madeTime: '2026-11-30 12:00:00', settledTime: '2026-11-30 13:00:00' },
		...{ dueTime: null, content: { url: 'https://a.example', events: [{ id: 1 }] } }
	};
	server.asked = [];
	server.answer = (path) => {
		if (path.endsWith('/retry')) letter = { ...letter, state: 'waiting', attempts: 0, dueTime: '2026-11-30 14:00:00' };
		return { body: letter };
	};
	render(WithQueries as never, { component: Letter, given: { id: 3, close: () => {}, sent: () => sent++ } } as never);
});
afterEach(cleanup);

const said = (name: string) => screen.queryByText(name, { selector: 'dt' })?.nextElementSibling?.textContent.trim();

it('a parked letter says why, and what it says', async () => {
	expect(await screen.findByText('Refused.')).toBeTruthy();
	expect([said('State'), said('By'), said('Webhook')]).toEqual(['Parked', 'Webhook, events', '5']);
	expect(screen.getByText('https://a.example')).toBeTruthy();
	expect(said('Next try')).toBeUndefined();
});

it('that is sent again has not been tried, and no error, and the list is told', async () => {
	await user.click(await screen.findByRole('button', { name: 'Send it again' }));
	expect(await screen.findByRole('button', { name: 'Send it now' })).toBeTruthy();
	expect([said('Tries'), said('Why not'), said('State')]).toEqual(['0', undefined, 'Waiting']);
	expect([server.asked.filter((asked) => asked.startsWith('POST')), sent]).toEqual([['POST /letters/3/retry'], 1]);
});

it('that can’t be sent again says why, and stays as it was', async () => {
	const button = await screen.findByRole('button', { name: 'Send it again' });
	server.answer = () => ({ status: 409, body: refusal(409, 'It was sent meanwhile.') });
	await user.click(button);
	await waitFor(() => expect(screen.getByRole('alert').textContent).toBe('It was sent meanwhile.'));
	expect([said('State'), sent]).toEqual(['Parked', 0]);
});
