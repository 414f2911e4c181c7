/** A list that the server has, of which up to twenty thousand rows are here: the first at once, the others behind them. */
import { createQuery } from '@tanstack/svelte-query';
import { count, countOf } from '#lib/format.ts';

const FIRST = 2000;
const MOST = 20_000;

interface Page<R> {
	total: number;
	rows: R[];
}

export interface Asked<R> {
	/** What is asked for: part of the query's key. Another one is another list. */
	key: readonly unknown[];
	page: (limit: number, offset: number, signal: AbortSignal) => Promise<Page<R>>;
}

export interface Kind<R> {
	/** What it is a list of, as in "the hosts" and "3 hosts". */
	noun: string;
	plural?: string;
	keyOf: (row: R) => string;
	/** Notices that make the first rows old. */
	shows: readonly string[];
}

export type Listing<R> = ReturnType<typeof createListing<R>>;

export function createListing<R>(kind: Kind<R>, asked: () => Asked<R>) {
	const plural = kind.plural ?? `${kind.noun}s`;
	const what = `the ${plural}`;
	/** How often somebody has changed himself what is listed. */
	let changes = $state(0);
	const first = createQuery(() => ({
		queryKey: [plural, ...asked().key, 'first'],
		queryFn: ({ signal }) => asked().page(FIRST, 0, signal),
		placeholderData: (before) => before,
		structuralSharing: false,
		meta: { what, shows: kind.shows }
	}));
	const total = $derived(first.data?.total ?? 0);
	// Of a long list not every change is followed: the rest is asked for anew each minute.
	const rest = createQuery(() => ({
		queryKey: [plural, ...asked().key, 'rest'],
		queryFn: ({ signal }) => asked().page(MOST - FIRST, FIRST, signal),
		enabled: total > FIRST && !first.isPlaceholderData,
		refetchInterval: 60_000,
		structuralSharing: false,
		meta: { what }
	}));
	const rows = $derived.by(() => {
		const here = first.data?.rows ?? [];
		if (total <= FIRST || first.isPlaceholderData || !rest.data) return here;
		return [...new Map([...here, ...rest.data.rows].map((row) => [kind.keyOf(row), row])).values()];
	});
	const byKey = $derived(new Map(rows.map((row) => [kind.keyOf(row), row])));
	const said = $derived.by(() => {
		if (rows.length >= total) return countOf(total, kind.noun, plural);
		const some = `${count(rows.length)} of ${countOf(total, kind.noun, plural)}`;
		if (rest.isPending) return `${some}, getting ${total > MOST ? 'more' : 'the rest'} …`;
		return `the first ${some}${rest.isLoadingError ? '' : ': filter to see others'}`;
	});
	return {
		kind,
		what,
		first,
		rest,
		/** How many the server has. */
		get total() {
			return total;
		},
		/** Those that are here, each once. */
		get rows() {
			return rows;
		},
		get byKey() {
			return byKey;
		},
		get said() {
			return said;
		},
		/** Changes with what is listed, not with what becomes of it. */
		get view() {
			return `${JSON.stringify(asked().key)} ${first.isPlaceholderData} ${rows.length > FIRST} ${changes}`;
		},
		/** After one's own deed: asks anew, and shows what there is then, also where somebody has his hand on the rows. */
		async again(): Promise<void> {
			await Promise.all([first.refetch(), ...(total > FIRST ? [rest.refetch()] : [])]);
			changes++;
		}
	};
}
