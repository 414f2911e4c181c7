/**
 * The journal from the newest event down, page after page. What is shown stays as it is; how much has come in since is known, and is
 * put on top when the page says so.
 */
import { createInfiniteQuery, createQuery, useQueryClient, type InfiniteData } from '@tanstack/svelte-query';
import { api, must } from '#lib/api/client.ts';
import { nextOffset, PAGE, pageOf, rowsOf, totalOf, type JournalPage } from './journal.ts';

interface JournalFilter {
	hostname?: string;
	eventTypeId?: number[];
	after?: string;
	before?: string;
	hostQuery?: string;
}

const AT_ONCE = 50; // new ones that are put on top; where there are more, the list begins anew

/** To be made while a component is. */
export function createJournal(filter: () => JournalFilter) {
	const client = useQueryClient();
	let begun = $state(0);
	const key = $derived(['journal', filter(), begun]);

	const pages = createInfiniteQuery(() => {
		const asked = filter();
		return {
			queryKey: key,
			queryFn: async ({ pageParam, signal }): Promise<JournalPage> =>
				pageOf(
					await must(
						api.GET('/events', { params: { query: { ...asked, limit: PAGE, offset: pageParam, expand: ['hosts'] } }, signal })
					)
				),
			initialPageParam: 0,
			getNextPageParam: nextOffset,
			placeholderData: (before) => before,
			structuralSharing: false,
			// What was had stays: notices are for `newer`.
			staleTime: 'static' as const,
			gcTime: 0,
			meta: { what: 'the journal' }
		};
	});
	const rows = $derived(rowsOf(pages.data?.pages ?? []));

	const newer = createQuery(() => {
		const asked = filter();
		const afterEventId = (rows[0]?.id ?? 0) + 1;
		return {
			queryKey: ['journal since', asked, afterEventId],
			queryFn: async ({ signal }): Promise<JournalPage> =>
				pageOf(
					await must(
						api.GET('/events', { params: { query: { ...asked, afterEventId, limit: AT_ONCE, expand: ['hosts'] } }, signal })
					)
				),
			enabled: pages.data !== undefined && !pages.isPlaceholderData,
			gcTime: 0,
			meta: { what: 'new events', shows: ['event'] }
		};
	});
	const waiting = $derived(newer.data ? (newer.data.total ?? newer.data.events.length) : 0);

	return {
		pages,
		get rows() {
			return rows;
		},
		get total() {
			return totalOf(pages.data?.pages ?? []);
		},
		/** How many have come in since. */
		get waiting() {
			return waiting;
		},
		/** Puts them on top. */
		show() {
			const fresh = newer.data;
			if (!fresh || waiting === 0) return;
			if (waiting > fresh.events.length) {
				begun++;
				return;
			}
			client.setQueryData<InfiniteData<JournalPage, number>>(key, (data) => {
				if (!data) return data;
				const total = totalOf(data.pages);
				const top = { ...fresh, total: total === undefined ? undefined : total + fresh.events.length };
				return { pages: [top, ...data.pages], pageParams: [0, ...data.pageParams] };
			});
		},
		more() {
			if (pages.hasNextPage && !pages.isFetching) void pages.fetchNextPage();
		}
	};
}
