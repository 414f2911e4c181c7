import { loadCron, scheduleWords, type Cron, type ScheduleType } from './schedule.ts';

let cron = $state.raw<Cron>();

/** A schedule in words. The library that knows how to say crontabs is loaded for the first of them; what shows one changes then. */
export function wordsOf({ type, schedule }: { type: ScheduleType; schedule: string }): string {
	if (!cron && type === 'CRONTAB')
		loadCron().then(
			(loaded) => (cron = loaded),
			() => {}
		);
	return scheduleWords(type, schedule, cron);
}
