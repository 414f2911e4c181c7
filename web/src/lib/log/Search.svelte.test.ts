import { cleanup, render, screen } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { afterEach, describe, expect, it, vi } from 'vitest';
import Search from './Search.svelte';

afterEach(cleanup);

function show(given: { value: string; at?: number; total?: number; busy?: boolean; failed?: Error }) {
	const heard = { ontype: vi.fn(), ongo: vi.fn(), online: vi.fn() };
	render(Search, { at: -1, total: 0, busy: false, failed: undefined, ...given, ...heard });
	return { ...heard, box: screen.getByRole('searchbox'), user: userEvent.setup() };
}

describe('the search in an output', () => {
	it('goes to the next by Enter, and to the one before by Shift Enter', async () => {
		const { box, user, ongo, online } = show({ value: 'failed', at: 0, total: 2 });
		await user.type(box, '{Enter}{Shift>}{Enter}{/Shift}');
		expect(ongo.mock.calls).toEqual([[1], [-1]]);
		expect(online).not.toHaveBeenCalled();
	});

	it('goes to a line by its number', async () => {
		const { box, user, ongo, online } = show({ value: ':1200' });
		await user.type(box, '{Enter}');
		expect(online.mock.calls).toEqual([[1200]]);
		expect(ongo).not.toHaveBeenCalled();
	});

	it('is emptied and left by Escape', async () => {
		const { box, user, ontype } = show({ value: 'failed' });
		await user.click(box);
		await user.keyboard('{Escape}');
		expect(ontype.mock.calls).toEqual([['']]);
		expect(document.activeElement).not.toBe(box);
	});

	it.each([
		[{ value: 'x', at: 2, total: 1234 }, '3 of 1,234'],
		[{ value: 'x' }, 'Nothing found'],
		[{ value: 'x', busy: true, at: 2, total: 5 }, 'Searching …'],
		[{ value: 'x', failed: new Error('Away.') }, 'Away.']
	])('says how it stands (%o)', (given, said) => {
		show(given);
		expect(screen.getByRole('search').textContent).toContain(said);
	});

	it.each(['', '  ', ':1200'])('says nothing where nothing is looked for (“%s”)', (value) => {
		show({ value });
		expect(screen.queryByText('Nothing found')).toBeNull();
	});
});
