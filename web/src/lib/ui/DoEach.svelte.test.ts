import { cleanup, render, screen, waitFor } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { createRawSnippet } from 'svelte';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { toasts } from '#lib/toasts.svelte.ts';
import DoEach from './DoEach.svelte';

let asked: (string | number)[];
let busy: boolean;

beforeEach(() => {
	asked = [];
	busy = true;
	toasts.list = [];
});
afterEach(cleanup);

const children = createRawSnippet(() => ({ render: () => '<p>It can’t be undone.</p>' }));
const things = ['1', '2', '3'].map((key) => ({ key, name: `site ${key}` }));
const deed = (key: string | number) => {
	asked.push(key);
	return key === '2' && busy ? Promise.reject(new Error('A run of the project is not over yet.')) : Promise.resolve();
};
const said = (n: number) => `Deleted ${n}.`;

describe('what is done with each of many', () => {
	it('is done once for each, and the dialog is gone', async () => {
		busy = false;
		render(DoEach, { open: true, title: 'Delete 3?', things, deed, button: 'Delete 3 projects', said, children });
		expect(screen.getByText('It can’t be undone.')).toBeTruthy();
		await userEvent.setup().dblClick(screen.getByRole('button', { name: 'Delete 3 projects' }));
		await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
		expect(asked).toEqual(['1', '2', '3']);
		expect(toasts.list.map(({ text }) => text)).toEqual(['Deleted 3.']);
	});

	it('says of what was refused why, and asks for that alone again', async () => {
		const user = userEvent.setup();
		render(DoEach, { open: true, title: 'Delete 3?', things, deed, button: 'Delete 3 projects', said, children });
		await user.click(screen.getByRole('button', { name: 'Delete 3 projects' }));
		expect((await screen.findByRole('listitem')).textContent).toBe('site 2: A run of the project is not over yet.');
		expect(screen.getByRole('alert').textContent).toContain('1 was refused, the others are done');
		busy = false;
		asked = [];
		await user.click(screen.getByRole('button', { name: 'Try these again' }));
		await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
		expect(asked).toEqual(['2']);
		expect(toasts.list.map(({ text }) => text)).toEqual(['Deleted 2.', 'Deleted 1.']);
	});

	it('is told once nobody looks at what was refused any more: the choice, and with it the dialog, may go', async () => {
		const done = vi.fn();
		const user = userEvent.setup();
		const { unmount } = render(DoEach, { open: true, title: 'Delete 3?', things, deed, button: 'Delete', said, done, children });
		await user.click(screen.getByRole('button', { name: 'Delete' }));
		await screen.findByText(/1 was refused/);
		expect(done).not.toHaveBeenCalled();
		unmount();
		expect(done).toHaveBeenCalledTimes(1);
	});

	it('leaves what it has not come to when it is stopped', async () => {
		const many = Array.from({ length: 12 }, (_, i) => ({ key: i, name: `site ${i}` }));
		let go = () => {};
		const slow = (key: string | number) => (asked.push(key), new Promise<void>((over) => (go = over)));
		const done = vi.fn();
		const { unmount } = render(DoEach, {
			open: true,
			title: '?',
			things: many,
			deed: slow,
			button: 'Delete',
			said,
			done,
			children
		});
		const user = userEvent.setup();
		await user.click(screen.getByRole('button', { name: 'Delete' }));
		await user.click(await screen.findByRole('button', { name: 'Stop' }));
		await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
		unmount();
		expect([asked, done.mock.calls]).toEqual([[0, 1, 2, 3], []]);
		go();
	});
});
