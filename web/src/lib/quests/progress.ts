/** Figures of a quest, as several pages show them. */
import type { Schemas } from '#lib/api/client.ts';
import { DAY, parseTime } from '#lib/time.ts';
import type { Part } from '#lib/ui/ProgressBar.svelte';

type Quest = Schemas['Quest'];

/** Chains of labors, by how far they are: a host counts once however many steps it has. */
export function parts(quest: Quest): Part[] {
	return [
		{ n: Math.max(0, quest.completedLabors ?? 0), tone: 'done', title: 'done' },
		{ n: quest.inprogressLabors ?? 0, tone: 'running', title: 'in progress' },
		{ n: quest.unstartedLabors ?? 0, tone: 'open', title: 'not started' }
	];
}

export type Due = 'completed' | 'completed late' | 'overdue' | 'at risk' | 'stuck' | 'on the way' | 'open';

/** How it stands against its due time: at risk when the forecast lies behind it, stuck when it does not get any
 * further, though it has had a day. */
export function due(quest: Quest, now: Date): Due {
	const target = quest.targetTime ? parseTime(quest.targetTime) : undefined;
	if (quest.completionTime) return target && parseTime(quest.completionTime) > target ? 'completed late' : 'completed';
	if (!target) return 'open';
	if (target < now) return 'overdue';
	if (quest.forecastTime) return parseTime(quest.forecastTime) > target ? 'at risk' : 'on the way';
	const rests = quest.forecastTime === null && (quest.openLabors ?? 0) > 0;
	return rests && now.getTime() - parseTime(quest.embarkTime).getTime() > DAY ? 'stuck' : 'on the way';
}
