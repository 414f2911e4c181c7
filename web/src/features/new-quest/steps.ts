/** The steps of a new quest: which can be gone to, and what is missing where. */
import type { Definitions } from '#lib/law/definitions.svelte.ts';
import type { Draft } from '#lib/quests/draft.ts';
import { parseTime } from '#lib/time.ts';

export const STEPS = ['fate', 'hosts', 'schedule', 'review'] as const;
export type Step = (typeof STEPS)[number];

/** What must be done before one can go on from a step; undefined: nothing. */
export function missing(step: Step, draft: Draft, definitions: Definitions, now: Date): string | undefined {
	switch (step) {
		case 'fate':
			return draft.fateId === undefined || !definitions.fateById.has(draft.fateId) ? 'Choose a fate.' : undefined;
		case 'hosts':
			return draft.hosts.length === 0 ? 'Choose at least one host.' : undefined;
		case 'schedule':
			if (draft.description.trim() === '') return 'Say what is to be done.';
			if (draft.due !== undefined && new Date(draft.due) <= now) return 'The due time is past.';
			return draft.references.every(isReference)
				? undefined
				: 'Each reference needs a name and an address that begins with https:// or http://.';
		default:
			return undefined;
	}
}

export const isReference = ({ label, url }: { label: string; url: string }) =>
	label.trim() !== '' && /^https?:\/\/\S+$/i.test(url.trim());

/** The step that was asked for, or the first on the way there at which something is missing. */
export function reached(asked: string, draft: Draft, definitions: Definitions, now: Date): Step {
	const wanted = Math.max(0, STEPS.indexOf(asked as Step));
	return STEPS.slice(0, wanted).find((step) => missing(step, draft, definitions, now) !== undefined) ?? STEPS[wanted]!;
}

/** Is it the quest that was sent, though no answer came? The server's clock may differ from ours by some minutes. */
export function isSent(quest: { description: string; embarkTime: string; totalLabors?: number }, draft: Draft): boolean {
	return (
		draft.sent !== undefined &&
		quest.description === draft.description.trim() &&
		(draft.hosts.length === 0 || quest.totalLabors === draft.hosts.length) &&
		parseTime(quest.embarkTime).getTime() > Date.parse(draft.sent) - 5 * 60_000
	);
}
