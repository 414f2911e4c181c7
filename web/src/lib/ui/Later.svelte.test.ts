import { cleanup, render, screen } from '@testing-library/svelte';
import { createRawSnippet } from 'svelte';
import { afterEach, expect, it } from 'vitest';
import Later from './Later.svelte';

const children = createRawSnippet(() => ({ render: () => '<p>A dialog</p>' }));
afterEach(cleanup);

it('a part that is being loaded says so, until it is there', async () => {
	let loaded = (_: { default: string }) => {};
	const part = () => new Promise<{ default: string }>((over) => (loaded = over));
	render(Later as never, { part, children } as never);
	expect(screen.getByRole('status').textContent).toBe('Loading …');
	loaded({ default: 'part' });
	await screen.findByText('A dialog');
	expect(screen.queryByRole('status')).toBeNull();
});

it('one that can’t be had says why, and what to do', async () => {
	render(Later as never, { part: () => Promise.reject(new Error('x')), children } as never);
	await screen.findByText('Could not load this part of the page');
	expect([screen.getByRole('button', { name: 'Try again' }) !== null, screen.queryByRole('status')]).toEqual([true, null]);
});
