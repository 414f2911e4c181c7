import { server } from '#lib/testing/server.ts';
import { cleanup, render, screen, waitFor } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { newClient } from '#lib/testing/client.ts';
import WithQueries from '#lib/testing/WithQueries.svelte';
import { toasts } from '#lib/toasts.svelte.ts';
import PickInventory from './PickInventory.svelte';

const all = [
	{ id: 4, name: 'prod' },
	{ id: 5, name: 'prod-db' }
];
let answers: Promise<void>;

beforeEach(() => {
	answers = Promise.resolve();
	for (const { id } of toasts.list) toasts.close(id);
	server.answer = async (path, query) => {
		if (path !== '/polemarch/inventories/') return { body: { id: 5, name: 'prod-db' } };
		if (query.get('limit') === '1000') await answers;
		const results = all.filter(({ name }) => name.includes(query.get('name') ?? ''));
		return { body: { count: results.length, next: null, previous: null, results } };
	};
});
afterEach(cleanup);

/** Types it and goes on without choosing anything of what is offered. */
async function leave(typed: string) {
	const onpick = vi.fn((value: number | string) => (props.value = value));
	const props = $state<{ value: number | string | undefined; onpick: typeof onpick }>({ value: undefined, onpick });
	render(WithQueries as never, { component: PickInventory, given: props, client: newClient() } as never);
	const user = userEvent.setup();
	await user.type(screen.getByRole('combobox', { name: 'Inventory' }), typed);
	await user.keyboard('{Escape}');
	await user.type(screen.getByRole('combobox'), typed);
	await user.tab();
	await user.click(document.body);
	return { onpick, props };
}

it('a name that is typed is the inventory of that name, whatever else has it in its own', async () => {
	const { onpick } = await leave('prod');
	await waitFor(() => expect(onpick.mock.calls).toEqual([[4]]));
});

it('what is no name of one is a file of the project', async () => {
	const { onpick } = await leave('inv/hosts');
	await waitFor(() => expect(onpick.mock.calls).toEqual([['inv/hosts']]));
});

it('where no answer comes nothing is taken for a file', async () => {
	answers = Promise.reject(new Error('away'));
	answers.catch(() => {});
	const { onpick } = await leave('prod');
	await waitFor(() => expect(toasts.list).toHaveLength(1));
	expect(onpick).not.toHaveBeenCalled();
});

it('what was chosen meanwhile stays', async () => {
	let answer = () => {};
	answers = new Promise((over) => (answer = over));
	const { onpick, props } = await leave('prod');
	props.value = 5;
	await screen.findByDisplayValue('prod-db');
	answer();
	await new Promise((over) => setTimeout(over, 50));
	expect(onpick).not.toHaveBeenCalled();
});
