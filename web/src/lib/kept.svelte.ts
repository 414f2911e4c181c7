/** What somebody has begun to write in a form: it is kept in this tab a moment after each change, so that it outlives a look elsewhere and
 * a reload, and who would lose it is asked first. For a page: it ends with it. */
import { onDestroy } from 'svelte';
import { router } from './router.svelte.ts';

interface Sendable {
	hosts: readonly string[];
	pasted: string;
	/** When it was sent; set until the answer is there. */
	sent: string | undefined;
}

interface Given<D> {
	first: D;
	read: () => D;
	/** False: the browser has no room for it. */
	keep: (draft: D) => boolean;
	/** Is anything in it that somebody would miss? */
	isBegun: (draft: D) => boolean;
	/** "The run is being started": as long as it is. */
	sending: () => string | undefined;
	/** Is who closes the tab asked, though it is kept? */
	asks?: boolean;
}

const EACH = 300; // ms

export function createKept<D extends Sendable>({ first, read, keep, isBegun, sending, asks = false }: Given<D>) {
	let draft = $state.raw(first);
	let kept = $state(true);
	let left = false;
	let timer: ReturnType<typeof setTimeout> | undefined;

	function write() {
		clearTimeout(timer);
		timer = undefined;
		kept = keep(draft);
		// That something was sent must not be forgotten, if all else is.
		if (!kept && draft.sent) keep({ ...draft, hosts: [], pasted: '' });
	}
	/** What waits to be written is. */
	function flush() {
		if (timer !== undefined) write();
	}
	function change(part: Partial<D>) {
		// An answer that comes after the page was left is of what was sent, not of what was begun since.
		if (left) {
			const now = read();
			if (now.sent === draft.sent) keep({ ...now, ...part });
			return;
		}
		draft = { ...draft, ...part };
		clearTimeout(timer);
		timer = setTimeout(write, EACH);
		// Before anything goes out.
		if ('sent' in part) write();
	}

	const release = router.hold(({ page }) => {
		if (!page) return true;
		const what = sending();
		if (what) return confirm(`${what}: its answer has not come yet. Leave all the same?`);
		if (!kept && isBegun(draft))
			return confirm(
				'The browser has no room to keep so many hosts: what you have begun is lost if you leave. Leave all the same?'
			);
		return true;
	});
	function beforeunload(event: BeforeUnloadEvent) {
		flush();
		if (sending() || ((asks || !kept) && isBegun(draft))) event.preventDefault();
	}
	addEventListener('beforeunload', beforeunload);
	onDestroy(() => {
		left = true;
		release();
		removeEventListener('beforeunload', beforeunload);
		flush();
	});

	return {
		get draft() {
			return draft;
		},
		/** It is in this tab's storage, as far as there is room. */
		get kept() {
			return kept;
		},
		get left() {
			return left;
		},
		change,
		write,
		flush
	};
}
