/** A table of labors as the server tells it, by columns, made into rows; and what changed since, put into it. */
import type { Schemas } from '../api/client.ts';
import type { LaborStatus } from '../ui/Status.svelte';

export type LaborColumns = Schemas['LaborTable'];

/** Where one chain of labors on a host stands. Times are seconds since 1970. */
export interface LaborRow {
	/** What the row is known by: it stays the same when the chain goes on. */
	key: number;
	/** The first labor of the chain. */
	chain: number;
	id: number;
	host: string;
	owner: string | null;
	quest: number | null;
	fate: number;
	closingFate: number | null;
	made: number;
	closed: number | null;
	acked: number | null;
	ackUser: string | null;
	forOwner: boolean;
	forCreator: boolean;
	status: LaborStatus;
	/** What the filter box searches. */
	search: string;
}

export interface LaborRows {
	rows: readonly LaborRow[];
	/** Of all that match, of which there may be more than rows. */
	total: number;
	/** To ask what has changed since. */
	asOf: string;
}

/** Times, of whatever form. */
export function statusOf(closed: unknown, acked: unknown, first: boolean): LaborStatus {
	if (closed !== null) return 'done';
	if (acked !== null) return 'acknowledged';
	return first ? 'waiting' : 'moving';
}

function rowsOf({ columns: c }: LaborColumns): LaborRow[] {
	return c.id.map((id, i) => ({
		key: id,
		chain: c.start[i]!,
		id,
		host: c.host[i]!,
		owner: c.owner[i]!,
		quest: c.quest[i]!,
		fate: c.fate[i]!,
		closingFate: c.closingFate[i]!,
		made: c.made[i]!,
		closed: c.closed[i]!,
		acked: c.acked[i]!,
		ackUser: c.ackUser[i]!,
		forOwner: (c.for[i]! & 1) !== 0,
		forCreator: (c.for[i]! & 2) !== 0,
		status: statusOf(c.closed[i]!, c.acked[i]!, c.start[i] === id),
		search: `${c.host[i]}\n${c.owner[i] ?? ''}`.toLowerCase()
	}));
}

/** `before`: what was known: rows keep their keys and their places, also where the answer is whole. */
export function takeIn(before: LaborRows | undefined, answer: LaborColumns): LaborRows {
	const { asOf, total, whole } = answer;
	const changed = new Map(rowsOf(answer).map((row) => [row.id, row]));
	if (!before) return { rows: [...changed.values()], total, asOf };
	if (!whole && changed.size === 0 && answer.gone.length === 0) return { ...before, total, asOf };
	// A labor with which a chain goes on takes the place of its forerunner; where the chain forks, the others are new rows.
	const known = new Set(before.rows.map((row) => row.id));
	const heirs = new Map<number, LaborRow>();
	for (const row of changed.values()) if (!known.has(row.id) && !heirs.has(row.chain)) heirs.set(row.chain, row);
	const gone = new Set(whole ? before.rows.map((row) => row.id).filter((id) => !changed.has(id)) : answer.gone);
	const rows: LaborRow[] = [];
	for (const row of before.rows) {
		const now = gone.has(row.id) ? heirs.get(row.chain) : (changed.get(row.id) ?? row);
		if (!now) continue;
		rows.push(now === row ? row : { ...now, key: row.key });
		changed.delete(now.id);
		if (now.id !== row.id) heirs.delete(row.chain);
	}
	return { rows: [...rows, ...changed.values()], total, asOf };
}
