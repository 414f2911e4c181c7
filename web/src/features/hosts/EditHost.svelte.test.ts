import { refusal, server } from '#lib/testing/server.ts';
import { cleanup, render, screen, waitFor } from '@testing-library/svelte';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import userEvent from '@testing-library/user-event';
import WithQueries from '#lib/testing/WithQueries.svelte';
import EditHost from './EditHost.svelte';

let sent: unknown[];
let answer: () => void;

beforeEach(() => {
	sent = [];
	server.answer = (path, _, body) => {
		if (path === '/search') return { body: {} };
		sent.push([path, body]);
		return new Promise((resolve) => (answer = () => resolve({ status: 403, body: refusal(403, 'not yours') })));
	};
});
afterEach(cleanup);

function edit() {
	const host = { id: 1, hostname: 'web-1', owner: 'anna', tags: ['a=b'] };
	render(WithQueries as never, { component: EditHost, given: { open: true, host } } as never);
	return { user: userEvent.setup(), save: screen.getByRole('button', { name: 'Save' }) };
}

describe('what is changed of a host', () => {
	it('is sent once, however often the button is pressed', async () => {
		const { user, save } = edit();
		await user.type(screen.getByLabelText('Owner'), '-2');
		save.click();
		save.click();
		await user.dblClick(save);
		await waitFor(() => expect(sent).toEqual([['/hosts/web-1', { owner: 'anna-2' }]]));
		expect(save.getAttribute('aria-disabled')).toBe('true');
	});

	it('that is refused says why, and the focus is still on the button', async () => {
		const { user, save } = edit();
		await user.type(screen.getByLabelText(/Tags/), '{Enter}c=d');
		await user.click(save);
		answer();
		expect((await screen.findByRole('alert')).textContent).toBe('not yours');
		expect(sent).toEqual([['/hosts/web-1', { tags: ['a=b', 'c=d'] }]]);
		expect(document.activeElement).toBe(save);
	});
});
