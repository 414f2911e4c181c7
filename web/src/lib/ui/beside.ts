/** A list that belongs to a box lies over all else, also where a panel or a dialog cuts off what leaves it: below the box, or above. */
import type { Attachment } from 'svelte/attachments';

const GAP = 4; // px, to the box
const EDGE = 8; // to the window
const HIGHEST = 340;
const LOW = 160;

/** For the list, a `popover="manual"`; at least so many px wide. */
export function beside(box: () => HTMLElement, least = 0): Attachment<HTMLElement> {
	return (list) => {
		const put = () => {
			const at = box().getBoundingClientRect();
			const below = innerHeight - at.bottom - GAP - EDGE;
			const above = at.top - GAP - EDGE;
			const up = below < LOW && above > below;
			const width = Math.max(at.width, Math.min(least, innerWidth - 2 * EDGE));
			Object.assign(list.style, {
				margin: 0,
				inset: up ? `auto auto ${innerHeight - at.top + GAP}px auto` : `${at.bottom + GAP}px auto auto auto`,
				left: `${Math.max(EDGE, Math.min(at.left, innerWidth - width - EDGE))}px`,
				width: `${width}px`,
				maxWidth: 'none',
				maxHeight: `${Math.min(HIGHEST, up ? above : below)}px`
			});
		};
		put();
		list.showPopover?.();
		addEventListener('scroll', put, true);
		addEventListener('resize', put);
		return () => {
			removeEventListener('scroll', put, true);
			removeEventListener('resize', put);
		};
	};
}
