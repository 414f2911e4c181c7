/**
 * What changes elsewhere. The server tells by one stream of notices (kind, ids); what a query shows says by its `meta.shows`
 * which notices concern it, such as ['quest:12', 'labor']. Without a stream, queries on the screen are asked again and again.
 */
import type { Query, QueryClient } from '@tanstack/svelte-query';
import { server, signedIn, type Schemas } from './client.ts';

declare module '@tanstack/svelte-query' {
	interface Register {
		/** `shows`: which notices make it stale; `what` it is, for people: "the hosts". */
		queryMeta: { shows?: readonly string[]; what: string };
	}
}

type Notice = { kind: Schemas['Notices'][number]['kind'] | 'all'; ids?: number[] };

const GATHER = 200; // ms: notices come in bursts
// ms that a query rests after an answer, however much changes: for some times as long as the answer took.
const REST = { least: 1000, times: 3, most: 30_000 };
const AT_ONCE = 1000; // ms: a stream that opens within them misses nothing that the page's first questions did not see
const POLL = 2000;
const AGAIN = 3000; // ms until a stream that was refused is asked for anew
const SILENT = 75_000; // ms: pings come each 30 s

/** Does a notice concern what the query shows? ['labor'] any labor, ['quest:12'] that quest. */
export function concerns(shows: readonly string[], notice: Notice): boolean {
	return shows.some((what) => {
		const [kind, id] = what.split(':');
		return (
			notice.kind === 'all' ||
			(kind === notice.kind && (id === undefined || notice.ids === undefined || notice.ids.includes(Number(id))))
		);
	});
}

export class Live {
	#answers = $state(true);
	#hears = $state<'not yet' | 'stream' | 'polls'>('not yet');
	state: 'away' | 'connecting' | 'live' | 'polling' = $derived(
		this.#answers ? ({ 'not yet': 'connecting', stream: 'live', polls: 'polling' } as const)[this.#hears] : 'away'
	);
	/** When the server was last heard of: what is on the screen is of then. */
	heard = $state.raw(new Date());
	#queries: QueryClient | undefined;
	#stream: EventSource | undefined;
	#looking: Promise<void> | undefined;
	/** Only the first stream, opened at once, misses nothing. */
	#missed = false;
	#gathered: Notice[] = [];
	/** What is to be asked for anew once it has rested. */
	#due = new Set<Query>();
	#began = new WeakMap<Query, number>();
	#restsUntil = new WeakMap<Query, number>();
	#unwatch = () => {};
	#timers = new Map<string, ReturnType<typeof setTimeout>>();

	constructor() {
		// The server says 502 to 504 itself where only the query server, or the database, is away.
		server.doubt = () => void this.#look();
		server.answers = () => (this.heard = new Date());
	}

