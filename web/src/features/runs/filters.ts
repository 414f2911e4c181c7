/** Which runs are listed: what the address says, and what the server is asked for. */
import type { Schemas } from '#lib/api/client.ts';
import { isOver, STATUSES } from '#lib/runs/status.ts';
import { timeOf } from '#lib/time.ts';

export type Run = Schemas['RunRow'];

export interface By {
	type: 'users' | 'scheduler';
	/** Without it anyone of them. */
	id: number | undefined;
}

const idOf = (text: string | null) => (text !== null && /^\d{1,15}$/.test(text) ? Number(text) : undefined);

/** by=7: that user; by=scheduler: whatever schedule; by=scheduler:3: that one. */
export function byOf(text: string): By | undefined {
	const [, type, id] = /^(?:(users|scheduler)(?::(?=\d))?)?(\d{1,15})?$/.exec(text) ?? [];
	if (!type && !id) return undefined;
	return { type: type === 'scheduler' ? 'scheduler' : 'users', id: idOf(id ?? null) };
}

export const byText = ({ type, id }: By): string =>
	type === 'users' && id !== undefined ? String(id) : id === undefined ? type : `${type}:${id}`;

/** Several statuses may be said as several values, or one with commas. */
export const statusesOf = (query: URLSearchParams): string[] =>
	STATUSES.filter((status) =>
		query
			.getAll('status')
			.flatMap((value) => value.split(','))
			.includes(status)
	);

/** What the server is asked for, but for which page; the dates are UTC. */
export function askedOf(query: URLSearchParams) {
	const statuses = statusesOf(query);
	const project = idOf(query.get('project'));
	const inventory = idOf(query.get('inventory'));
	const by = byOf(query.get('by') ?? '');
	const host = query.get('host')?.trim();
	const mode = query.get('mode')?.trim();
	const from = timeOf(query.get('from') ?? '');
	const to = timeOf(query.get('to') ?? '');
	return {
		...(statuses.length > 0 && { status: statuses.join(',') }),
		...(project !== undefined && { project: String(project) }),
		...(inventory !== undefined && { inventory: String(inventory) }),
		...(by && { initiator_type: by.type }),
		...(by?.id !== undefined && { initiator: String(by.id) }),
		...(host && { host }),
		...(mode && { mode }),
		...(from && { start_time__gte: from.toISOString() }),
		...(to && { start_time__lt: to.toISOString() })
	};
}

/** Of chosen runs, those that can still be cancelled, and records that can be deleted, by who asks. */
export const cancellable = (runs: readonly Run[]) =>
	runs.filter((run) => !isOver(run.status) && (run.may ?? []).includes('cancel'));
export const deletable = (runs: readonly Run[]) => runs.filter((run) => isOver(run.status) && (run.may ?? []).includes('delete'));
