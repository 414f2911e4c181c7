import { cleanup, render, screen } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { layOut } from '../testing/window.ts';
import { sectionsOf, type Mark } from './outline.ts';
import Outline from './Outline.svelte';

const mark = (line: number, kind: Mark['kind'], text = '', host: string | null = null): Mark => ({ line, kind, text, host });
const sections = sectionsOf([
	mark(1, 'play', 'web'),
	mark(2, 'task', 'packages'),
	mark(3, 'failed', '', 'a'),
	mark(4, 'unreachable', '', 'b'),
	mark(9, 'handler', 'restart'),
	mark(20, 'play', 'db'),
	mark(21, 'task', '')
]);

beforeAll(layOut);
afterEach(cleanup);

function show({ folded = new Set<number>(), over = true, here = sections[1] } = {}) {
	const heard = { onjump: vi.fn(), onfold: vi.fn() };
	render(Outline, { sections, folded, over, here, ...heard });
	return { ...heard, user: userEvent.setup() };
}
const names = () => [...document.querySelectorAll('.go')].map((button) => button.getAttribute('title'));

describe('the plays and tasks of an output', () => {
	it('stand in their order, each by its name', () => {
		show();
		expect(names()).toEqual(['Play web', 'packages', 'Handler: restart', 'Play db', 'without a name']);
	});

	it('are gone to, and folded, each by its line', async () => {
		const { onjump, onfold, user } = show();
		await user.click(screen.getByTitle('Handler: restart'));
		await user.click(screen.getByRole('button', { name: 'Fold packages' }));
		expect(onjump.mock.calls).toEqual([[9]]);
		expect(onfold.mock.calls).toEqual([[2]]);
	});

	it('of a folded play are not there, and it says that it is folded', () => {
		show({ folded: new Set([1]) });
		expect(names()).toEqual(['Play web', 'Play db', 'without a name']);
		expect(screen.getByRole('button', { name: 'Fold Play web' }).getAttribute('aria-expanded')).toBe('false');
		expect(screen.getByRole('button', { name: 'Fold Play db' }).getAttribute('aria-expanded')).toBe('true');
	});

	it('say how many failures are in them, also to who does not see it', () => {
		show();
		expect(screen.getByTitle('packages').textContent).toBe('packages2 failures');
		expect(screen.getByTitle('Play web').textContent).toBe('Play web2 failures');
		expect(screen.getByTitle('Handler: restart').textContent).toBe('Handler: restart');
	});

	it('tell which one is being looked at', () => {
		show();
		const current = [...document.querySelectorAll('[aria-current]')];
		expect(current.map((button) => button.getAttribute('title'))).toEqual(['packages']);
	});

	it.each([
		[false, 'running'],
		[true, 'done']
	])('the last is at work as long as more may come (over: %s)', (over, tone) => {
		show({ over });
		expect(screen.getByTitle('without a name').closest('li')!.classList.contains(tone)).toBe(true);
		expect(screen.getByTitle('packages').closest('li')!.classList.contains('failed')).toBe(true);
	});
});
