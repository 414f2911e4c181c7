import { cleanup, fireEvent, render, screen } from '@testing-library/svelte';
import { afterEach, expect, it, vi } from 'vitest';
import Facet from './Facet.svelte';

afterEach(cleanup);
const texts = () => screen.getAllByRole('checkbox').map((box) => box.parentElement!.textContent);

async function show(values: { value: string; text: string; n: number }[]) {
	const { rerender, container } = render(Facet, { title: 'Owner', values, chosen: [], onchoose: vi.fn() });
	const turn = (newState: string) =>
		fireEvent(container.querySelector('[popover]')!, Object.assign(new Event('toggle'), { newState }));
	await turn('open');
	return { rerender, turn };
}
const value = (name: string, n: number) => ({ value: name, text: name, n });

it('values stay under the pointer while the list is open, whatever their counts; at its next opening they are in order', async () => {
	const { rerender, turn } = await show([value('anna', 9), value('bert', 5)]);
	await rerender({ values: [value('carl', 30), value('bert', 20), value('anna', 9)] });
	expect(texts()).toEqual(['anna9', 'bert20', 'carl30']);
	await turn('closed');
	await turn('open');
	expect(texts()).toEqual(['carl30', 'bert20', 'anna9']);
});

it('of more than 200 values it says how many are left, and finds them by some letters', async () => {
	await show(Array.from({ length: 203 }, (_, i) => value(`owner-${i}`, 1)));
	expect(texts()).toHaveLength(200);
	expect(screen.getByText('and 3 more: type to find them')).toBeTruthy();
	await fireEvent.input(screen.getByLabelText('Find among Owner'), { target: { value: 'owner-202' } });
	expect(texts()).toEqual(['owner-2021']);
});
