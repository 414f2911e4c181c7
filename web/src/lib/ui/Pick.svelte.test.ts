import { cleanup, render, screen } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { afterEach, expect, it, vi } from 'vitest';
import Pick from './Pick.svelte';

afterEach(cleanup);

const of = (...names: string[]) => names.map((name) => ({ value: name, label: name }));

function show(items: ReturnType<typeof of>, value = '') {
	const onpick = vi.fn();
	const props = $state({ label: 'Project', value, text: value, items, onsearch: vi.fn(), onpick });
	render(Pick, props);
	return { user: userEvent.setup(), props, onpick, box: screen.getByRole('combobox', { name: 'Project' }) };
}
const marked = (box: HTMLElement) =>
	document.getElementById(box.getAttribute('aria-activedescendant') ?? '')?.textContent?.trim();
const settle = () => new Promise((over) => setTimeout(over, 20));

it('by keyboard the first of what was found is chosen, also where the answer came after the last letter', async () => {
	const { user, props, onpick, box } = show(of('alpha', 'beta web', 'gamma web'));
	await user.type(box, 'web');
	props.items = of('gamma web', 'delta web');
	await settle();
	props.items = of('delta web');
	await settle();
	expect(marked(box)).toBe('delta web');
	await user.keyboard('{Enter}');
	expect(onpick.mock.calls).toEqual([['delta web']]);
});

it('Enter never chooses what does not fit what is typed, while the answer is not there', async () => {
	const { user, onpick, box } = show(of('alpha', 'beta'));
	await user.type(box, 'be');
	await settle();
	await user.keyboard('{Enter}');
	expect(onpick.mock.calls).toEqual([['beta']]);
});

it('what is typed goes before what was chosen', async () => {
	const { user, props, onpick, box } = show(of('web', 'web-2'), 'web-2');
	await user.clear(box);
	await user.type(box, 'web');
	props.items = of('web', 'web-1', 'web-2');
	await settle();
	expect(marked(box)).toBe('web');
	await user.keyboard('{Enter}');
	expect(onpick.mock.calls).toEqual([['web']]);
});
