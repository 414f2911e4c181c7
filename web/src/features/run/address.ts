/** What of a run's output an address points at. */
import type { Range } from '#lib/log/fold.ts';

/** "#L1200" or "#L1200-1240" */
export function rangeOf(hash: string): Range | undefined {
	const [, from, to] = /^#L(\d{1,9})(?:-L?(\d{1,9}))?$/.exec(hash) ?? [];
	const first = Number(from);
	const last = Number(to ?? from);
	if (!first || !last) return undefined;
	return { first: Math.min(first, last), last: Math.max(first, last) };
}

export const hashOf = ({ first, last }: Range): string => (first === last ? `#L${first}` : `#L${first}-${last}`);

/** What is marked after a press on a line's number: that line, or, with Shift, from where one was up to it; the one line that is marked
 * already is then no longer. */
export function marked(before: Range | undefined, line: number, further: boolean): Range | undefined {
	if (further && before)
		return line < before.first ? { first: line, last: before.last } : { first: before.first, last: Math.max(line, before.first) };
	return before?.first === line && before.last === line ? undefined : { first: line, last: line };
}
