import { cleanup, render, screen, waitFor } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { afterEach, expect, it, vi } from 'vitest';
import { definitions, eventTypes, fates } from '#lib/testing/law.ts';
import { Definitions } from './definitions.svelte.ts';
import TypePicker from './TypePicker.svelte';

afterEach(cleanup);
const box = () => screen.getByRole<HTMLInputElement>('combobox');

function show(value: number | undefined, law = definitions) {
	const onpick = vi.fn<(id: number) => void>();
	render(TypePicker, { definitions: law, label: 'Event', value, onpick });
	return { onpick, user: userEvent.setup() };
}

it('Enter on the event that is chosen already leaves it chosen', async () => {
	const { user, onpick } = show(1);
	box().focus();
	await user.keyboard('{ArrowDown}');
	await screen.findAllByRole('option');
	await waitFor(() => expect(box().getAttribute('aria-activedescendant')).toBeTruthy());
	await user.keyboard('{Enter}');
	expect(box().value).toBe('reboot required');
	expect(onpick).not.toHaveBeenCalled();
});

it('what matches nothing does not stay in the box', async () => {
	const { user } = show(1);
	await user.click(box());
	await user.keyboard('nonsense');
	expect(box().value).toBe('nonsense');
	expect(await screen.findByText('No event type matches.')).toBeTruthy();
	await user.tab();
	await waitFor(() => expect(box().value).toBe('reboot required'));
});

it('of many only the first are listed, and how many are left is said', async () => {
	const many = Array.from({ length: 205 }, (_, i) => ({ ...eventTypes[0]!, id: i + 1, state: `state ${i}` }));
	const { user } = show(undefined, new Definitions(many, fates));
	box().focus();
	await user.keyboard('{ArrowDown}');
	expect(await screen.findByText('and 5 more: type to find them')).toBeTruthy();
});
