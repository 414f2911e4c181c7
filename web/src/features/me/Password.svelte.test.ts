import { server } from '#lib/testing/server.ts';
import { cleanup, render, screen, waitFor } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import WithQueries from '#lib/testing/WithQueries.svelte';
import Password from './Password.svelte';

const user = userEvent.setup();
let sent: unknown[];
let refused: boolean;

beforeEach(() => {
	sent = [];
	refused = false;
	server.answer = (_, __, body) => {
		sent.push(body);
		return refused ? { status: 400, body: { password: ['Ensure this value has at most 128 characters.'] } } : { body: {} };
	};
	render(WithQueries as never, { component: Password, given: { username: 'anna', userId: 7 } } as never);
});
afterEach(cleanup);

const box = (label: string) => screen.getByLabelText<HTMLInputElement>(label);
const change = () => user.click(screen.getByRole('button', { name: 'Change password' }));

describe('a new password', () => {
	it('is not sent unless it was typed twice', async () => {
		await user.type(box('New password'), 'horse');
		await user.type(box('Once more'), 'house');
		await change();
		expect(sent).toEqual([]);
		expect(screen.getByRole('alert').textContent).toBe('It is not the same.');
	});

	it('is not said to be another one while it is typed once more', async () => {
		await user.type(box('New password'), 'horse');
		await user.type(box('Once more'), 'ho');
		expect(screen.queryByRole('alert')).toBeNull();
		await user.tab();
		expect(screen.getByRole('alert').textContent).toBe('It is not the same.');
	});

	it('is sent, and is on the screen no more', async () => {
		await user.type(box('New password'), 'horse');
		await user.type(box('Once more'), 'horse');
		await change();
		await waitFor(() => expect(sent).toEqual([{ password: 'horse' }]));
		await waitFor(() => expect([box('New password').value, box('Once more').value]).toEqual(['', '']));
		await user.type(box('New password'), 'c');
		expect(screen.queryByRole('alert')).toBeNull();
	});

	it('that is refused says why beside it, and is still there', async () => {
		refused = true;
		await user.type(box('New password'), 'horse');
		await user.type(box('Once more'), 'horse');
		await change();
		await waitFor(() => expect(screen.getByRole('alert').textContent).toBe('Ensure this value has at most 128 characters.'));
		expect([box('New password').value, box('New password').getAttribute('aria-invalid')]).toEqual(['horse', 'true']);
	});
});
