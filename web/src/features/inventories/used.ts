/** Where something is used: in what it is, directly or by others, out of who sees it by way of what. */
import type { Schemas } from '#lib/api/client.ts';

type Kind = 'group' | 'inventory' | 'project' | 'template';

export interface Use {
	kind: Kind;
	id: number;
	/** Null: one does not see it. */
	name: string | null;
}

const order: readonly Kind[] = ['inventory', 'group', 'project', 'template'];

/** Each once, by kind and name; `more`: there may be others. Whoever owns what it is in sees it by that: so all of it is named. */
export function usesOf({ access, more }: Schemas['AccessList']): { uses: Use[]; more: boolean } {
	const uses = new Map<string, Use>();
	for (const { by } of access)
		for (const reason of by) if ('id' in reason) uses.set(`${reason.kind} ${reason.id}`, reason as Use);
	const sorted = [...uses.values()].sort(
		(a, b) =>
			order.indexOf(a.kind) - order.indexOf(b.kind) || (a.name ?? '\uffff').localeCompare(b.name ?? '\uffff') || a.id - b.id
	);
	return { uses: sorted, more: more === true || access.some((entry) => entry.more === true) };
}
