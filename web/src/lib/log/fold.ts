/** Lines that are folded away: which line stands in which row. Rows count from 0, lines from 1. */
export interface Range {
	first: number;
	/** Infinity: to the end, wherever that is. */
	last: number;
}

export class Folds {
	readonly #hidden: readonly Range[];
	/** How many lines are hidden before each range. */
	readonly #before: Float64Array;

	/** Ranges of hidden lines, in order; none touches another. Line 1 is never hidden. */
	constructor(hidden: readonly Range[] = []) {
		this.#hidden = hidden;
		this.#before = new Float64Array(hidden.length);
		let sum = 0;
		hidden.forEach(({ first, last }, i) => {
			this.#before[i] = sum;
			sum += last - first + 1;
		});
	}

	/** The last range for which that holds, as it does for all before it; -1: for none. */
	#last(holds: (i: number) => boolean): number {
		let low = 0;
		let high = this.#hidden.length;
		while (low < high) {
			const middle = (low + high) >> 1;
			if (holds(middle)) low = middle + 1;
			else high = middle;
		}
		return low - 1;
	}

	/** How many rows so many lines are. */
	rows(total: number): number {
		const i = this.#last((j) => this.#hidden[j]!.first <= total);
		if (i < 0) return total;
		const { first, last } = this.#hidden[i]!;
		return total - this.#before[i]! - (Math.min(last, total) - first + 1);
	}

	lineAt(row: number): number {
		const i = this.#last((j) => this.#hidden[j]!.first - 1 - this.#before[j]! <= row);
		if (i < 0) return row + 1;
		const { first, last } = this.#hidden[i]!;
		return row + 1 + this.#before[i]! + (last - first + 1);
	}

	/** The row of the line, or, if it is hidden, of the line that stands for it. */
	rowOf(line: number): number {
		const i = this.#last((j) => this.#hidden[j]!.first <= line);
		if (i < 0) return line - 1;
		const { first, last } = this.#hidden[i]!;
		if (line <= last) return first - 2 - this.#before[i]!;
		return line - 1 - this.#before[i]! - (last - first + 1);
	}

	/** How many lines stand behind this one, folded away; 0: none. */
	behind(line: number, total: number): number {
		const i = this.#last((j) => this.#hidden[j]!.first <= line + 1);
		if (i < 0 || this.#hidden[i]!.first !== line + 1) return 0;
		return Math.min(this.#hidden[i]!.last, total) - line;
	}
}
