import { server, type Answer } from '#lib/testing/server.ts';
import { cleanup, render, screen, waitFor } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { toasts } from '#lib/toasts.svelte.ts';
import WithQueries from '#lib/testing/WithQueries.svelte';
import Enabled from './Enabled.svelte';

let sent: unknown[];
let answer: (given: Answer) => void;

beforeEach(() => {
	sent = [];
	toasts.list = [];
	server.answer = (path, _, body) => {
		sent.push([path, body]);
		return new Promise((resolve) => (answer = resolve));
	};
});
afterEach(cleanup);

const show = (role: string) =>
	render(WithQueries as never, { component: Enabled, given: { task: { id: 5, name: 'nightly', enabled: true, role } } } as never);

describe('the switch of a schedule', () => {
	it('is sent once, however often it is pressed, and stays under the focus', async () => {
		show('EDITOR');
		const flip = screen.getByRole('switch', { name: /nightly/ });
		expect(flip.getAttribute('aria-checked')).toBe('true');
		await userEvent.setup().dblClick(flip);
		flip.click();
		await waitFor(() => expect(sent).toEqual([['/polemarch/periodic-tasks/5/', { enabled: false }]]));
		expect(flip.getAttribute('aria-checked')).toBe('false');
		expect(document.activeElement).toBe(flip);
	});

	it('goes back, and says why, where that is refused', async () => {
		show('EDITOR');
		const flip = screen.getByRole('switch', { name: /nightly/ });
		flip.click();
		await waitFor(() => expect(sent.length).toBe(1));
		answer({ status: 403, body: { detail: 'You do not have permission to perform this action.' } });
		await waitFor(() => expect(toasts.list[0]?.text).toBe('You do not have permission to perform this action.'));
		expect(flip.getAttribute('aria-checked')).toBe('true');
	});

	it('is none for who may not change it', () => {
		show('EXECUTOR');
		expect(screen.queryByRole('switch')).toBeNull();
		expect(screen.getByText('On')).toBeTruthy();
	});
});
