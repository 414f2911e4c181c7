/** A run's output: its lines, plays and tasks, what is folded away and where one is in it; it outlives a look at another tab. */
import { must, polemarch } from '#lib/api/client.ts';
import { Finder, type Asked as Searched } from '#lib/log/find.ts';
import { Folds } from '#lib/log/fold.ts';
import { Lines } from '#lib/log/lines.svelte.ts';
import { Marks } from '#lib/log/marks.svelte.ts';
import { hiddenBy } from '#lib/log/outline.ts';
import type { Row } from '#lib/log/store.ts';

export class Output {
	readonly id: number;
	readonly lines: Lines;
	readonly marks: Marks;
	folded = $state.raw<ReadonlySet<number>>(new Set());
	readonly folds = $derived.by(() => new Folds(hiddenBy(this.marks.sections, this.folded)));
	wrap = $state(false);
	/** Does it go along with what comes? */
	following = $state(true);
	/** Was the run over when somebody came to see? Then what failed is what he wants to see. */
	wasOver = false;
	/** Somebody has moved in it: it moves by itself no more. */
	touched = $state(false);
	/** The line at the top of what is seen. */
	top = $state(1);
	/** What of the address it has gone to already. */
	pointed = '';
	/** The line one has come to, by searching or from failure to failure. */
	current = $state<number>();

	constructor(id: number) {
		this.id = id;
		this.lines = new Lines(async ({ after, backwards, limit }, signal) => {
			const { count, results } = await this.#ask(
				{ after, limit, color: 'yes', ordering: backwards ? undefined : 'line_number' },
				signal
			);
			return { count, rows: results };
		});
		this.marks = new Marks(async (after, signal) => {
			const query = { after: String(after) };
			const { upto, marks } = await must(polemarch.GET('/history/{id}/outline/', { params: { path: { id }, query }, signal }));
			// What a failure said is in its line; of a hundred thousand it is much.
			return { upto, marks: marks.map((mark) => (mark.host === null ? mark : { ...mark, text: '', host: null })) };
		});
	}

	async #ask(
		asked: Record<string, string | number | undefined>,
		signal?: AbortSignal
	): Promise<{ count: number; results: Row[] }> {
		const query = Object.fromEntries(
			Object.entries(asked).flatMap(([key, value]) => (value === undefined ? [] : [[key, String(value)]]))
		);
		const page = await must(polemarch.GET('/history/{id}/lines/', { params: { path: { id: this.id }, query }, signal }));
		return { count: page.count, results: page.results as Row[] };
	}

	/** From now on, until what it gives is called. */
	start(isOver: () => boolean): () => void {
		this.wasOver = isOver();
		const lines = this.lines.start(isOver);
		const marks = this.marks.start(
			() => this.lines.total,
			() => this.lines.settled
		);
		return () => (lines(), marks());
	}

	finder(search: string): Finder {
		return new Finder(async ({ after, before, backwards, limit }: Searched) => {
			const { count, results } = await this.#ask({
				search,
				after,
				before,
				limit,
				ordering: backwards ? undefined : 'line_number'
			});
			return { count, lines: results.map(({ line_number }) => line_number) };
		});
	}

	toggle(line: number): void {
		const folded = new Set(this.folded);
		if (!folded.delete(line)) folded.add(line);
		this.folded = folded;
	}

	/** All tasks, so that their headings are left. */
	foldAll(): void {
		this.folded = new Set(
			this.marks.sections.filter(({ kind }) => kind === 'task' || kind === 'handler').map(({ line }) => line)
		);
	}

	unfoldAll(): void {
		this.folded = new Set();
	}

	/** Nothing is folded that hides it. */
	unfold(line: number): void {
		const hiding = this.marks.sections.filter((one) => this.folded.has(one.line) && line > one.line && line <= one.last);
		if (hiding.length === 0) return;
		const folded = new Set(this.folded);
		for (const one of hiding) folded.delete(one.line);
		this.folded = folded;
	}
}
