/** What has happened on one host, as lanes over time: one for each category of events, with labors as bars and events as marks. */
import type { Schemas } from '#lib/api/client.ts';
import type { Definitions } from '#lib/law/definitions.svelte.ts';
import { DAY, fromLocal, parseTime, toLocal } from '#lib/time.ts';

type Labor = Schemas['Labor'];
type Event = Schemas['Event'];

export interface Bar {
	labor: Labor;
	from: number;
	to: number;
	row: number;
}

/** Events too near to each other to be told apart are one mark. */
export interface Mark {
	at: number;
	events: Event[];
}

interface Lane {
	category: string;
	bars: Bar[];
	marks: Mark[];
	rows: number;
	/** Labors for which there is no row. */
	more: number;
}

export const RANGES = { '24h': DAY, '7d': 7 * DAY, '31d': 31 * DAY, '1y': 365 * DAY, all: undefined } as const;
export type Range = keyof typeof RANGES;

const MOST_ROWS = 6;
const time = (text: string) => parseTime(text).getTime();

/** `near`: so many milliseconds are one mark's width. Lanes with open labors come first, then those in which something happened last. */
export function lanes(
	labors: readonly Labor[],
	events: readonly Event[],
	definitions: Definitions,
	from: number,
	to: number,
	near: number
): Lane[] {
	const byCategory = new Map<string, { labors: Labor[]; events: Event[] }>();
	const of = (category: string) => {
		const found = byCategory.get(category) ?? { labors: [], events: [] };
		byCategory.set(category, found);
		return found;
	};
	for (const labor of labors) {
		if (labor.completionTime && time(labor.completionTime) < from) continue;
		if (time(labor.creationTime) <= to)
			of(category(definitions.fateById.get(labor.fateId)?.creationEventTypeId, definitions)).labors.push(labor);
	}
	for (const event of events)
		if (time(event.timestamp) >= from && time(event.timestamp) <= to)
			of(category(event.eventTypeId, definitions)).events.push(event);
	return [...byCategory]
		.map(([name, found]) => ({
			lane: laneOf(name, found.labors, found.events, to, near),
			last: lastOf(found.labors, found.events)
		}))
		.sort((a, b) => b.last - a.last || (a.lane.category < b.lane.category ? -1 : 1))
		.map(({ lane }) => lane);
}

const category = (type: number | undefined, definitions: Definitions) =>
	(type === undefined ? '' : definitions.typeById.get(type)?.category) ?? '?';

/** Infinite where a labor is open. */
function lastOf(labors: readonly Labor[], events: readonly Event[]): number {
	const times = [
		...labors.map((labor) => (labor.completionTime ? time(labor.completionTime) : Infinity)),
		...events.map((event) => time(event.timestamp))
	];
	return times.reduce((most, at) => Math.max(most, at), 0);
}

function laneOf(category: string, labors: readonly Labor[], events: readonly Event[], to: number, near: number): Lane {
	const bars = labors
		.map((labor) => ({
			labor,
			from: time(labor.creationTime),
			to: labor.completionTime ? time(labor.completionTime) : to,
			row: 0
		}))
		.sort((a, b) => a.from - b.from || a.labor.id - b.labor.id);
	const ends: number[] = [];
	const rowOf = new Map<number, number>();
	for (const bar of bars) {
		// A chain goes on in the row in which it came.
		const before = bars.find(
			(other) => other.labor.completionEventId === bar.labor.creationEventId && chain(other.labor) === chain(bar.labor)
		);
		const own = before && rowOf.get(before.labor.id);
		const free = ends.findIndex((end) => end + near <= bar.from);
		bar.row = own !== undefined && ends[own]! <= bar.from ? own : free >= 0 ? free : ends.length;
		ends[bar.row] = bar.to;
		rowOf.set(bar.labor.id, bar.row);
	}
	const shown = bars.filter((bar) => bar.row < MOST_ROWS);
	// A bar's ends are the marks of what opened and closed it.
	const told = new Set(shown.flatMap(({ labor }) => [labor.creationEventId, labor.completionEventId]));
	const marks = marksOf(
		events.filter((event) => !told.has(event.id)),
		near
	);
	return {
		category,
		bars: shown,
		marks,
		rows: Math.max(1, Math.min(ends.length, MOST_ROWS)) + (shown.length > 0 && marks.length > 0 ? 1 : 0),
		more: bars.length - shown.length
	};
}

