import { cleanup, render, screen } from '@testing-library/svelte';
import { tick } from 'svelte';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import Count from './Count.svelte';

beforeEach(() => {
	vi.useFakeTimers();
});
afterEach(() => {
	cleanup();
	vi.useRealTimers();
});

it('shows each count at once, and says the last one when it has been still for half a second', async () => {
	const { rerender } = render(Count, { text: '9 hosts' });
	const status = screen.getByRole('status');
	const said = () => [status.textContent, status.getAttribute('aria-live')];
	for (const text of ['8 hosts', '5 hosts']) {
		await rerender({ text });
		await vi.advanceTimersByTimeAsync(400);
		expect(said()).toEqual([text, 'off']);
	}
	const before = status.firstElementChild;
	await vi.advanceTimersByTimeAsync(200);
	await tick();
	expect(said()).toEqual(['5 hosts', 'polite']);
	expect(status.firstElementChild).not.toBe(before);
});
