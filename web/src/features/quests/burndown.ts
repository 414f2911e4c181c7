/** The lines of a burn-down on one axis of time: what was left, the plan from the embark to the due time, the forecast from now on. */
import type { Schemas } from '#lib/api/client.ts';
import { parseTime } from '#lib/time.ts';

export interface BurnDown {
	times: number[];
	remaining: (number | null)[];
	plan?: (number | null)[];
	forecast?: (number | null)[];
}

const seconds = (text: string) => parseTime(text).getTime() / 1000;

export function burnDown(
	history: Schemas['QuestHistory'],
	quest: Pick<Schemas['Quest'], 'embarkTime' | 'targetTime' | 'completionTime'>
): BurnDown {
	const from = seconds(quest.embarkTime);
	const known = new Map<number, number>(history.points.map(([at, open]) => [at, open]));
	const first = history.points[0];
	// At the embark all that it opened was open.
	if (first && !known.has(from)) known.set(from, Math.max(first[2], first[1]));
	const last = history.points.at(-1);
	const most = Math.max(0, ...known.values());
	const target = quest.targetTime ? seconds(quest.targetTime) : undefined;
	// A forecast years away would press all else against the edge.
	const horizon = Math.max(target ?? 0, last?.[0] ?? from) + 2 * Math.max(86400, (last?.[0] ?? from) - from);
	const end = history.forecast.time && last ? Math.min(seconds(history.forecast.time), horizon) : undefined;
	const times = [...new Set([from, ...known.keys(), ...(target && target > from ? [target] : []), ...(end ? [end] : [])])].sort(
		(a, b) => a - b
	);
	const picture: BurnDown = { times, remaining: times.map((at) => known.get(at) ?? null) };
	if (target && target > from)
		picture.plan = times.map((at) => (at > target ? null : most * (1 - (at - from) / (target - from))));
	if (end && last && end > last[0]) {
		const whole = seconds(history.forecast.time!) - last[0];
		picture.forecast = times.map((at) => (at < last[0] || at > end ? null : last[1] * (1 - (at - last[0]) / whole)));
	}
	return picture;
}
