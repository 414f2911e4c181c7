/** Was what no answer came of started all the same? */
import type { Schemas } from '#lib/api/client.ts';
import type { RunDraft } from '#lib/runs/draft.ts';
import { whereOf, type Placed } from '#lib/runs/where.ts';

type Row = Pick<Schemas['RunRow'], 'id' | 'kind' | 'mode' | 'project'> & Placed;

/** A run of mine, newer than any I had when it was sent, that is as it was to be, as far as a list tells. */
export function isAlike(run: Row, draft: RunDraft): boolean {
	const where = whereOf(run);
	return (
		draft.after !== undefined &&
		run.id > draft.after &&
		run.kind === draft.kind &&
		run.mode === (draft.kind === 'MODULE' ? draft.module : draft.playbook).trim() &&
		run.project === (draft.project ?? null) &&
		(draft.where === 'hosts'
			? where === 'bare'
			: typeof draft.inventory === 'number'
				? run.inventory === draft.inventory
				: where === 'file' && run.inventory_name === draft.inventory)
	);
}

/** `hosts` of its record: null where all of the inventory are meant. */
export function hasItsHosts(hosts: readonly string[] | null, draft: RunDraft): boolean {
	if (draft.where === 'inventory') return hosts === null;
	const meant = new Set(draft.hosts);
	return hosts?.length === meant.size && hosts.every((host) => meant.has(host));
}
