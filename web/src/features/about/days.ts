/** How many runs began on each day and what became of them, from what GET /stats/ says of the days that had any. */
import type { Schemas } from '#lib/api/client.ts';
import { DAY } from '#lib/time.ts';

export type RunStatus = Schemas['RunStatus'];
export interface Day {
	/** "2026-11-30", of UTC. */
	day: string;
	all: number;
	by: Partial<Record<RunStatus, number>>;
}

/** All of the last so many days, today among them. */
export function daysOf(jobs: readonly Schemas['Jobs'][], last: number, now: number): Day[] {
	const days = Array.from({ length: last }, (_, i): Day => {
		const day = new Date(now - (last - 1 - i) * DAY).toISOString().slice(0, 10);
		return { day, all: 0, by: {} };
	});
	const byDay = new Map(days.map((day) => [day.day, day]));
	for (const { day, status, sum, all } of jobs) {
		const found = byDay.get(day?.slice(0, 10) ?? '');
		if (!found) continue;
		found.all = all;
		found.by[status] = sum;
	}
	return days;
}

export function totals(days: readonly Day[]): Partial<Record<RunStatus, number>> {
	const sums: Partial<Record<RunStatus, number>> = {};
	for (const { by } of days)
		for (const [status, n] of Object.entries(by)) sums[status as RunStatus] = (sums[status as RunStatus] ?? 0) + n;
	return sums;
}
