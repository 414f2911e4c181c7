import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { tick } from 'svelte';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { router } from '#lib/router.svelte.ts';
import { layOut } from '#lib/testing/window.ts';
import type { Column } from './columns.ts';
import Grid from './Grid.svelte';
import { Selection } from './selection.svelte.ts';

interface Row {
	id: number;
	host: string;
}
const rowsOf = (n: number): Row[] => Array.from({ length: n }, (_, i) => ({ id: i, host: `web-${String(i).padStart(5, '0')}` }));
const columns: Column<Row>[] = [
	{ key: 'host', title: 'Host', width: '1fr', text: (row) => row.host, by: (row) => row.host, narrow: true },
	{ key: 'id', title: 'No.', width: '80px', text: (row) => String(row.id) }
];

let selection: Selection<number>;
let open: ReturnType<typeof vi.fn<(row: Row) => void>>;

beforeAll(layOut);

afterEach(cleanup);

beforeEach(() => {
	router.place = new Map();
	selection = new Selection<number>();
	open = vi.fn<(row: Row) => void>();
});

async function show(rows: Row[], more: Record<string, unknown> = {}) {
	const shown = render(
		Grid as never,
		{ label: 'Hosts', rows, columns, keyOf: (row: Row) => row.id, selection, open, ...more } as never
	);
	await tick();
	const grid = screen.getByRole('grid');
	return { ...shown, grid, user: userEvent.setup() };
}

const hosts = () =>
	screen
		.getAllByRole('row')
		.slice(1)
		.map((row) => row.querySelectorAll('[role=gridcell]')[1]!.textContent!.trim());

describe('a table of many rows', () => {
	it('has only those on the screen in the document, and says how many there are', async () => {
		const { grid } = await show(rowsOf(20_000));
		expect(hosts().length).toBeLessThan(60);
		expect(grid.getAttribute('aria-rowcount')).toBe('20001');
	});

	it('says what to do where it is empty', async () => {
		await show([]);
		expect(screen.getAllByRole('row')).toHaveLength(2);
	});
});

describe('by keyboard', () => {
	it('arrows move, Space selects, Enter opens', async () => {
		const { grid, user } = await show(rowsOf(50));
		grid.focus();
		await user.keyboard('{ArrowDown}{ArrowDown} {Enter}');
		expect([...selection.keys]).toEqual([2]);
		expect(open).toHaveBeenCalledWith({ id: 2, host: 'web-00002' });
		expect(grid.getAttribute('aria-activedescendant')).toMatch(/-2$/);
	});

	it('Shift selects from where one is', async () => {
		const { grid, user } = await show(rowsOf(50));
		grid.focus();
		await user.keyboard('{ArrowDown}{Shift>}{ArrowDown}{ArrowDown}{/Shift}');
		expect([...selection.keys]).toEqual([1, 2, 3]);
	});

	it('Ctrl A takes all that match, Esc none', async () => {
		const { grid, user } = await show(rowsOf(20_000));
		grid.focus();
		await user.keyboard('{Control>}a{/Control}');
		expect(selection.size).toBe(20_000);
		await user.keyboard('{Escape}');
		expect(selection.size).toBe(0);
	});

	it('End and Home go to the ends', async () => {
		const { grid, user } = await show(rowsOf(50));
		grid.focus();
		await user.keyboard('{End} {Home} ');
		expect([...selection.keys]).toEqual([49, 0]);
	});
});

describe('by mouse', () => {
	it('the box of the head takes all that match and gives them back', async () => {
		await show(rowsOf(300));
		const all = screen.getByLabelText('Select all 300 that match');
		await fireEvent.click(all);
		expect(selection.size).toBe(300);
		await fireEvent.click(all);
		expect(selection.size).toBe(0);
	});

	it('a head turns the order: up, down, as it was', async () => {
		const onsort = vi.fn();
		const { rerender } = await show(rowsOf(3), { onsort });
		await fireEvent.click(screen.getByRole('button', { name: 'Host' }));
		expect(onsort).toHaveBeenLastCalledWith({ key: 'host', down: false });
		await rerender({ sort: { key: 'host', down: false } } as never);
		await fireEvent.click(screen.getByRole('button', { name: 'Host' }));
		expect(onsort).toHaveBeenLastCalledWith({ key: 'host', down: true });
		await rerender({ sort: { key: 'host', down: true } } as never);
		await fireEvent.click(screen.getByRole('button', { name: 'Host' }));
		expect(onsort).toHaveBeenLastCalledWith(undefined);
	});
});

