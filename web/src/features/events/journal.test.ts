import { describe, expect, it } from 'vitest';
import type { Schemas } from '#lib/api/client.ts';
import { nextOffset, PAGE, pageOf, rowsOf, totalOf, type JournalPage } from './journal.ts';

const page = (ids: number[], offset = 0, total?: number): JournalPage => ({
	events: ids.map((id) => ({ id }) as Schemas['Event']),
	offset,
	total
});
const down = (from: number, n: number) => Array.from({ length: n }, (_, i) => from - i);

describe('the journal', () => {
	it('has the newest first', () => {
		const answer = { events: [{ id: 1 }, { id: 2 }], totalEvents: 9, offset: 4 } as Schemas['EventList'];
		expect(pageOf(answer)).toEqual({ events: [{ id: 2 }, { id: 1 }], total: 9, offset: 4 });
	});

	it('goes on behind a full page, and not behind another', () => {
		expect(nextOffset(page(down(900, PAGE), 400))).toBe(400 + PAGE);
		expect(nextOffset(page(down(50, PAGE - 1), 400))).toBeUndefined();
	});

	it('has each event once, though what came in between moved the pages', () =>
		expect(rowsOf([page([9, 8, 7]), page([8, 7, 6]), page([5])]).map((event) => event.id)).toEqual([9, 8, 7, 6, 5]));

	it('says how many there are, as it was told last', () => expect(totalOf([page([9], 0, 12), page([8], 0, 11)])).toBe(12));
	it('does not say how many where the server does not count', () => expect(totalOf([page([9])])).toBeUndefined());
});
