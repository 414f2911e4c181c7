import { server } from '#lib/testing/server.ts';
import { cleanup, render, screen, waitFor } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { afterEach, expect, it } from 'vitest';
import SetPassword from './SetPassword.svelte';

const user = userEvent.setup();
afterEach(cleanup);

it('somebody’s new password is typed at once, and is not sent unless it was typed twice', async () => {
	const sent: unknown[] = [];
	server.answer = (_, __, body) => (sent.push(body), { body: {} });
	render(SetPassword as never, { open: true, user: { id: 8, username: 'ben' } } as never);
	await waitFor(() => expect(document.activeElement).toBe(screen.getByLabelText('New password')));
	const save = () => user.click(screen.getByRole('button', { name: 'Set password' }));
	await user.keyboard('horse{Tab}house');
	await save();
	expect(screen.getByRole('alert').textContent).toBe('It is not the same.');
	expect(sent).toEqual([]);
	await user.clear(screen.getByLabelText('Once more'));
	await user.type(screen.getByLabelText('Once more'), 'horse');
	await save();
	await waitFor(() => expect(sent).toEqual([{ password: 'horse' }]));
});