describe('what changes elsewhere while rows are selected', () => {
	it('lets new rows wait until they are asked for', async () => {
		const { rerender } = await show(rowsOf(3));
		selection.toggle(1);
		await tick();
		await rerender({ rows: [{ id: 7, host: 'new' }, ...rowsOf(3)] } as never);
		expect(hosts()).toEqual(['web-00000', 'web-00001', 'web-00002']);
		await fireEvent.click(screen.getByRole('button', { name: '1 new, show' }));
		expect(hosts()).toEqual(['new', 'web-00000', 'web-00001', 'web-00002']);
	});

	it('shows a row as it is now where it stands', async () => {
		const { rerender } = await show(rowsOf(3));
		selection.toggle(1);
		await tick();
		await rerender({ rows: [{ id: 2, host: 'changed' }, ...rowsOf(2)] } as never);
		expect(hosts()).toEqual(['web-00000', 'web-00001', 'changed']);
	});

	it('says of a row that is gone that it is, and lets it go with the hand', async () => {
		const { grid, rerender } = await show(rowsOf(3));
		await fireEvent.pointerEnter(grid);
		await rerender({ rows: rowsOf(2) } as never);
		const gone = () => screen.queryByTitle('No longer in this list')?.getAttribute('aria-rowindex');
		expect([hosts().length, gone()]).toEqual([3, '4']);
		await fireEvent.pointerLeave(grid);
		expect([hosts().length, gone()]).toEqual([2, undefined]);
	});

	it('keeps nobody from seeing the first rows of an empty table, wherever the pointer is', async () => {
		const { grid, rerender } = await show([]);
		await fireEvent.pointerEnter(grid);
		await rerender({ rows: rowsOf(2) } as never);
		expect([hosts(), screen.queryByText(/new, show/)]).toEqual([['web-00000', 'web-00001'], null]);
		await rerender({ rows: rowsOf(3) } as never);
		expect([hosts().length, screen.queryByText('1 new, show') !== null]).toEqual([2, true]);
	});

	it('does not hold up what the user himself asks for', async () => {
		const { rerender } = await show(rowsOf(3), { view: 'a' });
		selection.toggle(1);
		await tick();
		await rerender({ rows: [{ id: 9, host: 'other' }], view: 'b' } as never);
		expect(hosts()).toEqual(['other']);
	});
});

describe('where one was', () => {
	it('is found again by who comes back: the rows in sight, the row, what was chosen', async () => {
		const chosen = new Selection<number>('hosts');
		const { grid, user, unmount } = await show(rowsOf(2000), { selection: chosen });
		grid.focus();
		await user.keyboard('{ArrowDown}{ArrowDown} ');
		grid.scrollTop = 9000;
		await fireEvent.scroll(grid);
		unmount();

		const again = new Selection<number>('hosts');
		expect([...again.keys]).toEqual([2]);
		const back = await show(rowsOf(2000), { selection: again });
		await waitFor(() => expect(back.grid.scrollTop).toBe(9000));
		back.grid.focus();
		await back.user.keyboard('{ArrowDown}{Enter}');
		expect(open).toHaveBeenCalledWith({ id: 3, host: 'web-00003' });
	});

	it('is another place with other filters', async () => {
		const { grid, unmount } = await show(rowsOf(2000));
		grid.scrollTop = 9000;
		await fireEvent.scroll(grid);
		unmount();
		router.set({ q: 'other' });
		const back = await show(rowsOf(2000));
		await new Promise((over) => setTimeout(over, 50));
		expect(back.grid.scrollTop).toBe(0);
		router.set({ q: '' });
	});
});

describe('the focus is in the table when the button that was pressed is gone with what it did', () => {
	const press = async (act: () => void, gone: Element) => {
		(gone as HTMLElement).focus();
		gone.remove();
		act();
		await waitFor(() => expect(document.activeElement).toBe(screen.getByRole('grid')));
	};
	const button = () => document.body.appendChild(document.createElement('button'));

	it('"Clear"', async () => {
		await show(rowsOf(5));
		selection.toggle(1);
		await tick();
		await press(() => selection.clear(), button());
	});

	it('"Select all"', async () => {
		await show(rowsOf(5));
		await press(() => selection.add([1, 2]), button());
	});

	it('"1 new, show"', async () => {
		const { rerender } = await show(rowsOf(3));
		selection.toggle(1);
		await tick();
		await rerender({ rows: [{ id: 7, host: 'new' }, ...rowsOf(3)] } as never);
		const show1 = screen.getByRole('button', { name: '1 new, show' });
		show1.focus();
		await fireEvent.click(show1);
		await waitFor(() => expect(document.activeElement).toBe(screen.getByRole('grid')));
	});

	it('"Clear" of the filters', async () => {
		router.set({ q: 'web' });
		await show(rowsOf(5));
		await press(() => router.set({ q: '' }), button());
	});

	it('but what goes by itself does not take it: a chosen row that somebody else has done', async () => {
		await show(rowsOf(5));
		selection.add([1, 2]);
		await waitFor(() => expect(document.activeElement).toBe(screen.getByRole('grid')));
		screen.getByRole('grid').blur();
		selection.keep((key) => key !== 1);
		await new Promise((over) => setTimeout(over, 20));
		expect([[...selection.keys], document.activeElement]).toEqual([[2], document.body]);
	});

	it('but a page that comes does not take it, nor a choice made elsewhere', async () => {
		await show(rowsOf(5));
		await tick();
		expect(document.activeElement).toBe(document.body);
		const other = button();
		other.focus();
		selection.add([1, 2]);
		await new Promise((over) => setTimeout(over, 20));
		expect(document.activeElement).toBe(other);
		other.remove();
	});
});
