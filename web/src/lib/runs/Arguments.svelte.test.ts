import { server } from '#lib/testing/server.ts';
import { cleanup, render, screen, within } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { newClient } from '#lib/testing/client.ts';
import WithQueries from '#lib/testing/WithQueries.svelte';
import { MASK } from '../hidden.ts';
import Arguments from './Arguments.svelte';

const options = {
	check: { type: 'boolean', shortopts: ['C'], help: "don't make any changes" },
	forks: { type: 'integer', shortopts: ['f'], help: 'number of parallel processes' },
	limit: { type: 'text', shortopts: ['l'], help: 'further limit selected hosts' },
	'vault-password-file': { type: 'textfile', shortopts: [], help: 'vault password file' },
	args: { type: 'text', shortopts: ['a'], help: 'module arguments' }
};

beforeAll(() => import('./ExtraVars.svelte'), 60_000);
beforeEach(() => {
	server.asked = [];
	server.answer = (path, query) => {
		if (path === '/polemarch/ansible/cli_reference/') return { body: { [query.get('filter')!]: options } };
		throw new Error(`not asked for here: ${path}`);
	};
});
afterEach(cleanup);

/** What was told last, given back as its value, as a page does. */
async function open(value: Record<string, unknown> = {}, given: object = {}) {
	const said = vi.fn();
	const onchange = (next: Record<string, unknown>) => {
		props.value = next;
		said(next);
	};
	const props = $state({ kind: 'PLAYBOOK' as const, value, ...given, onchange });
	render(WithQueries as never, { component: Arguments, given: props, client: newClient() } as never);
	await screen.findByRole('list', { name: 'Options that can be added' });
	return { user: userEvent.setup(), props, said, last: () => said.mock.lastCall?.[0] as Record<string, unknown> };
}
const used = () => within(screen.getByRole('list', { name: 'Options in use' }));

describe('options of a run', () => {
	it('a flag is added as one, without a value', async () => {
		const { user, last } = await open();
		await user.click(screen.getByRole('button', { name: /--check, -C/ }));
		expect(last()).toEqual({ check: null });
		expect(used().getByText('--check, -C')).toBeTruthy();
	});

	it('a number is sent as a number, and what is none is told of', async () => {
		const { user, last } = await open({ forks: 5 });
		const field = used().getByRole('textbox', { name: '--forks, -f' });
		await user.clear(field);
		await user.type(field, '12');
		expect(last()).toEqual({ forks: 12 });
		await user.type(field, 'x');
		expect(used().getByText('That is no whole number.')).toBeTruthy();
	});

	it('a text gets the focus when it is added, and is taken out again', async () => {
		const { user, last } = await open();
		await user.click(screen.getByRole('button', { name: /--limit, -l/ }));
		await user.keyboard('web*');
		expect(last()).toEqual({ limit: 'web*' });
		await user.click(screen.getByRole('button', { name: 'Take out --limit' }));
		expect(last()).toEqual({});
	});

	it('a hidden value is not shown, and stays unless it is replaced', async () => {
		const { user, last } = await open({ 'vault-password-file': MASK });
		expect(screen.queryByDisplayValue(MASK)).toBeNull();
		await user.click(screen.getByRole('button', { name: 'Replace it' }));
		await user.type(used().getByRole('textbox'), 's3cret');
		expect(last()).toEqual({ 'vault-password-file': 's3cret' });
	});

	it('one that Ansible does not have is shown, with its value, and said to be none', async () => {
		await open({ 'new-vault-id': 'prod' });
		expect(used().getByDisplayValue('prod')).toBeTruthy();
		expect(used().getByText(/does not have it/)).toBeTruthy();
	});

	it('what the server said stands beside it', async () => {
		await open({ limit: ',' }, { errors: { limit: 'It names no hosts.' } });
		expect(used().getByText('It names no hosts.')).toBeTruthy();
	});

	it('are found by what they do', async () => {
		const { user } = await open();
		await user.type(screen.getByRole('searchbox', { name: 'Find an option' }), 'parallel');
		const names = within(screen.getByRole('list', { name: 'Options that can be added' })).getAllByRole('button');
		expect(names).toHaveLength(1);
	});

	it('variables that come later as a text are shown as one, and stay', async () => {
		const { user, props, last } = await open();
		await screen.findByRole('button', { name: 'Add variable' });
		props.value = { 'extra-vars': 'a=1 b=2' };
		const text = await screen.findByRole<HTMLTextAreaElement>('textbox', { name: 'Variables as a text' });
		expect(text.value).toBe('a=1 b=2');
		await user.clear(text);
		await user.click(text);
		await user.paste('{"a": 1}');
		expect(last()).toEqual({ 'extra-vars': '{"a": 1}' });
		await user.click(screen.getByRole('button', { name: 'As a form' }));
		expect(last()).toEqual({ 'extra-vars': { a: 1 } });
	});

	it('secrets that are lost are named', async () => {
		const { user, last } = await open({}, { lost: ['vault-password-file'] });
		await user.click(screen.getByRole('button', { name: 'Type --vault-password-file' }));
		expect(last()).toEqual({ 'vault-password-file': '' });
	});
});
