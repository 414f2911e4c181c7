/** The counters of a change in words. */
import { count, countOf } from '../format.ts';
import { about, type Part } from './kinds.ts';
import type { Changed } from './members.ts';

/** "12 hosts are in web now, 3 of them made anew." */
export function toldAdded({ operated, created = 0 }: Changed, part: Part, holder: string): string {
	if (operated === 0) return `Nothing was put into ${holder}.`;
	const made = created === 0 ? '' : created === operated ? ', made anew' : `, ${count(created)} of them made anew`;
	return `${countOf(operated, about[part].noun, part)} ${operated === 1 ? 'is' : 'are'} in ${holder} now${made}.`;
}

/** "12 hosts are in web no more." */
export function toldRemoved({ operated }: Changed, part: Part, holder: string): string {
	if (operated === 0) return `Nothing was taken out of ${holder}.`;
	return `${countOf(operated, about[part].noun, part)} ${operated === 1 ? 'is' : 'are'} in ${holder} no more.`;
}

/** Of those that failed; undefined where none did. */
export function toldMissing({ not_found: missing, total }: Changed): string | undefined {
	if (missing === 0) return undefined;
	const all = missing === total ? (total === 1 ? 'It' : `All ${count(total)}`) : `${count(missing)} of ${count(total)}`;
	return `${all} ${missing === 1 ? 'was' : 'were'} not found: not there, or not for you to see.`;
}
