/**
 * What an event does by the fates, told from the definitions alone: as they are, or as they would be with a fate added or changed.
 * What it does to given hosts the server tells (POST /events/preview).
 */
import { Definitions, type Fate } from './definitions.svelte.ts';

/** Open labors of `from` close by `by`; `next` is opened, where the chain does not end. */
export interface Move {
	from: Fate;
	by: Fate;
	next: Fate | undefined;
}

interface Doing {
	/** The starting fate that opens a labor on each host. */
	opens: Fate | undefined;
	/** Starting fates of the same type: of several the first opens; these are reached by quests that name them. */
	others: Fate[];
	moves: Move[];
}

const byId = (a: Fate, b: Fate) => a.id - b.id;

export function doing(definitions: Definitions, typeId: number): Doing {
	const [opens, ...others] = definitions.startsOf(typeId);
	const moves = definitions
		.closes(typeId)
		.sort(byId)
		.flatMap((by) => {
			const from = definitions.fateById.get(by.followsId!);
			return from ? [{ from, by, next: definitions.isEnd(by) ? undefined : by }] : [];
		});
	return { opens, others, moves };
}

/** A fate as somebody types it; without an id it is new. */
export type Draft = Pick<Fate, 'creationEventTypeId' | 'followsId' | 'forOwner' | 'forCreator' | 'description'> & {
	id?: number | undefined;
};

/** The definitions as they would be with this fate. */
export function withFate(definitions: Definitions, draft: Draft): { definitions: Definitions; fate: Fate } {
	const before = draft.id === undefined ? undefined : definitions.fateById.get(draft.id);
	const id = draft.id ?? Math.max(0, ...definitions.fates.map((fate) => fate.id)) + 1;
	const fate: Fate = { href: '', ...before, ...draft, id, precedesIds: [] };
	const fates = [...definitions.fates.filter((other) => other.id !== id), fate].sort(byId).map((one) => ({ ...one }));
	for (const one of fates) one.precedesIds = fates.filter((other) => other.followsId === one.id).map((other) => other.id);
	return { definitions: new Definitions(definitions.types, fates), fate: fates.find((one) => one.id === id)! };
}

/** What an event does by the one and did not, or would not, by the other. */
export function movesBeyond(definitions: Definitions, other: Definitions, typeId: number): Move[] {
	const moves = doing(other, typeId).moves;
	return doing(definitions, typeId).moves.filter(
		({ from, by }) => !moves.some((move) => move.from.id === from.id && move.by.id === by.id)
	);
}

/** What else a changed definition means. */
interface Consequences {
	/** Ended their chains, and open labors from now on. */
	wait: Fate[];
	/** Opened labors, and end their chains from now on. */
	end: Fate[];
	/** Nothing closes their labors any more. */
	stuck: Fate[];
	/** Opened labors for the event of their type, and are reached by quests alone from now on. */
	displaced: Fate[];
}

export function consequences(before: Definitions, after: Definitions): Consequences {
	const pairs = before.fates.flatMap((then) => {
		const now = after.fateById.get(then.id);
		return now ? [{ then, now }] : [];
	});
	const opens = (definitions: Definitions, fate: Fate) => definitions.opens(fate.creationEventTypeId)?.id === fate.id;
	const pick = (rule: (then: Fate, now: Fate) => boolean) =>
		pairs.filter(({ then, now }) => rule(then, now)).map(({ now }) => now);
	return {
		wait: pick((then, now) => before.isEnd(then) && !after.isEnd(now)),
		end: pick((then, now) => !before.isEnd(then) && after.isEnd(now)),
		stuck: pick((then, now) => before.after(then.id).length > 0 && after.after(now.id).length === 0),
		displaced: pick((then, now) => now.followsId === null && opens(before, then) && !opens(after, now))
	};
}

/** The fates that this one may follow: all but itself and those behind it. */
export function mayFollow(definitions: Definitions, id: number | undefined): Fate[] {
	const behind = new Set(id === undefined ? [] : definitions.chain(id).map((fate) => fate.id));
	return definitions.fates.filter((fate) => !behind.has(fate.id));
}
