import { server } from '#lib/testing/server.ts';
import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/svelte';
import { afterEach, beforeEach, expect, it } from 'vitest';
import WithQueries from '#lib/testing/WithQueries.svelte';
import EditQuest from './EditQuest.svelte';

let sent: unknown[];
beforeEach(() => {
	sent = [];
	server.answer = (_path, _query, body) => (sent.push(body), { body: {} });
});
afterEach(cleanup);

const show = (targetTime: string | null) =>
	render(WithQueries, {
		component: EditQuest,
		given: { open: true, quest: { id: 5, description: 'Reboot', creator: 'anna@example.com', targetTime } }
	} as never);
const due = () => screen.getByLabelText<HTMLInputElement>(/^Due/);
const save = () => screen.getByRole<HTMLButtonElement>('button', { name: 'Save' });

it('a due time can be changed, but not taken away, and that is said', async () => {
	show('2026-12-04 15:00:00');
	expect(due().required).toBe(true);
	expect(screen.queryByText(/taken away/)).toBeNull();
	await fireEvent.input(due(), { target: { value: '' } });
	expect(screen.getByText('It can’t be taken away: choose a time.').id).toBe(due().getAttribute('aria-describedby'));
	expect(due().getAttribute('aria-invalid')).toBe('true');
});

it('a quest without a due time needs none', () => {
	show(null);
	expect(due().required).toBe(false);
});

it('nothing is saved while nothing differs, then what differs alone', async () => {
	show('2026-12-04 15:00:00');
	expect(save().disabled).toBe(true);
	await fireEvent.input(screen.getByLabelText('Owner'), { target: { value: 'bert@example.com' } });
	expect(save().disabled).toBe(false);
	await fireEvent.submit(document.querySelector('form')!);
	await waitFor(() => expect(sent).toEqual([{ creator: 'bert@example.com' }]));
});
