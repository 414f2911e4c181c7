/** The journal's pages as they were had from the server, put together. */
import type { Schemas } from '#lib/api/client.ts';

export type Event = Schemas['Event'];

export const PAGE = 200;

export interface JournalPage {
	/** The newest first. */
	events: readonly Event[];
	/** Of all that match; not told where the server does not count. */
	total: number | undefined;
	offset: number;
}

export function pageOf(answer: Schemas['EventList']): JournalPage {
	return { events: answer.events.toReversed(), total: answer.totalEvents, offset: answer.offset };
}

/** Where the next older page begins. What has come in since moves it: then some rows come twice, and none is missed. */
export function nextOffset(last: JournalPage): number | undefined {
	return last.events.length < PAGE ? undefined : last.offset + last.events.length;
}

/** All rows, the newest first, each once. */
export function rowsOf(pages: readonly JournalPage[]): readonly Event[] {
	const seen = new Set<number>();
	return pages.flatMap((page) => page.events.filter((event) => !seen.has(event.id) && seen.add(event.id)));
}

/** How many match: the first page was had with the newest count, less or more as pages were put before it. */
export function totalOf(pages: readonly JournalPage[]): number | undefined {
	const totals = pages.flatMap((page) => (page.total === undefined ? [] : [page.total]));
	return totals.length === 0 ? undefined : Math.max(...totals);
}
