/** A crontab as somebody types it: what is done with it before it is sent. (What it says: schedule.ts.) */

/** With one blank between its fields: to the server a second one begins a field that is empty. */
export const tidied = (crontab: string): string => crontab.trim().split(/\s+/).join(' ');

/** What is wrong with the number of its fields: of those that are missing the server thinks `*`, what comes after five it passes over. */
export function wrongFields(crontab: string): string | undefined {
	const n = tidied(crontab).split(' ').filter(Boolean).length;
	return n === 5 ? undefined : `A crontab has five fields, and here ${n === 1 ? 'is 1' : `are ${n}`}.`;
}
