import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { createRawSnippet, tick } from 'svelte';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { router } from '#lib/router.svelte.ts';
import Dialog from './Dialog.svelte';

const children = createRawSnippet(() => ({
	render: () => `<div><label>Note <textarea>as it was</textarea></label><label>Find <input type="search"></label></div>`
}));
const user = userEvent.setup();
const dialog = () => screen.queryByRole<HTMLDialogElement>('dialog');

/** Opened by a button that has the focus. */
async function open(more: Record<string, unknown> = {}) {
	document.body.innerHTML = '<main id="main" tabindex="-1"><button>Edit</button><div role="grid" tabindex="0">Table</div></main>';
	screen.getByText('Edit').focus();
	const shown = render(Dialog as never, { open: true, title: 'Change it', children, ...more } as never);
	await tick();
	return shown;
}
/** What the browser does at Esc or a click beside it; when Esc is pressed twice it does not ask. */
async function esc({ asks = true } = {}) {
	const cancel = new Event('cancel', { cancelable: true });
	if (!asks || dialog()!.dispatchEvent(cancel)) dialog()!.close();
	await tick();
}

beforeAll(() => router.start());
afterEach(cleanup);

it('a dialog begins with its first field, not with the cross', async () => {
	await open();
	expect(document.activeElement).toBe(screen.getByLabelText('Note'));
});

it('a tab with a dialog in which something was typed is not closed, or loaded anew, unasked', async () => {
	const leaves = () => dispatchEvent(new Event('beforeunload', { cancelable: true }));
	const { unmount } = await open();
	await user.click(screen.getByLabelText('Note'));
	expect(leaves()).toBe(true);
	await user.type(screen.getByLabelText('Note'), '!');
	expect(leaves()).toBe(false);
	unmount();
	expect(leaves()).toBe(true);
});

describe('a dialog in which nothing was typed', () => {
	it('closes at once, and the focus is back where it was', async () => {
		await open();
		await user.click(screen.getByLabelText('Note'));
		await esc();
		expect(dialog()).toBeNull();
		await waitFor(() => expect(document.activeElement).toBe(screen.getByText('Edit')));
	});

	it('gives the focus to the table where its button is gone meanwhile, as after a bulk action', async () => {
		await open();
		screen.getByText('Edit').remove();
		await esc();
		await waitFor(() => expect(document.activeElement).toBe(screen.getByRole('grid')));
	});

	it('nor does a search keep it open, nor what was typed and taken back', async () => {
		await open();
		await user.type(screen.getByLabelText('Find'), 'web');
		await user.type(screen.getByLabelText('Note'), '!{Backspace}');
		await esc();
		expect(dialog()).toBeNull();
	});
});

describe('a dialog in which something was typed', () => {
	const typed = async (more = {}) => {
		await open(more);
		await user.type(screen.getByLabelText('Note'), ', and more');
	};
	const text = () => screen.getByLabelText<HTMLTextAreaElement>('Note').value;

	it.each([
		['Esc', () => esc()],
		['Esc pressed twice', () => esc({ asks: false })],
		['the cross', () => fireEvent.click(screen.getByRole('button', { name: 'Close' }))]
	])('%s asks before it is thrown away', async (_, closing) => {
		await typed();
		await closing();
		expect(dialog()!.open).toBe(true);
		expect(text()).toBe('as it was, and more');
		await fireEvent.click(screen.getByRole('button', { name: 'Keep on writing' }));
		expect(document.activeElement).toBe(screen.getByLabelText('Note'));
		await closing();
		await fireEvent.click(screen.getByRole('button', { name: 'Throw it away' }));
		expect(dialog()).toBeNull();
	});

	it('is not lost by the browser’s back button, be it to another page or to another view of this one', async () => {
		router.go('/v1/quests/5?type=1');
		await typed();
		for (const to of ['/v1/quests/', '/v1/quests/5']) {
			history.replaceState(17, '', to);
			dispatchEvent(new PopStateEvent('popstate', { state: 17 }));
			await tick();
			expect([location.pathname + location.search, dialog()!.open]).toEqual(['/v1/quests/5?type=1', true]);
			await fireEvent.click(screen.getByRole('button', { name: 'Keep on writing' }));
		}
	});

	it('does not hold up what leads on when it is saved', async () => {
		await typed();
		router.go('/v1/hosts/');
		expect(router.path).toBe('/v1/hosts/');
	});

	it('holds nobody up any more when it is thrown away', async () => {
		router.go('/v1/quests/5');
		await typed();
		await esc();
		await fireEvent.click(screen.getByRole('button', { name: 'Throw it away' }));
		history.replaceState(17, '', '/v1/quests/');
		dispatchEvent(new PopStateEvent('popstate', { state: 17 }));
		expect(location.pathname).toBe('/v1/quests/');
	});

	it('stays, too, while it asks', async () => {
		await typed();
		await esc();
		await esc({ asks: false });
		expect([dialog()!.open, text()]).toEqual([true, 'as it was, and more']);
	});

	it('closes at once where it is said that nothing is lost', async () => {
		await typed({ unsaved: false });
		await esc();
		expect(dialog()).toBeNull();
	});

	it('is not closed by a choice of files that was given up', async () => {
		await open();
		screen.getByLabelText('Note').dispatchEvent(new Event('cancel', { bubbles: true, cancelable: true }));
		await tick();
		expect(dialog()!.open).toBe(true);
	});
});
