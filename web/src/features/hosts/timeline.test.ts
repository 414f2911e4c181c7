import { describe, expect, it } from 'vitest';
import type { Schemas } from '#lib/api/client.ts';
import { Definitions } from '#lib/law/definitions.svelte.ts';
import { DAY } from '#lib/time.ts';
import { deeds, lanes, ticks, toneOf } from './timeline.ts';

const NOW = Date.UTC(2026, 10, 30, 12);
const text = (daysAgo: number) => new Date(NOW - daysAgo * DAY).toISOString().slice(0, 19).replace('T', ' ');
const type = (id: number, category: string, state: string) => ({ id, category, state }) as Schemas['EventType'];
const fate = (id: number, creationEventTypeId: number, followsId: number | null) =>
	({ id, creationEventTypeId, followsId, precedesIds: [] }) as unknown as Schemas['Fate'];
const law = new Definitions(
	[
		type(1, 'reboot', 'required'),
		type(2, 'reboot', 'completed'),
		type(3, 'drain', 'required'),
		type(4, 'drain', 'ready'),
		type(5, 'deploy', 'failed'),
		type(6, 'deploy', 'finished')
	],
	[fate(1, 1, null), fate(2, 2, 1), fate(3, 3, null), fate(4, 4, 3), fate(5, 2, 4)]
);

let next = 100;
const event = (eventTypeId: number, daysAgo: number) =>
	({ id: next++, eventTypeId, timestamp: text(daysAgo) }) as Schemas['Event'];
function labor(fateId: number, opened: Schemas['Event'], closed?: Schemas['Event'], start?: Schemas['Labor']) {
	return {
		id: next++,
		fateId,
		startingLaborId: start?.id ?? null,
		creationTime: opened.timestamp,
		creationEventId: opened.id,
		completionTime: closed?.timestamp ?? null,
		completionEventId: closed?.id ?? null
	} as Schemas['Labor'];
}
const show = (labors: Schemas['Labor'][], events: Schemas['Event'][], days = 31) =>
	lanes(labors, events, law, NOW - days * DAY, NOW, DAY / 4);

describe('the lanes of a host', () => {
	it('are one for each category, with what is open first and then what was last', () => {
		const required = event(1, 20);
		const found = show([labor(1, required)], [required, event(6, 1), event(4, 3)]);
		expect(found.map((lane) => lane.category)).toEqual(['reboot', 'deploy', 'drain']);
	});

	it('have a labor from what opened it to what closed it, or to now', () => {
		const [a, b, c] = [event(1, 20), event(2, 10), event(1, 5)];
		const [lane] = show([labor(1, a, b), labor(1, c)], [a, b, c]);
		expect(lane!.bars.map((bar) => [(NOW - bar.from) / DAY, (NOW - bar.to) / DAY])).toEqual([
			[20, 10],
			[5, 0]
		]);
		expect(lane!.rows).toBe(1);
	});

	it('do not mark what a bar’s ends tell already', () => {
		const [a, b, c] = [event(1, 20), event(2, 10), event(2, 8)];
		expect(show([labor(1, a, b)], [a, b, c])[0]!.marks.map((mark) => mark.events)).toEqual([[c]]);
	});

	it('mark what closed a labor of another lane', () => {
		const [a, b, c] = [event(3, 20), event(4, 10), event(2, 5)];
		const first = labor(3, a, b);
		const found = show([first, labor(4, b, c, first)], [a, b, c]);
		expect(found.find((lane) => lane.category === 'reboot')!.marks.map((mark) => mark.events)).toEqual([[c]]);
	});

	it('go on with a chain in its row', () => {
		const [a, b, c, d] = [event(3, 20), event(3, 18), event(4, 10), event(4, 10)];
		const one = labor(3, a, c);
		const two = labor(3, b, d);
		const [lane] = show([one, two, labor(4, d, undefined, two), labor(4, c, undefined, one)], [a, b, c, d]);
		expect(lane!.bars.map((bar) => bar.row)).toEqual([0, 1, 1, 0]);
	});

	it('have rows for labors at one time, and say how many more there are', () => {
		const opened = Array.from({ length: 9 }, (_, i) => event(1, 9 - i));
		const [lane] = show(
			opened.map((one) => labor(1, one)),
			[]
		);
		expect([lane!.bars.length, lane!.rows, lane!.more]).toEqual([6, 6, 3]);
	});

	it('have labors that began before and are not closed before', () => {
		const [a, b, c] = [event(1, 60), event(2, 40), event(2, 3)];
		expect(show([labor(1, a, b), labor(1, a, c), labor(1, a)], [])[0]!.bars).toHaveLength(2);
	});

	it('mark events that are too near as one', () => {
		const found = show([], [event(6, 3), event(6, 2.9), event(6, 2.8), event(6, 1)]);
		expect(found[0]!.marks.map((mark) => mark.events.length)).toEqual([3, 1]);
	});

	it('are none where nothing was', () => expect(show([], [])).toEqual([]));
});

describe('an event', () => {
	const [a, b] = [event(1, 2), event(2, 1)];
	const did = deeds([labor(1, a, b)]);
	it('has done what labors say of it', () => {
		expect(did(a.id).opened).toHaveLength(1);
		expect(did(b.id).closed).toHaveLength(1);
		expect(did(1)).toEqual({ opened: [], closed: [] });
	});
	it.each([
		[a, 'blocked'],
		[b, 'done'],
		[event(5, 1), 'failed'],
		[event(6, 1), 'done'],
		[event(4, 1), 'open']
	])('looks like what it did %#', (one, tone) => expect(toneOf(one, did(one.id), law)).toBe(tone));
});

describe('an axis', () => {
	const axis = (days: number, most: number, zone = 'UTC') => ticks(NOW - days * DAY, NOW, most, zone).map((tick) => tick.text);
	it('of a day has hours, and the date at midnight', () =>
		expect(axis(1, 8)).toEqual(['12:00', '15:00', '18:00', '21:00', 'Nov 30', '03:00', '06:00', '09:00', '12:00']));
	it('of a week has days', () =>
		expect(axis(7, 8)).toEqual(['Nov 24', 'Nov 25', 'Nov 26', 'Nov 27', 'Nov 28', 'Nov 29', 'Nov 30']));
	it('of a month has weeks, from Mondays', () => expect(axis(31, 6)).toEqual(['Nov 2', 'Nov 9', 'Nov 16', 'Nov 23', 'Nov 30']));
	it('of a year has months, and the year where it begins', () =>
		expect(axis(365, 7)).toEqual(['2026', 'Mar', 'May', 'Jul', 'Sep', 'Nov']));
	it('of ten years has years', () => expect(axis(3650, 6)).toEqual(['2018', '2020', '2022', '2024', '2026']));
	it('is that of its zone, also where clocks change', () => {
		const days = ticks(Date.UTC(2026, 9, 23), Date.UTC(2026, 9, 28), 8, 'Europe/Berlin');
		expect(days.map((tick) => tick.text)).toEqual(['Oct 24', 'Oct 25', 'Oct 26', 'Oct 27', 'Oct 28']);
		expect(days.map((tick) => new Date(tick.at).toISOString().slice(11, 16))).toEqual([
			'22:00',
			'22:00',
			'23:00',
			'23:00',
			'23:00'
		]);
	});
});
