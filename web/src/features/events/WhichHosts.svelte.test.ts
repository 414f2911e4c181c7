import { server } from '#lib/testing/server.ts';
import { cleanup, render, screen, within } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import WithQueries from '#lib/testing/WithQueries.svelte';
import WhichHosts from './WhichHosts.svelte';

let found: string[];
beforeEach(() => {
	found = ['web-1', 'web-2'];
	server.asked = [];
	server.answer = (path) =>
		path === '/search' ? { body: {} } : { body: { totalHosts: found.length, hosts: found.map((hostname) => ({ hostname })) } };
});
afterEach(cleanup);

function open(given: { hosts?: string[]; query?: string } = {}) {
	const onchosen = vi.fn<(names: readonly string[]) => void>();
	render(
		WithQueries as never,
		{ component: WhichHosts, given: { open: true, hosts: [], query: '', ...given, onchosen } } as never
	);
	const dialog = within(screen.getByRole('dialog'));
	return {
		onchosen,
		dialog,
		user: userEvent.setup(),
		go: dialog.getByRole<HTMLButtonElement>('button', { name: 'Choose the event' })
	};
}

describe('the hosts of an event', () => {
	it('are also those that still stand in the box', async () => {
		const { onchosen, dialog, user, go } = open({ hosts: ['db 7'] });
		await user.type(dialog.getByLabelText(/Host names/), 'web-1, web-2 web-1');
		await user.click(go);
		expect(onchosen.mock.calls).toEqual([[['db 7', 'web-1', 'web-2']]]);
	});

	it('are not gone on with while something in the box is no name', async () => {
		const { onchosen, dialog, user, go } = open();
		const box = dialog.getByLabelText<HTMLTextAreaElement>(/Host names/);
		await user.click(box);
		await user.paste(`web-1 ${'x'.repeat(129)}`);
		await user.click(go);
		expect(onchosen).not.toHaveBeenCalled();
		expect(box.value).toBe('x'.repeat(129));
		expect(dialog.getByText('1 host chosen')).toBeTruthy();
	});

	it('may be tens of thousands, pasted, which the box is not filled with', async () => {
		const { onchosen, dialog, user, go } = open();
		const many = Array.from({ length: 20_000 }, (_, i) => `web-${i}.ams1.example.net`);
		const box = dialog.getByLabelText<HTMLTextAreaElement>(/Host names/);
		await user.click(box);
		await user.paste(many.join('\n'));
		expect(box.value).toBe('');
		expect(dialog.getByText('20,000 hosts chosen')).toBeTruthy();
		await user.click(go);
		expect(onchosen.mock.calls).toEqual([[many]]);
	});

	it('are those that a query means', async () => {
		const { onchosen, dialog, user, go } = open({ query: 'web*' });
		await user.click(dialog.getByRole('button', { name: 'Add these hosts' }));
		expect(await dialog.findByText('2 hosts chosen')).toBeTruthy();
		expect(server.asked).toContain('/hosts?hostQuery=web*&limit=all');
		await user.click(go);
		expect(onchosen.mock.calls).toEqual([[['web-1', 'web-2']]]);
	});

	it('are none where a query means none, or is empty: that is said', async () => {
		found = [];
		const { dialog, user, go } = open({ query: 'x*' });
		await user.click(dialog.getByRole('button', { name: 'Add these hosts' }));
		expect((await dialog.findByText('No host matches.')).role).toBe('alert');
		await user.clear(dialog.getByRole('combobox', { name: 'Query' }));
		await user.click(dialog.getByRole('button', { name: 'Add these hosts' }));
		expect((await dialog.findByText('Say which hosts.')).role).toBe('alert');
		expect(go.disabled).toBe(true);
	});

	it('are not lost unasked, though the box is empty', async () => {
		const { dialog, user } = open({ query: 'web*' });
		await user.click(dialog.getByRole('button', { name: 'Add these hosts' }));
		await dialog.findByText('2 hosts chosen');
		await user.click(dialog.getByRole('button', { name: 'Close' }));
		expect(dialog.getByRole('alert').textContent).toBe('What you have typed would be lost.');
	});

	it('are let go where they are as they were given', async () => {
		const { dialog, user } = open({ hosts: ['web-1', 'web-2'] });
		await user.click(dialog.getByRole('button', { name: 'Close' }));
		expect(screen.queryByRole('dialog')).toBeNull();
	});
});
