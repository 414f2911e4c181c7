import { cleanup, fireEvent, render, screen } from '@testing-library/svelte';
import { tick } from 'svelte';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ApiError } from '#lib/api/client.ts';
import { toasts } from '#lib/toasts.svelte.ts';
import Toasts from './Toasts.svelte';

const calls: string[] = [];

beforeEach(() => {
	vi.useFakeTimers();
	calls.length = 0;
	// happy-dom knows no popovers.
	HTMLElement.prototype.showPopover = () => calls.push('show');
	HTMLElement.prototype.hidePopover = () => calls.push('hide');
	render(Toasts);
});
afterEach(() => {
	cleanup();
	toasts.list = [];
	vi.useRealTimers();
	document.body.innerHTML = '';
});

describe('what is told in passing', () => {
	it('goes after eight seconds', async () => {
		toasts.done('Changed quest 5.', { href: '/v1/quests/5', text: 'Look' });
		await tick();
		expect(screen.getByText('Changed quest 5.')).toBeTruthy();
		await vi.advanceTimersByTimeAsync(8100);
		expect(screen.queryByText('Changed quest 5.')).toBeNull();
	});

	it('stays while its link has the focus', async () => {
		toasts.done('Changed quest 5.', { href: '/v1/quests/5', text: 'Look' });
		await tick();
		screen.getByText('Look').focus();
		await vi.advanceTimersByTimeAsync(30_000);
		expect(screen.getByText('Changed quest 5.')).toBeTruthy();
		screen.getByText('Look').blur();
		await vi.advanceTimersByTimeAsync(8100);
		expect(screen.queryByText('Changed quest 5.')).toBeNull();
	});

	it('stays, a failure, until it is taken away', async () => {
		toasts.failed(new Error('It is full.'));
		await vi.advanceTimersByTimeAsync(60_000);
		await fireEvent.click(screen.getByRole('button', { name: 'Close' }));
		expect(toasts.list).toEqual([]);
	});

	it('is not said of a session that has ended: one is asked to sign in', () => {
		toasts.failed(new ApiError(401, 'Sign in.'));
		toasts.failed(new ApiError(403, 'You may not.'));
		expect(toasts.list.map(({ text }) => text)).toEqual(['You may not.']);
	});

	it('lies over a dialog that was opened before it', async () => {
		expect(calls).toEqual(['show']);
		document.body.append(Object.assign(document.createElement('dialog'), { open: true }));
		toasts.done('Copied.');
		await tick();
		expect(calls).toEqual(['show', 'hide', 'show']);
	});
});
