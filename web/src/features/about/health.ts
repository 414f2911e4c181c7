/** Whether all is well, in words. */
import type { Schemas } from '#lib/api/client.ts';
import { count, countOf } from '#lib/format.ts';
import { DAY, span } from '#lib/time.ts';

export type Health = Schemas['HealthFields'] & { error?: { message: string } };

interface Condition {
	what: string;
	well: boolean;
	text: string;
}

const COURIER = 30; // s; as GET /health judges
const RUNNER = 60;
const LETTER = 600; // one that waits longer was tried, and not taken

const ago = (seconds: number | null) =>
	seconds === null
		? 'was never seen'
		: seconds < 60
			? `was seen ${Math.round(seconds)} s ago`
			: `was last seen ${span(seconds * 1000)} ago`;

export function conditions({ courier, letters, runner, runs }: Health): Condition[] {
	const idle = runs.waiting === 0 && runs.running === 0;
	return [
		{ what: 'Database', well: true, text: 'answers' },
		{
			what: 'Courier',
			well: courier.seenSecondsAgo !== null && courier.seenSecondsAgo <= COURIER,
			text: `${ago(courier.seenSecondsAgo)}: it sends mails and webhooks`
		},
		{
			what: 'Letters',
			well: letters.parked === 0 && letters.oldestSeconds <= LETTER,
			text:
				(letters.oldestSeconds < 1 ? 'none waits' : `the oldest has been waiting for ${span(letters.oldestSeconds * 1000)}`) +
				(letters.parked > 0 ? `, ${countOf(letters.parked, 'letter')} given up` : '')
		},
		{
			what: 'Runner',
			well: idle || (runner.seenSecondsAgo !== null && runner.seenSecondsAgo <= RUNNER),
			text: `${ago(runner.seenSecondsAgo)}: it runs Ansible`
		},
		{
			what: 'Runs',
			well: true,
			text: idle ? 'none under way' : `${count(runs.running)} under way, ${count(runs.waiting)} waiting`
		}
	];
}

/** When a licence ends: the setting may say anything, a date as a rule. */
export function licenceEnd(expiry: string | null, now = Date.now()): { text: string; over: boolean } {
	if (expiry === null) return { text: 'never', over: false };
	const at = Date.parse(expiry);
	if (Number.isNaN(at)) return { text: expiry, over: false };
	// A day alone is meant as a whole.
	const end = /^\d{4}-\d\d-\d\d$/.test(expiry.trim()) ? at + DAY : at;
	return end < now ? { text: `${expiry}: it is over`, over: true } : { text: `${expiry}, in ${span(end - now)}`, over: false };
}
