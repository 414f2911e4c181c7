import { router } from '../router.svelte.ts';

/** Which rows are chosen, by their keys: a choice outlives filters, sorting and what changes elsewhere. */
export class Selection<K> {
	#keys = $state.raw<ReadonlySet<K>>(new Set());
	/** Where a range begins. */
	anchor: K | undefined;
	/** How often somebody has chosen anew; that rows are gone by themselves is not counted. */
	choices = $state(0);
	#name: string | undefined;

	/** `name`: under which who comes back by the back button finds it again. */
	constructor(name?: string) {
		this.#name = name && `chosen ${name}`;
		if (this.#name) this.#keys = (router.place.get(this.#name) as ReadonlySet<K> | undefined) ?? this.#keys;
	}

	get keys(): ReadonlySet<K> {
		return this.#keys;
	}

	set keys(keys: ReadonlySet<K>) {
		this.choices++;
		this.#take(keys);
	}

	#take(keys: ReadonlySet<K>): void {
		this.#keys = keys;
		if (this.#name) router.place.set(this.#name, keys);
	}

	get size(): number {
		return this.keys.size;
	}

	has(key: K): boolean {
		return this.keys.has(key);
	}

	toggle(key: K): void {
		const keys = new Set(this.keys);
		if (!keys.delete(key)) keys.add(key);
		this.keys = keys;
		this.anchor = key;
	}

	add(more: Iterable<K>): void {
		const keys = new Set(this.keys);
		for (const key of more) keys.add(key);
		this.keys = keys;
	}

	/** All of these, or, if they are all chosen, none of them. */
	toggleAll(all: readonly K[]): void {
		if (all.every((key) => this.keys.has(key))) {
			const keys = new Set(this.keys);
			for (const key of all) keys.delete(key);
			this.keys = keys;
		} else this.add(all);
	}

	/** Only those that are still there. */
	keep(there: (key: K) => boolean): void {
		const keys = new Set([...this.keys].filter(there));
		if (keys.size < this.keys.size) this.#take(keys);
	}

	clear(): void {
		this.keys = new Set();
		this.anchor = undefined;
	}
}
