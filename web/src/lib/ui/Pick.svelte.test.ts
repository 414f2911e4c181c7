import { cleanup, render, screen } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { afterEach, expect, it, vi } from 'vitest';
import Pick from './Pick.svelte';

afterEach(cleanup);

const of = (...names: string[]) => names.map((name) => ({ value: name, label: name }));

function show(items: ReturnType<typeof of>, value = '') {
	const onpick = vi.fn();
	const onleave = vi.fn();
	const props = $state({ label: 'Project', value, text: value, items, onsearch: vi.fn(), onpick, onleave });
	render(Pick, props);
	const box = screen.getByRole<HTMLInputElement>('combobox', { name: 'Project' });
	return { user: userEvent.setup(), props, onpick, onleave, box };
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

it('opened by an arrow it is at what was chosen; arrows go from there, and no further than the ends', async () => {
	const { user, onpick, box } = show(of('alpha', 'beta', 'gamma'), 'beta');
	box.focus();
	await user.keyboard('{ArrowDown}');
	expect(marked(box)).toBe('beta');
	await user.keyboard('{ArrowDown}{ArrowDown}');
	expect(marked(box)).toBe('gamma');
	await user.keyboard('{PageUp}{Enter}');
	expect(onpick.mock.calls).toEqual([['alpha']]);
	expect(box.getAttribute('aria-expanded')).toBe('false');
});

it('one of them is chosen by a press, and the box keeps the focus', async () => {
	const { user, onpick, onleave, box } = show(of('alpha', 'beta'), 'alpha');
	await user.click(box);
	await user.click(screen.getByRole('option', { name: 'beta' }));
	expect(onpick.mock.calls).toEqual([['beta']]);
	expect(onleave).not.toHaveBeenCalled();
	expect(document.activeElement).toBe(box);
	expect(screen.queryByRole('listbox')).toBeNull();
});

it('opened by a press nothing is marked: Enter chooses nothing that nobody has pointed at', async () => {
	const { user, onpick, box } = show(of('alpha', 'beta'));
	await user.click(box);
	await user.keyboard('{Enter}');
	expect(onpick).not.toHaveBeenCalled();
});

it('Esc takes back what was typed, and closes nothing else', async () => {
	const { user, box } = show(of('alpha', 'beta'), 'alpha');
	const outside = vi.fn();
	document.body.addEventListener('keydown', outside);
	await user.type(box, 'be');
	outside.mockClear();
	await user.keyboard('{Escape}');
	expect([box.value, screen.queryByRole('listbox')]).toEqual(['alpha', null]);
	expect(outside).not.toHaveBeenCalled();
	document.body.removeEventListener('keydown', outside);
});

it('who goes on without choosing has what he typed looked at', async () => {
	const { user, onpick, onleave, box } = show(of('alpha', 'beta'), 'alpha');
	await user.clear(box);
	await user.type(box, ' bet ');
	await user.tab();
	expect([onleave.mock.calls, onpick.mock.calls]).toEqual([[['bet']], []]);
	expect(box.value).toBe('alpha');
});