	/** From now on; once, and again whenever somebody has signed in. */
	start(queries: QueryClient): void {
		this.stop();
		this.#queries = queries;
		this.#unwatch = queries
			.getQueryCache()
			.subscribe((event) => event.type === 'updated' && this.#note(event.query, event.action));
		this.#answers = true;
		this.#hears = 'not yet';
		this.#missed = false;
		this.#open();
	}

	stop(): void {
		this.#queries = undefined;
		this.#unwatch();
		this.#stream?.close();
		for (const timer of this.#timers.values()) clearTimeout(timer);
		this.#timers.clear();
		this.#gathered = [];
		this.#due.clear();
	}

	#open(): void {
		this.#stream?.close();
		const asked = Date.now();
		const stream = new EventSource('/api/v1/live');
		this.#stream = stream;
		this.#watch();
		stream.onopen = () => {
			this.#alive();
			this.#answers = true;
			this.#hears = 'stream';
			this.#drop('poll');
			if (this.#missed || Date.now() - asked > AT_ONCE) void this.#queries?.invalidateQueries();
			this.#missed = true;
		};
		stream.onmessage = (event) => {
			this.#alive();
			this.#hear(JSON.parse(event.data as string) as Notice[]);
		};
		stream.addEventListener('ping', () => this.#alive());
		stream.onerror = () => {
			this.#lost();
			if (stream.readyState === EventSource.CLOSED) void this.#refused(stream);
			// Else the browser opens it anew by itself.
			else void this.#look();
		};
	}

	#alive(): void {
		this.heard = new Date();
		this.#watch();
	}

	/** A stream may die without a sound, as where a laptop slept. */
	#watch(): void {
		this.#drop('silence');
		this.#later('silence', SILENT, () => {
			this.#lost();
			this.#open();
		});
	}

	#lost(): void {
		this.#missed = true;
		if (this.#hears === 'stream') this.#hears = 'not yet';
	}

	/** There is no stream here, or no worker, or we are signed out: EventSource does not say which. */
	async #refused(stream: EventSource): Promise<void> {
		const status = await fetch('/api/v1/live', { signal: AbortSignal.timeout(POLL) }).then(
			(answer) => (void answer.body?.cancel(), answer.status),
			() => 0
		);
		if (status !== 401 && status !== 404) await this.#look();
		if (stream !== this.#stream || !this.#queries) return;
		this.#drop('silence');
		if (status === 401) return signedIn.lost();
		if (status !== 404) this.#later('stream', AGAIN, () => this.#open());
		this.#hears = 'polls';
		this.#poll();
	}

	#poll(): void {
		this.#later('poll', POLL, () => {
			if (this.#answers && document.visibilityState === 'visible') this.#hear([{ kind: 'all' }]);
			this.#poll();
		});
	}

	/** Does anybody answer? The stream may stand while no worker does, and a worker answer where there is no stream. */
	#look(): Promise<void> {
		return (this.#looking ??= this.#ping().finally(() => (this.#looking = undefined)));
	}

	async #ping(): Promise<void> {
		if (!this.#queries) return;
		const answers = await fetch('/api/v1/ping', { signal: AbortSignal.timeout(2 * POLL) }).then(
			(answer) => answer.ok,
			() => false
		);
		if (!answers) return this.#unanswered();
		if (this.#answers) return;
		this.#answers = true;
		this.heard = new Date();
		void this.#queries?.invalidateQueries();
	}

	#unanswered(): void {
		if (!this.#queries) return;
		this.#answers = false;
		this.#later('look', POLL, () => void this.#look());
	}

	#hear(notices: Notice[]): void {
		this.#gathered.push(...notices);
		this.#later('notices', GATHER, () => this.#refetch());
	}

	#refetch(): void {
		const queries = this.#queries!;
		const notices = this.#gathered;
		this.#gathered = [];
		for (const query of queries.getQueryCache().getAll())
			if (notices.some((notice) => concerns(query.meta?.shows ?? [], notice))) this.#due.add(query);
		const now = Date.now();
		const rested = (query: Query) => query.state.fetchStatus !== 'fetching' && now >= (this.#restsUntil.get(query) ?? 0);
		const ready = new Set([...this.#due].filter((query) => !query.isActive() || rested(query)));
		for (const query of ready) this.#due.delete(query);
		void queries.invalidateQueries({ predicate: (query) => ready.has(query) });
		if (this.#due.size > 0) this.#later('notices', REST.least / 2, () => this.#refetch());
	}

	#note(query: Query, { type }: { type: string }): void {
		const now = Date.now();
		if (type === 'fetch') this.#began.set(query, now);
		if (type !== 'success' && type !== 'error') return;
		const took = now - (this.#began.get(query) ?? now);
		this.#restsUntil.set(query, now + Math.max(REST.least, Math.min(REST.times * took, REST.most)));
	}

	/** Once, however often it is said meanwhile. */
	#later(what: string, ms: number, run: () => void): void {
		if (this.#timers.has(what)) return;
		const timer = setTimeout(() => {
			this.#timers.delete(what);
			run();
		}, ms);
		this.#timers.set(what, timer);
	}

	#drop(what: string): void {
		clearTimeout(this.#timers.get(what));
		this.#timers.delete(what);
	}
}

export const live = new Live();
