import { cleanup, render, screen, within } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Definitions, type EventType, type Fate } from '../law/definitions.svelte.ts';
import FateGraph from './FateGraph.svelte';
import FateList from './FateList.svelte';

const types = ['required', 'ready', 'completed', 'failed'].map(
	(state, i) => ({ id: i + 1, category: 'work', state }) as EventType
);
const fate = (id: number, followsId: number | null, precedesIds: number[], forCreator = false) =>
	({
		id,
		creationEventTypeId: id,
		followsId,
		precedesIds,
		forOwner: !forCreator,
		forCreator,
		description: null
	}) as unknown as Fate;
// required -> ready -> completed | failed
const definitions = new Definitions(types, [fate(1, null, [2]), fate(2, 1, [3, 4], true), fate(3, 2, []), fate(4, 2, [])]);
const counts = new Map([
	[1, { open: 1200 }],
	[2, { open: 5 }],
	[3, { open: 0 }],
	[4, { open: 0 }]
]);

let onselect: ReturnType<typeof vi.fn<(id: number) => void>>;
beforeEach(() => {
	onselect = vi.fn<(id: number) => void>();
});
afterEach(cleanup);

const node = (name: string) => screen.getByRole('button', { name: new RegExp(name) });

describe('a graph of fates', () => {
	it('says of each fate what it is, whom it waits for, and how many labors are open', () => {
		render(FateGraph, { definitions, counts, onselect });
		expect(screen.getAllByRole('button', { name: /work/ }).map((one) => one.textContent!.replace(/\s+/g, ' ').trim())).toEqual([
			'work required owner 1,200 open',
			'work ready creator 5 open',
			'work completed end',
			'work failed end'
		]);
	});

	it('is one stop for Tab, and arrows walk along it', async () => {
		render(FateGraph, { definitions, counts, selected: 1, onselect });
		const user = userEvent.setup();
		node('required').focus();
		await user.keyboard('{ArrowRight}');
		expect(document.activeElement).toBe(node('ready'));
		await user.keyboard('{ArrowRight}{ArrowDown}{ArrowUp}{ArrowLeft}');
		expect(document.activeElement).toBe(node('ready'));
		expect(screen.getAllByRole('button', { name: /work/ }).filter((one) => one.tabIndex === 0)).toEqual([node('ready')]);
		expect(onselect).not.toHaveBeenCalled();
		await user.keyboard('{Enter}');
		expect(onselect).toHaveBeenCalledExactlyOnceWith(2);
	});

	it('shows which one is chosen', () => {
		render(FateGraph, { definitions, selected: 2, onselect });
		expect(screen.getByRole('button', { pressed: true })).toBe(node('ready'));
	});

	it('is but a picture, told in a sentence, where nothing can be chosen', () => {
		render(FateGraph, { definitions, counts, small: true });
		expect(screen.queryAllByRole('button')).toEqual([]);
		expect(screen.getByRole('img').getAttribute('aria-label')).toBe(
			'4 fates: work required (1,200 open), work ready (5 open), work completed (0 open), work failed (0 open)'
		);
	});
});

it('a list of fates has each below the one that it follows', () => {
	render(FateList, { definitions, counts, selected: 2, href: (id) => `/v1/fates/${id}` });
	const outer = screen.getAllByRole('list')[0]!;
	expect(
		within(outer)
			.getAllByRole('link')
			.map((link) => [link.textContent, link.getAttribute('href')])
	).toEqual([
		['work required', '/v1/fates/1'],
		['work ready', '/v1/fates/2'],
		['work completed', '/v1/fates/3'],
		['work failed', '/v1/fates/4']
	]);
	const ready = screen.getByRole('link', { name: 'work ready' });
	expect(ready.getAttribute('aria-current')).toBe('true');
	expect(within(ready.closest('li')!).getAllByRole('link')).toHaveLength(3);
});