const chain = (labor: Labor) => labor.startingLaborId ?? labor.id;

function marksOf(events: readonly Event[], near: number): Mark[] {
	const marks: Mark[] = [];
	for (const event of [...events].sort((a, b) => time(a.timestamp) - time(b.timestamp))) {
		const last = marks.at(-1);
		const at = time(event.timestamp);
		if (last && at - time(last.events[0]!.timestamp) < near) last.events.push(event);
		else marks.push({ at, events: [event] });
	}
	return marks;
}

/** What events did: which labors they opened and closed. */
export interface Deeds {
	opened: Labor[];
	closed: Labor[];
}

export function deeds(labors: readonly Labor[]): (eventId: number) => Deeds {
	const byEvent = new Map<number, Deeds>();
	const of = (id: number) => {
		const found = byEvent.get(id) ?? { opened: [], closed: [] };
		byEvent.set(id, found);
		return found;
	};
	for (const labor of labors) {
		of(labor.creationEventId).opened.push(labor);
		if (labor.completionEventId !== null) of(labor.completionEventId).closed.push(labor);
	}
	return (id) => byEvent.get(id) ?? { opened: [], closed: [] };
}

type Tone = 'failed' | 'done' | 'blocked' | 'running' | 'open';

/** Failures by their names, all else by what it did. */
export function toneOf(event: Event, did: Deeds, definitions: Definitions): Tone {
	if (definitions.isFailure(event.eventTypeId)) return 'failed';
	if (did.opened.length > 0) return 'blocked';
	const state = definitions.typeById.get(event.eventTypeId)?.state ?? '';
	if (did.closed.length > 0 || /^(succeeded|completed|finished)$/.test(state)) return 'done';
	return 'open';
}

/** Where an axis has its marks: at round times of the zone, at most so many. */
interface Tick {
	at: number;
	text: string;
}

const HOUR = DAY / 24;
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const STEPS = [HOUR / 4, HOUR, 2 * HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR, DAY, 2 * DAY, 4 * DAY, 7 * DAY, 14 * DAY];

export function ticks(from: number, to: number, most: number, zone: string): Tick[] {
	const step = STEPS.find((one) => (to - from) / one <= most);
	// As clocks on the wall have it, so that steps are even where clocks are put forward or back.
	const wall = (at: number) => Date.parse(toLocal(new Date(at), zone) + 'Z');
	const real = (at: number) => fromLocal(new Date(at).toISOString().slice(0, 16), zone).getTime();
	const found: Tick[] = [];
	if (step !== undefined) {
		// Weeks begin on Mondays, as 1970-01-05 was.
		const origin = step >= 7 * DAY ? 4 * DAY : 0;
		for (let at = origin + Math.ceil((wall(from) - origin) / step) * step; at <= wall(to); at += step)
			found.push({ at: real(at), text: step < DAY ? ofDay(at) : date(at) });
	} else {
		const months = [1, 2, 3, 6, 12, 24, 60, 120].find((one) => (to - from) / (one * 30.4 * DAY) <= most) ?? 240;
		const first = new Date(wall(from));
		for (let month = Math.ceil((first.getUTCFullYear() * 12 + first.getUTCMonth()) / months) * months; ; month += months) {
			const at = Date.UTC(Math.floor(month / 12), month % 12);
			if (at > wall(to)) break;
			if (at >= wall(from))
				found.push({ at: real(at), text: month % 12 === 0 ? String(Math.floor(month / 12)) : MONTHS[month % 12]! });
		}
	}
	return found;
}

const date = (wall: number) => `${MONTHS[new Date(wall).getUTCMonth()]} ${new Date(wall).getUTCDate()}`;
const ofDay = (wall: number) => (wall % DAY === 0 ? date(wall) : new Date(wall).toISOString().slice(11, 16));
