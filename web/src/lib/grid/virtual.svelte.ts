/** TanStack Virtual in runes: which of many rows of one height are on the screen. */
import { elementScroll, observeElementOffset, observeElementRect, Virtualizer, type VirtualItem } from '@tanstack/virtual-core';

/** The head's height: it stays at the top and covers what would be there. */
export const HEAD = 30; // px

export class VirtualRows {
	items = $state.raw<readonly VirtualItem[]>([]);
	height = $state(0);
	#rows: Virtualizer<HTMLElement, HTMLElement> | undefined;

	/** To be made while a component is; `what` is read again whenever it changes. */
	constructor(what: () => { count: number; size: number; scroll: HTMLElement | undefined }) {
		$effect(() => {
			const { count, size, scroll } = what();
			if (!scroll) return;
			const options = {
				count,
				estimateSize: () => size,
				overscan: 8,
				scrollPaddingEnd: HEAD,
				getScrollElement: () => scroll,
				observeElementRect,
				observeElementOffset,
				scrollToFn: elementScroll,
				onChange: () => this.#show()
			};
			if (this.#rows) this.#rows.setOptions({ ...this.#rows.options, ...options });
			else this.#rows = new Virtualizer(options);
			this.#rows.measure();
			this.#rows._willUpdate();
			this.#show();
		});
		// Once for each element: what it gives back takes the rows off it.
		const element = $derived(what().scroll);
		$effect(() => element && this.#rows?._didMount());
	}

	reveal(index: number): void {
		this.#rows?.scrollToIndex(index, { align: 'auto' });
	}

	#show(): void {
		this.items = this.#rows!.getVirtualItems();
		this.height = this.#rows!.getTotalSize();
	}
}
