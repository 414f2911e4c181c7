import { server } from '#lib/testing/server.ts';
import { cleanup, render, screen, waitFor } from '@testing-library/svelte';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import userEvent from '@testing-library/user-event';
import { router } from '#lib/router.svelte.ts';
import WithQueries from '#lib/testing/WithQueries.svelte';
import Import from './Import.svelte';

const TEXT = '[web]\nweb-1 a=1\n';
const found = { name: 'ours', hosts: 1, groups: 1, variables: 1, secrets: 0, left_out: 0, new_machines: ['web-1'], split: [] };
let sent: { text: string; dry_run: boolean }[];
let refuse: string | undefined;

beforeEach(() => {
	sent = [];
	refuse = undefined;
	server.answer = (_path, _query, body) => {
		const given = body as (typeof sent)[number];
		sent.push(given);
		if (refuse) return { status: 400, body: { detail: refuse } };
		return { body: { ...found, dry_run: given.dry_run, ...(!given.dry_run && { id: 7, url: '' }) } };
	};
	router.url = new URL('http://localhost/inventories');
});
afterEach(cleanup);

async function begin(text = TEXT) {
	const user = userEvent.setup();
	render(WithQueries as never, { component: Import, given: { open: true } } as never);
	await user.click(screen.getByLabelText(/^Text/));
	await user.paste(text);
	return user;
}

describe('an import', () => {
	it('is looked at first, and then made of the same text', async () => {
		const user = await begin();
		await user.type(screen.getByLabelText(/^Name/), 'ours');
		await user.click(screen.getByRole('button', { name: 'See what it would make' }));
		expect(await screen.findByText('1 host and 1 group with 1 variable.')).toBeTruthy();
		expect(screen.getByText('1 machine is new to the fleet: web-1.')).toBeTruthy();
		await user.click(screen.getByRole('button', { name: 'Import 1 host and 1 group' }));
		await waitFor(() => expect(router.asked.pathname).toBe('/inventories/7'));
		expect(sent).toEqual([
			{ text: TEXT, format: 'ini', name: 'ours', dry_run: true },
			{ text: TEXT, format: 'ini', name: 'ours', dry_run: false }
		]);
	});

	it('of a text that was changed is looked at again', async () => {
		const user = await begin();
		await user.click(screen.getByRole('button', { name: 'See what it would make' }));
		await screen.findByText('1 host and 1 group with 1 variable.');
		await user.type(screen.getByLabelText(/^Text/), 'web-2');
		expect(screen.queryByText('1 host and 1 group with 1 variable.')).toBeNull();
		await user.click(screen.getByRole('button', { name: 'See what it would make' }));
		await waitFor(() => expect(sent.length).toBe(2));
		expect(sent[1]).toMatchObject({ text: TEXT + 'web-2', dry_run: true });
	});

	it('that Ansible can’t read shows why and which line, until the text is another', async () => {
		refuse = "Ansible can't read the text, line 2: No closing quotation.";
		const user = await begin("[web]\nweb-1 a='1\n");
		await user.click(screen.getByRole('button', { name: 'See what it would make' }));
		expect(await screen.findByText(refuse)).toBeTruthy();
		expect(screen.getByText("web-1 a='1")).toBeTruthy();
		await user.type(screen.getByLabelText(/^Text/), 'x');
		expect(screen.queryByText(refuse)).toBeNull();
	});

	it('of nothing makes nothing', async () => {
		Object.assign(found, { hosts: 0, groups: 0, new_machines: [] });
		const user = await begin('# nothing\n');
		await user.click(screen.getByRole('button', { name: 'See what it would make' }));
		expect(await screen.findByText('There are no hosts and no groups in it.')).toBeTruthy();
		expect(screen.queryByRole('button', { name: /^Import/ })).toBeNull();
	});

	it('takes its name from the last file, unless somebody has given one, and no file that is not UTF-8', async () => {
		const user = userEvent.setup();
		render(WithQueries as never, { component: Import, given: { open: true } } as never);
		const file = screen.getByLabelText('Take a file');
		const name = screen.getByLabelText<HTMLInputElement>(/^Name/);
		await user.upload(file, new File(['a\n'], 'first.ini'));
		await waitFor(() => expect(name.value).toBe('first'));
		await user.upload(file, new File([new Uint8Array([0xe9, 0x0a])], 'latin.ini'));
		expect(await screen.findByText('latin.ini is not UTF-8: save it as that first.')).toBeTruthy();
		await user.upload(file, new File(['b\n'], 'second.ini'));
		await waitFor(() => expect(name.value).toBe('second'));
		await user.type(name, '-ours');
		await user.upload(file, new File(['c\n'], 'third.ini'));
		await waitFor(() => expect(screen.getByLabelText<HTMLTextAreaElement>(/^Text/).value).toBe('c\n'));
		expect(name.value).toBe('second-ours');
	});
});
