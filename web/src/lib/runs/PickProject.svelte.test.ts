import { server } from '#lib/testing/server.ts';
import { cleanup, render, screen, waitFor } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { afterEach, expect, it, vi } from 'vitest';
import { newClient } from '#lib/testing/client.ts';
import WithQueries from '#lib/testing/WithQueries.svelte';
import PickProject from './PickProject.svelte';

afterEach(cleanup);

it('while the answer is still to come nothing is said to be missing', async () => {
	server.answer = () => ({ body: { count: 0, next: null, previous: null, results: [] } });
	render(
		WithQueries as never,
		{
			component: PickProject,
			given: { value: undefined, onpick: vi.fn() },
			client: newClient()
		} as never
	);
	const user = userEvent.setup();
	const box = screen.getByRole('combobox', { name: 'Project' });
	await user.type(box, 'zzz');
	const empty = await screen.findByText(/^No project has that in its name/);
	const words = empty.textContent!;
	let answer!: () => void;
	server.answer = async () => {
		await new Promise<void>((go) => (answer = go));
		return { body: { count: 1, next: null, previous: null, results: [{ id: 5, name: 'prod-db', status: 'OK' }] } };
	};
	await user.clear(box);
	await user.type(box, 'prod-');
	await waitFor(() => expect(answer).toBeDefined());
	expect(screen.queryByText(words)).toBeNull();
	expect(screen.getByText('Looking …')).toBeTruthy();
	answer();
	await screen.findByRole('option', { name: 'prod-db' });
});
