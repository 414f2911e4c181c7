/** Lines of an output by their numbers, from 1 on, with holes: some are here, others are asked for as they come into sight, and what
 * is far from it is forgotten, so that memory is bounded. A line once said never changes. */
import { carried } from './ansi.ts';

const BLOCK = 1000;
const MOST = 12_000_000; // characters: up to two bytes each

export interface Row {
	line_number: number;
	line: string;
}

export interface Part {
	after: number;
	limit: number;
}

interface Block {
	lines: (string | undefined)[];
	here: number;
	characters: number;
	/** The colours that hold where lines begin; only where some do. */
	colours: Map<number, string> | undefined;
}

export class LineStore {
	#blocks = new Map<number, Block>();
	#total = 0;
	#characters = 0;
	readonly #most: number;

	constructor(most = MOST) {
		this.#most = most;
	}

	/** How many lines there are, here or not. */
	get total(): number {
		return this.#total;
	}

	get characters(): number {
		return this.#characters;
	}

	/** There are so many; never fewer than before. */
	reach(total: number): void {
		this.#total = Math.max(this.#total, total);
	}

	line(n: number): string | undefined {
		return this.#blocks.get(blockOf(n))?.lines[(n - 1) % BLOCK];
	}

	/** The colours that hold at its beginning, as far as the lines before it are here. */
	colours(n: number): string {
		return this.#blocks.get(blockOf(n))?.colours?.get(n) ?? '';
	}

	add(rows: readonly Row[]): void {
		const grown = new Set<number>();
		const coloured = new Set<number>();
		for (const { line_number: n, line } of rows) {
			const at = blockOf(n);
			const block = this.#block(at);
			const i = (n - 1) % BLOCK;
			if (block.lines[i] !== undefined) continue;
			block.lines[i] = line;
			block.here++;
			block.characters += line.length;
			this.#characters += line.length;
			this.reach(n);
			grown.add(at);
			if (line.includes('\x1b')) coloured.add(at);
		}
		for (const at of grown) if (coloured.has(at) || this.#block(at).colours || this.#atEnd(at - 1) !== '') this.#colour(at);
	}

	#block(at: number): Block {
		let block = this.#blocks.get(at);
		if (!block) this.#blocks.set(at, (block = { lines: [], here: 0, characters: 0, colours: undefined }));
		return block;
	}

	/** Colours that go on over the end of a line: Ansible's never do, what its modules say may. Over that of a block, too. */
	#colour(at: number): void {
		const block = this.#blocks.get(at)!;
		let state = this.#atEnd(at - 1);
		block.colours = undefined;
		block.lines.forEach((line, i) => {
			if (state !== '') (block.colours ??= new Map()).set(at * BLOCK + i + 1, state);
			state = carried(state, line ?? '');
		});
		if (this.#blocks.has(at + 1) && this.#atEnd(at) !== this.colours((at + 1) * BLOCK + 1)) this.#colour(at + 1);
	}

	#atEnd(at: number): string {
		const last = this.#blocks.get(at)?.lines[BLOCK - 1];
		return last === undefined ? '' : carried(this.colours((at + 1) * BLOCK), last);
	}

	/** What is to be asked for, so that these lines and their neighbours are here: whole blocks, or what they lack. */
	missing(lines: readonly number[]): Part[] {
		return [...new Set(lines.map(blockOf))].flatMap((at) => {
			const expected = Math.min(BLOCK, this.#total - at * BLOCK);
			const block = this.#blocks.get(at);
			if (expected <= 0 || (block?.here ?? 0) >= expected) return [];
			const have = (i: number) => block?.lines[i] !== undefined;
			let first = 0;
			while (have(first)) first++;
			let last = expected - 1;
			while (last > first && have(last)) last--;
			return [{ after: at * BLOCK + first, limit: last - first + 1 }];
		});
	}

	/** Forgets what is farthest from these lines, once there is too much. */
	keepNear(lines: readonly number[]): void {
		if (this.#characters <= this.#most) return;
		const near = new Set(lines.map(blockOf));
		const far = (at: number) => Math.min(...[...near].map((one) => Math.abs(one - at)));
		const byDistance = [...this.#blocks.keys()].filter((at) => !near.has(at)).sort((a, b) => far(b) - far(a));
		for (const at of byDistance) {
			if (this.#characters <= this.#most) return;
			this.#characters -= this.#blocks.get(at)!.characters;
			this.#blocks.delete(at);
		}
	}
}

function blockOf(n: number): number {
	return Math.floor((n - 1) / BLOCK);
}
