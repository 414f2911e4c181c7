import { cleanup, fireEvent, render, screen } from '@testing-library/svelte';
import { createRawSnippet } from 'svelte';
import { afterEach, expect, it, vi } from 'vitest';
import { ApiError } from '#lib/api/client.ts';
import Absent, { isGone } from './Absent.svelte';

const refetch = vi.fn();
const children = createRawSnippet(() => ({ render: () => '<a href="/v1/quests/">All quests</a>' }));
const show = (error?: ApiError) =>
	render(
		Absent as never,
		{ query: { error: error ?? null, isError: error !== undefined, refetch }, what: 'quest 5', children } as never
	);
const link = () => screen.queryByRole('link', { name: 'All quests' });

afterEach(cleanup);

it('a thing that is not there yet is asked for', () => {
	show();
	expect(screen.getByRole('heading', { level: 1 }).textContent).toBe('Quest 5');
	expect(screen.getByRole('status', { name: 'Getting quest 5 …' })).toBeTruthy();
	expect(link()).toBeNull();
});

it('one that there is not leads on', () => {
	const error = new ApiError(404, 'not found');
	show(error);
	expect(screen.getByText('There is no quest 5')).toBeTruthy();
	expect([isGone({ error }), link() !== null]).toEqual([true, true]);
});

it('one that may not be seen says so, and leads on: to try again is of no use', () => {
	const error = new ApiError(403, 'You do not have permission.');
	show(error);
	expect(screen.getByText('You may not see quest 5')).toBeTruthy();
	expect(screen.getByText(/^You do not have permission\./)).toBeTruthy();
	expect([isGone({ error }), link() !== null, screen.queryByRole('button')]).toEqual([true, true, null]);
});

it('one that can’t be had is not said to be none: it says why, and can be asked for again', async () => {
	const error = new ApiError(500, 'something broke');
	show(error);
	expect([isGone({ error }), link(), screen.getByRole('alert').textContent]).toEqual([
		false,
		null,
		expect.stringMatching(/Could not get quest 5\s*something broke/)
	]);
	await fireEvent.click(screen.getByRole('button', { name: 'Try again' }));
	expect(refetch).toHaveBeenCalledTimes(1);
});
