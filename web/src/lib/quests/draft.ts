/** A quest that somebody has begun to write: it is kept in this tab, for whoever began it, until it is made or thrown away. */
export interface Draft {
	fateId: number | undefined;
	hosts: string[];
	description: string;
	/** As Date.toISOString() has it. */
	due: string | undefined;
	references: { label: string; url: string }[];
	/** What is in the box of names, and not among the hosts yet. */
	pasted: string;
	/** When it was sent to be made; set until the answer is there. */
	sent: string | undefined;
}

const KEY = 'new quest';

export const emptyDraft = (): Draft => ({
	fateId: undefined,
	hosts: [],
	description: '',
	due: undefined,
	references: [],
	pasted: '',
	sent: undefined
});

/** Is anything in it that somebody would miss? */
export function isBegun(draft: Draft): boolean {
	return (
		draft.hosts.length > 0 ||
		draft.description.trim() !== '' ||
		draft.references.length > 0 ||
		draft.pasted.trim() !== '' ||
		draft.sent !== undefined
	);
}

export function readDraft(userId: number, storage: Storage = sessionStorage): Draft {
	try {
		const kept = JSON.parse(storage.getItem(KEY) ?? '') as { userId: number; draft: Draft };
		if (kept.userId === userId) return { ...emptyDraft(), ...kept.draft };
	} catch {
		// Nothing is kept, or something that an older page has left.
	}
	return emptyDraft();
}

/** False: the browser has no room for that many hosts, or keeps nothing. */
export function keepDraft(userId: number, draft: Draft, storage: Storage = sessionStorage): boolean {
	try {
		if (isBegun(draft) || draft.fateId !== undefined || draft.due !== undefined)
			storage.setItem(KEY, JSON.stringify({ userId, draft }));
		else storage.removeItem(KEY);
		return true;
	} catch {
		storage.removeItem(KEY);
		return false;
	}
}

/** Each host once, those that were there before first. */
export function withHosts(draft: Draft, hosts: readonly string[]): Draft {
	return { ...draft, hosts: [...new Set([...draft.hosts, ...hosts])] };
}
