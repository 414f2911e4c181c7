/**
 * A scroll bar for more than a browser can lay out: elements end at 17.9 million pixels (Firefox), 33.5 million (Chromium). Up to
 * MOST the bar's place is the place; beyond it a pixel of the bar stands for more than one: then a wheel or an arrow still moves by
 * as many pixels as it says, and a pull at the bar by its share of the whole.
 */
const MOST = 15_000_000; // px

export class Scale {
	/** What is at the top, in pixels of the whole. */
	top = 0;
	/** Height of the whole, and of what of it is in sight. */
	#whole = 0;
	#sight = 0;
	/** Where the bar was last seen. */
	#bar = 0;
	readonly #most: number;

	constructor(most = MOST) {
		this.#most = most;
	}

	/** The height to lay out. */
	get height(): number {
		return Math.min(this.#whole, this.#most);
	}

	/** How far down one can go. */
	get end(): number {
		return Math.max(0, this.#whole - this.#sight);
	}

	get #barEnd(): number {
		return Math.max(0, this.height - this.#sight);
	}

	get #scaled(): boolean {
		return this.#whole > this.#most;
	}

	size(whole: number, sight: number): void {
		this.#whole = Math.max(whole, sight);
		this.#sight = sight;
		this.top = Math.min(this.top, this.end);
	}

	/** Where the bar has to be for what is at the top. */
	get bar(): number {
		return this.#scaled ? (this.top / this.end) * this.#barEnd : this.top;
	}

	/** Is the bar at an end of its way, and what is seen is not? Then it has to be put right at once. */
	get stuck(): boolean {
		const [up, down] = [this.#bar <= 0, this.#bar >= this.#barEnd - 1];
		return this.#scaled && ((up && this.top > 0) || (down && this.top < this.end));
	}

	/** The bar was put there by us. */
	put(bar: number): void {
		this.#bar = bar;
	}

	/** The bar is there now -> by how much somebody has moved it; what is at the top follows. */
	moved(bar: number): number {
		const by = bar - this.#bar;
		this.#bar = bar;
		if (Math.abs(by) < 0.5) return 0;
		if (!this.#scaled) this.top = bar;
		else if (Math.abs(by) > this.#sight) this.top = (bar / this.#barEnd) * this.end;
		else this.top += by;
		// What is less than the bar can say is gone over at its ends.
		const little = this.#scaled ? (2 * this.end) / this.#barEnd : 0;
		if (bar <= 0 && this.top < little) this.top = 0;
		if (bar >= this.#barEnd - 1 && this.top > this.end - little) this.top = this.end;
		this.top = Math.max(0, Math.min(this.top, this.end));
		return by;
	}
}
