/** Looks for a text in all lines of an output, which only the server has: a stretch of what was found is here, more is asked for as one
 * goes on. */
export interface Asked {
	after?: number;
	before?: number;
	/** The last first. */
	backwards?: boolean;
	limit: number;
}

/** How many there are of what was asked for, and the numbers of the first of them. */
export type Ask = (asked: Asked) => Promise<{ count: number; lines: number[] }>;

const SOME = 200;

export class Finder {
	readonly #ask: Ask;
	/** Lines that were found, one after the other; the first of them is found number #from, from 0 on. */
	#lines: number[] = [];
	#from = 0;
	#at = -1;
	#total = 0;

	constructor(ask: Ask) {
		this.#ask = ask;
	}

	get total(): number {
		return this.#total;
	}

	/** Which of them one is at, from 0 on; -1: at none. */
	get at(): number {
		return this.#at;
	}

	get line(): number | undefined {
		return this.#lines[this.#at - this.#from];
	}

	/** Goes to the first at this line or after it, or, if there is none, to the very first. */
	async begin(line: number): Promise<number | undefined> {
		const [before, rest] = await Promise.all([
			line > 1 ? this.#ask({ before: line, limit: 1 }) : { count: 0 },
			this.#ask({ after: line - 1, limit: SOME })
		]);
		this.#total = before.count + rest.count;
		this.#take(before.count, rest.lines);
		if (rest.lines.length > 0) this.#at = before.count;
		else if (this.#total > 0) await this.#toFirst();
		else this.#at = -1;
		return this.line;
	}

	/** Goes on to the next, or, with -1, back to the one before; at the ends it goes round. */
	async go(step: 1 | -1): Promise<number | undefined> {
		if (this.#at < 0) return this.begin(1);
		const wanted = this.#at + step;
		const here = this.#lines[wanted - this.#from];
		if (here !== undefined) this.#at = wanted;
		else if (step === 1) await this.#further();
		else await this.#back();
		return this.line;
	}

	async #further(): Promise<void> {
		const { count, lines } = await this.#ask({ after: this.line!, limit: SOME });
		this.#total = this.#at + 1 + count;
		if (lines.length === 0) return this.#toFirst();
		this.#take(this.#at + 1, lines);
		this.#at++;
	}

	async #back(): Promise<void> {
		if (this.#at > 0) {
			const { count, lines } = await this.#ask({ before: this.line!, backwards: true, limit: SOME });
			this.#take(count - lines.length, lines.toReversed());
			this.#at = count - 1;
		} else {
			const { count, lines } = await this.#ask({ backwards: true, limit: SOME });
			this.#total = count;
			this.#take(count - lines.length, lines.toReversed());
			this.#at = count - 1;
		}
	}

	async #toFirst(): Promise<void> {
		const { count, lines } = await this.#ask({ limit: SOME });
		this.#total = count;
		this.#take(0, lines);
		this.#at = lines.length > 0 ? 0 : -1;
	}

	#take(from: number, lines: number[]): void {
		this.#from = from;
		this.#lines = lines;
	}
}
