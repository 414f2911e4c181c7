import { cleanup, render, screen, waitFor, within } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { afterEach, describe, expect, it } from 'vitest';
import { MASK } from '../hidden.ts';
import Variables from './Variables.svelte';

let told: { value: Record<string, unknown>; wrong: boolean } | undefined;

function show(value: Record<string, unknown>, more: Record<string, unknown> = {}) {
	told = undefined;
	render(Variables, { value, onchange: (value: Record<string, unknown>, wrong: boolean) => (told = { value, wrong }), ...more });
	return userEvent.setup();
}
const row = (name: string) => within(screen.getByRole('group', { name: `Variable ${name}` }));

afterEach(cleanup);

describe('variables in a form', () => {
	it('keep their types while another is changed', async () => {
		const all = { port: 8080, text: '8080', on: true, nothing: null, list: [1, 2] };
		const user = show(all);
		await user.type(row('text').getByLabelText('Value of text'), '1');
		expect(told).toEqual({ value: { ...all, text: '80801' }, wrong: false });
	});

	it('that are hidden are shown masked, kept untouched, and replaced in a password field', async () => {
		const user = show({ ansible_password: MASK, a: '1' });
		expect(screen.queryByDisplayValue(MASK)).toBeNull();
		expect(row('ansible_password').getByText('hidden, kept as it is')).toBeTruthy();
		await user.type(row('a').getByLabelText('Value of a'), '2');
		expect(told!.value).toEqual({ ansible_password: MASK, a: '12' });
		await user.click(row('ansible_password').getByRole('button', { name: 'Replace' }));
		const field = row('ansible_password').getByLabelText<HTMLInputElement>('Value of ansible_password');
		expect(field.type).toBe('password');
		expect(document.activeElement).toBe(field);
		await user.type(field, 'hunter2');
		await user.click(row('ansible_password').getByRole('button', { name: 'Show' }));
		expect(row('ansible_password').getByLabelText<HTMLInputElement>('Value of ansible_password').type).toBe('text');
		expect(told!.value).toEqual({ ansible_password: 'hunter2', a: '12' });
	});

	it('of one name twice are refused beside the second, and the form around can’t be sent', async () => {
		const user = show({ a: '1' });
		await user.click(screen.getByRole('button', { name: 'Add variable' }));
		await user.keyboard('a');
		expect(screen.getByText('There is one of this name already.')).toBeTruthy();
		expect(told).toEqual({ value: { a: '1' }, wrong: true });
		const names = screen.getAllByLabelText<HTMLInputElement>('Name of a');
		expect(names.map((field) => field.validity.valid)).toEqual([true, false]);
		await user.keyboard('b');
		expect(told).toEqual({ value: { a: '1', ab: '' }, wrong: false });
	});

	it('of which one is wrong keep the form from being sent, also far down in many', async () => {
		const user = show(Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`v${i}`, i])));
		const find = screen.getByRole('searchbox', { name: 'Find among variables' });
		await user.type(find, 'v299');
		await user.type(row('v299').getByLabelText('Value of v299'), 'x');
		await user.clear(find);
		expect(row('v299').getByLabelText<HTMLTextAreaElement>('Value of v299').validity.valid).toBe(false);
		expect(screen.queryByRole('group', { name: 'Variable v298' })).toBeNull();
	});

	it('are removed one by one', async () => {
		const user = show({ a: '1', b: 2 });
		await user.click(screen.getByRole('button', { name: 'Remove a' }));
		expect(told!.value).toEqual({ b: 2 });
	});

	it('by which Ansible connects are offered with their type', async () => {
		const user = show({});
		await user.click(screen.getByRole('button', { name: 'Add variable' }));
		await user.keyboard('ansible_port');
		expect(screen.getByText('The port, where it is not 22.')).toBeTruthy();
	});

	it('may be lists and maps typed as YAML', async () => {
		const user = show({ list: [1] });
		const field = row('list').getByLabelText('Value of list');
		await user.clear(field);
		await user.click(field);
		await user.paste('- 1\n- a: yes\n');
		await waitFor(() => expect(told).toEqual({ value: { list: [1, { a: true }] }, wrong: false }));
	});
});

describe('variables as YAML', () => {
	const all = { ansible_password: MASK, port: 8080, text: '8080', list: [1, { a: null }] };

	it('are the same when one comes back to the form', async () => {
		const user = show(all);
		await user.click(screen.getByRole('button', { name: 'Edit as YAML' }));
		const area = await screen.findByLabelText<HTMLTextAreaElement>('Variables as YAML');
		expect(area.value).toBe(`ansible_password: "${MASK}"\nport: 8080\ntext: "8080"\nlist:\n  - 1\n  - a: null\n`);
		await user.click(area);
		area.setSelectionRange(area.value.length, area.value.length);
		await user.paste('more: no\n');
		await waitFor(() => expect(told).toEqual({ value: { ...all, more: false }, wrong: false }));
		await user.click(screen.getByRole('button', { name: 'Edit as a form' }));
		expect(row('ansible_password').getByText('hidden, kept as it is')).toBeTruthy();
		expect(told).toEqual({ value: { ...all, more: false }, wrong: false });
	});

	it('lose comments only after that was said', async () => {
		const user = show({ a: 1 });
		await user.click(screen.getByRole('button', { name: 'Edit as YAML' }));
		await user.click(await screen.findByLabelText('Variables as YAML'));
		await user.paste('# why\n');
		await user.click(screen.getByRole('button', { name: 'Edit as a form' }));
		expect(screen.getByText(/they would be lost/)).toBeTruthy();
		await user.click(screen.getByRole('button', { name: 'Go to the form without them' }));
		expect(row('a')).toBeTruthy();
	});

	it('that are wrong say in which line, and there is no way to the form until they are right', async () => {
		const user = show({ a: 1 });
		await user.click(screen.getByRole('button', { name: 'Edit as YAML' }));
		const area = await screen.findByLabelText<HTMLTextAreaElement>('Variables as YAML');
		await user.clear(area);
		await user.click(area);
		await user.paste('a: 1\nb: 2\nb: 3\n');
		expect((await screen.findByRole('alert')).textContent).toMatch(/^Line 3: /);
		expect(area.validity.valid).toBe(false);
		expect(told!.wrong).toBe(true);
		expect(screen.queryByRole('button', { name: 'Edit as a form' })).toBeNull();
	});

	it('can’t keep a hidden value that there is not', async () => {
		const user = show({ a: 1 });
		await user.click(screen.getByRole('button', { name: 'Edit as YAML' }));
		await user.click(await screen.findByLabelText('Variables as YAML'));
		await user.paste(`b: "${MASK}"\n`);
		expect(await screen.findByText('Line 2: b has no hidden value that could be kept.')).toBeTruthy();
	});
});
