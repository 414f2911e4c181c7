/** Plays, tasks and failures of an output as they come, in runes. */
import { isLost } from './lines.svelte.ts';
import { failuresOf, merged, sectionsOf, type Mark } from './outline.ts';

export type GetMarks = (after: number, signal: AbortSignal) => Promise<{ upto: number; marks: readonly Mark[] }>;

const EACH = 2000; // ms
const AGAIN = 5000; // ms after something went wrong

export class Marks {
	all = $state.raw<readonly Mark[]>([]);
	/** Lines up to this one were looked at. */
	upto = $state(0);
	/** Once all that there was has been looked at. */
	known = $state(false);
	failed = $state.raw<Error>();
	readonly sections = $derived(sectionsOf(this.all));
	readonly failures = $derived(failuresOf(this.all));
	readonly #get: GetMarks;

	constructor(get: GetMarks) {
		this.#get = get;
	}

	/** Until what it gives is called, or `isSettled` and all lines were looked at. `total`: how many there are. */
	start(total: () => number, isSettled: () => boolean): () => void {
		const stop = new AbortController();
		void this.#follow(total, isSettled, stop.signal);
		return () => stop.abort();
	}

	async #follow(total: () => number, isSettled: () => boolean, signal: AbortSignal): Promise<void> {
		while (!signal.aborted) {
			const settled = isSettled();
			let wait = EACH;
			try {
				if (this.upto < total() || !this.known) {
					const before = this.upto;
					const { upto, marks } = await this.#get(before, signal);
					if (signal.aborted) return;
					if (marks.length > 0) this.all = merged(this.all, marks);
					this.upto = upto;
					this.failed = undefined;
					// Where there are many marks they come in parts, one after the other.
					if (upto > before && upto < total()) wait = settled || !this.known ? 0 : EACH;
					if (upto >= total() || upto === before) this.known = true;
					if (settled && upto === before) return;
				}
				if (settled && this.upto >= total()) return;
			} catch (error) {
				if (signal.aborted) return;
				this.failed = error as Error;
				if (isLost(error)) return;
				wait = AGAIN;
			}
			if (wait > 0) await new Promise((over) => setTimeout(over, wait));
		}
	}
}
