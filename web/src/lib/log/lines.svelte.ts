/** The lines of a run's output as they come, in runes. They are no query of TanStack's: a window over something that grows, of which
 * what is far away is forgotten (store.ts). */
import { ApiError } from '../api/client.ts';
import { LineStore, type Part, type Row } from './store.ts';

export interface Asked {
	after?: number;
	/** The last first. */
	backwards?: boolean;
	limit: number;
}

/** How many there are after that line, and the first of them. */
export type GetLines = (asked: Asked, signal: AbortSignal) => Promise<{ count: number; rows: Row[] }>;

const FIRST = 200; // lines, so that the end is on the screen at once
const FULL = 1000;
const EACH = 500; // ms
const HIDDEN = 5000; // ms, where nobody sees it
const AGAIN = 2000; // ms after something went wrong
const STILL = 40; // ms that a line is in sight before it is asked for: who pulls at the bar passes by thousands
const AT_ONCE = 2;

export class Lines {
	/** How many there are. */
	total = $state(0);
	/** Changes whenever lines have come. */
	version = $state(0);
	/** Nothing more will come. */
	settled = $state(false);
	/** It is known whether there are any. */
	known = $state(false);
	failed = $state.raw<Error>();
	/** Are those that come asked for in full, for somebody sees the end? Else only how many. */
	atEnd = true;
	readonly #store: LineStore;
	readonly #get: GetLines;
	#wanted: readonly number[] = [];
	/** By the line after which they begin. */
	#asked = new Map<number, AbortController>();
	#timer: ReturnType<typeof setTimeout> | undefined;

	constructor(get: GetLines, store = new LineStore()) {
		this.#get = get;
		this.#store = store;
	}

	line(n: number): string | undefined {
		void this.version;
		return this.#store.line(n);
	}

	colours(n: number): string {
		return this.#store.colours(n);
	}

	/** Characters that are kept. */
	get kept(): number {
		return this.#store.characters;
	}

	/** Gets the end, and then what comes, until what it gives is called or, once `isOver`, all is here. */
	start(isOver: () => boolean): () => void {
		const stop = new AbortController();
		void this.#follow(isOver, stop.signal);
		return () => {
			stop.abort();
			clearTimeout(this.#timer);
			for (const abort of this.#asked.values()) abort.abort();
			this.#asked.clear();
		};
	}

	async #follow(isOver: () => boolean, signal: AbortSignal): Promise<void> {
		let known = this.known;
		while (!signal.aborted) {
			// What was said before it was over is there when it is: asked for after that, the end is the end.
			const over = isOver();
			try {
				const from = this.total;
				const asked = known ? { after: from, limit: this.atEnd ? FULL : 1 } : { backwards: true, limit: FIRST };
				const { count, rows } = await this.#get(asked, signal);
				if (signal.aborted) return;
				known = true;
				this.#take(rows, from + count);
				this.known = true;
				this.failed = undefined;
				if (over) return void (this.settled = true);
				await pause(document.visibilityState === 'visible' ? EACH : HIDDEN, signal, isOver);
			} catch (error) {
				if (signal.aborted) return;
				this.failed = error as Error;
				if (isLost(error)) return;
				await pause(AGAIN, signal, () => false);
			}
		}
	}

	#take(rows: readonly Row[], total: number): void {
		this.#store.add(rows);
		this.#store.reach(total);
		this.#store.keepNear(this.#wanted);
		if (rows.length > 0) this.version++;
		this.total = this.#store.total;
	}

	/** These are in sight. */
	want(lines: readonly number[]): void {
		this.#wanted = lines;
		clearTimeout(this.#timer);
		if (this.#store.missing(lines).length > 0) this.#timer = setTimeout(() => this.#ask(), STILL);
	}

	/** What is in sight and not here, asked for by as few as make sense at a time; what is no longer in sight is given up. */
	#ask(): void {
		const missing = this.#store.missing(this.#wanted);
		const wanted = new Set(missing.map(({ after }) => after));
		for (const [after, abort] of this.#asked) {
			if (wanted.has(after)) continue;
			abort.abort();
			this.#asked.delete(after);
		}
		for (const part of missing) {
			if (this.#asked.size >= AT_ONCE) return;
			if (!this.#asked.has(part.after)) void this.#getPart(part);
		}
	}

	async #getPart(part: Part): Promise<void> {
		const abort = new AbortController();
		this.#asked.set(part.after, abort);
		try {
			const { rows } = await this.#get(part, abort.signal);
			if (abort.signal.aborted) return;
			this.#take(rows, 0);
			this.failed = undefined;
		} catch (error) {
			if (abort.signal.aborted) return;
			this.failed = error as Error;
			clearTimeout(this.#timer);
			this.#timer = setTimeout(() => this.#ask(), AGAIN);
			return;
		} finally {
			if (this.#asked.get(part.after) === abort) this.#asked.delete(part.after);
		}
		this.#ask();
	}

	/** All lines from one to another, for whoever copies them. */
	async range(first: number, last: number, signal = new AbortController().signal): Promise<string[]> {
		const found: string[] = [];
		while (first + found.length <= last) {
			const after = first + found.length - 1;
			const { rows } = await this.#get({ after, limit: Math.min(10 * FULL, last - after) }, signal);
			if (rows.length === 0) break;
			found.push(...rows.map(({ line }) => line));
		}
		return found;
	}
}

/** The run is gone, or no longer to be seen: asking again is of no use. */
export const isLost = (error: unknown): boolean => error instanceof ApiError && (error.status === 403 || error.status === 404);

/** Lines that are all here: a text. */
export class TextLines {
	readonly total: number;
	readonly version = 0;
	readonly known = true;
	readonly failed = undefined;
	readonly #lines: readonly string[];

	constructor(text: string) {
		this.#lines = text.replace(/\n$/, '').split('\n');
		this.total = text === '' ? 0 : this.#lines.length;
	}

	line(n: number): string | undefined {
		return this.#lines[n - 1];
	}

	colours(): string {
		return '';
	}

	want(): void {}
}

/** What a view of lines shows. */
export type LineSource = Pick<Lines, 'total' | 'version' | 'line' | 'colours' | 'want'>;

/** Shorter where `ends` comes true meanwhile, or somebody comes back to see. */
function pause(ms: number, signal: AbortSignal, ends: () => boolean): Promise<void> {
	const ended = ends();
	return new Promise((over) => {
		const done = () => {
			clearTimeout(timer);
			clearInterval(look);
			document.removeEventListener('visibilitychange', done);
			signal.removeEventListener('abort', done);
			over();
		};
		const timer = setTimeout(done, ms);
		const look = setInterval(() => ends() !== ended && done(), 100);
		document.addEventListener('visibilitychange', done);
		signal.addEventListener('abort', done);
	});
}
