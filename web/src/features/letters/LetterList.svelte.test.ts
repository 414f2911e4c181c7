import { refusal, server } from '#lib/testing/server.ts';
import { cleanup, render, screen, waitFor } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { router } from '#lib/router.svelte.ts';
import WithQueries from '#lib/testing/WithQueries.svelte';
import { layOut } from '#lib/testing/window.ts';
import LetterList from './LetterList.svelte';
import './Letter.svelte'; // which take their time
import './SendAgain.svelte';
import type { Letter } from './letters.ts';

const user = userEvent.setup();
let letters: Letter[];
const letter = (id: number, state: Letter['state']) =>
	({
		id,
		state,
		channel: 'mail',
		kind: 'digest',
		subject: `Letter about ${id}`,
		recipients: null,
		webhookId: null,
		questId: null,
		attempts: 1,
		error: null,
		madeTime: '2026-11-30 12:00:00',
		dueTime: null,
		settledTime: null
	}) as unknown as Letter;

beforeAll(layOut);
beforeEach(() => {
	letters = [letter(5, 'sent'), letter(4, 'waiting'), letter(3, 'parked'), letter(2, 'parked'), letter(1, 'sent')];
	server.asked = [];
	server.answer = (path, query) => {
		if (path === '/letters/9') return { status: 404, body: refusal(404, 'No such letter.') };
		if (path === '/letters/2/retry') return { status: 409, body: refusal(409, 'It was sent meanwhile.') };
		if (path.endsWith('/retry')) return { body: {} };
		const found = letters.filter(({ state }) => !query.get('state') || state === query.get('state'));
		return { body: { totalLetters: found.length, letters: found.slice(0, Number(query.get('limit'))) } };
	};
	router.go('/letters');
	render(WithQueries as never, { component: LetterList, given: {} } as never);
});
afterEach(cleanup);

const about = () =>
	screen.getAllByRole('link').flatMap((link) => (link.textContent?.startsWith('Letter about') ? [link.textContent] : []));

describe('letters', () => {
	it('that somebody has to look at come first, each once', async () => {
		await waitFor(() => expect(about()).toEqual([3, 2, 4, 5, 1].map((id) => `Letter about ${id}`)));
		expect(await screen.findByRole('button', { name: 'Parked 2' })).toBeTruthy();
	});

	it('that are chosen are sent again, those that can be, and what is refused of one is told', async () => {
		await waitFor(() => expect(about()).toHaveLength(5));
		await user.click(screen.getByRole('checkbox', { name: /^Select all/ }));
		await user.click(screen.getByRole('button', { name: 'Send 3 again' }));
		await user.click(await screen.findByRole('button', { name: 'Send 3 letters again' }));
		expect((await screen.findByRole('listitem')).textContent).toBe('Letter 2: It was sent meanwhile.');
		expect(server.asked.filter((asked) => asked.startsWith('POST')).sort()).toEqual([
			'POST /letters/2/retry',
			'POST /letters/3/retry',
			'POST /letters/4/retry'
		]);
	});

	it('that are gone are said to be, and are not asked for again and again', async () => {
		router.go('/letters?id=9');
		expect(await screen.findByText('There is no letter 9')).toBeTruthy();
		expect(screen.queryByRole('button', { name: /^Send it/ })).toBeNull();
	});
});
