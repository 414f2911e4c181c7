/** When something is run again and again, in words. */

export type ScheduleType = 'INTERVAL' | 'CRONTAB';

// ---- intervals

export const UNITS = [
	{ name: 'second', seconds: 1 },
	{ name: 'minute', seconds: 60 },
	{ name: 'hour', seconds: 3600 },
	{ name: 'day', seconds: 86_400 }
] as const;
export type Unit = (typeof UNITS)[number]['name'];

/** The largest unit of which it is whole ones: 5400 is 90 minutes. */
export function inUnits(seconds: number): { n: number; unit: Unit } {
	const unit = UNITS.findLast((one) => seconds >= one.seconds && seconds % one.seconds === 0) ?? UNITS[0];
	return { n: seconds / unit.seconds, unit: unit.name };
}

export const toSeconds = (n: number, unit: Unit): number => n * UNITS.find(({ name }) => name === unit)!.seconds;

export function intervalWords(seconds: number): string {
	const { n, unit } = inUnits(seconds);
	return n === 1 ? `Every ${unit}` : `Every ${n} ${unit}s`;
}

// ---- crontabs

export const FIELDS = [
	{ name: 'Minute', one: 'minute', low: 0, high: 59 },
	{ name: 'Hour', one: 'hour', low: 0, high: 23 },
	{ name: 'Day of the month', one: 'day', low: 1, high: 31 },
	{ name: 'Month', one: 'month', low: 1, high: 12 },
	{ name: 'Weekday', one: 'weekday', low: 0, high: 7 }
] as const;

const MONTHS = 'January February March April May June July August September October November December'.split(' ');
const WEEKDAYS = 'Sunday Monday Tuesday Wednesday Thursday Friday Saturday Sunday'.split(' ');

/** The five, in the order of crontab(5), as the server reads them: what is missing is `*`, what comes after five is passed over, and
 * where the third has names of weekdays the order is an older one. */
export function fieldsOf(schedule: string): string[] {
	const given = schedule.split(' ');
	const [minute, hour, third, fourth, fifth] = FIELDS.map((_, i) => given[i] || '*') as [string, string, string, string, string];
	return /(^|[,-])(sun|mon|tue|wed|thu|fri|sat)/i.test(third)
		? [minute, hour, fourth, fifth, third]
		: [minute, hour, third, fourth, fifth];
}

/** What stands at that place: '4' of the months is April; undefined: nothing does. */
function nameOf(word: string, field: number): string | undefined {
	const { low, high } = FIELDS[field]!;
	const names = field === 3 ? ['', ...MONTHS] : field === 4 ? WEEKDAYS : undefined;
	if (/^\d+$/.test(word)) {
		const n = Number(word);
		return n < low || n > high ? undefined : (names?.[n] ?? String(n));
	}
	return /^[a-z]{3,}$/i.test(word) ? names?.find((name) => name && name.toLowerCase().startsWith(word.toLowerCase())) : undefined;
}

function partWords(part: string, field: number): string | undefined {
	const { one } = FIELDS[field]!;
	const [, range = '', step] = /^([^/]*)(?:\/(\d+))?$/.exec(part) ?? [];
	const every = step === undefined || step === '1' ? '' : `every ${step} ${one}s`;
	if (step !== undefined && Number(step) === 0) return undefined;
	if (range === '*') return every || `every ${one}`;
	const [from, to, ...rest] = range.split('-').map((word) => nameOf(word, field));
	if (from === undefined || rest.length > 0) return undefined;
	if (!range.includes('-')) return step === undefined ? from : undefined;
	if (to === undefined) return undefined;
	return every ? `${every} from ${from} to ${to}` : `${from} to ${to}`;
}

/** One field by words: "every 5 minutes", "Monday to Friday", "days 1, 15"; undefined: it is none. */
export function fieldWords(text: string, field: number): string | undefined {
	const parts = (text.trim() || '*').split(',').map((part) => partWords(part, field));
	if (parts.includes(undefined)) return undefined;
	const said = parts.join(', ');
	// Months and weekdays say by their names what they are.
	if (field > 2 || said.includes('every ')) return said;
	const { one } = FIELDS[field]!;
	return `${/[, ]/.test(said) ? one + 's' : one} ${said}`;
}

/** The sentence of a crontab; '' where it is none. */
export type Cron = (schedule: string) => string;

/** Where both days are restricted, either is enough (crontab(5)); where one of them begins with `*`, both must be. */
const isEither = (fields: readonly string[]) => !fields[2]!.includes('*') && !fields[4]!.includes('*');

/** Names are three letters to the library. */
const shortened = (text: string) => text.replace(/[a-z]{3,}/gi, (name) => name.slice(0, 3).toUpperCase());

let loading: Promise<Cron> | undefined;

/** The library that knows how to say crontabs: loaded when there is one to say. */
export function loadCron(): Promise<Cron> {
	loading ??= import('cronstrue').then(({ default: cronstrue }) => {
		const say = (schedule: string) => {
			const fields = fieldsOf(schedule);
			if (fields.some((text, i) => fieldWords(text, i) === undefined)) return '';
			try {
				const said = cronstrue.toString(fields.map(shortened).join(' '), { use24HourTimeFormat: true });
				return isEither(fields) ? said.replace(', and on ', ', or on ') : said;
			} catch {
				return '';
			}
		};
		// A list asks again and again, and many are the same.
		const known = new Map<string, string>();
		return (schedule: string) => {
			let said = known.get(schedule);
			if (said === undefined) known.set(schedule, (said = say(schedule)));
			return said;
		};
	});
	// It may be there the next time.
	loading.catch(() => (loading = undefined));
	return loading;
}

/** In words; a crontab as it is until the library is there, and where that does not understand it. */
export function scheduleWords(type: ScheduleType, schedule: string, cron?: Cron): string {
	if (type === 'CRONTAB') return cron?.(schedule) || schedule;
	const seconds = Number(schedule);
	return Number.isInteger(seconds) && seconds > 0 ? intervalWords(seconds) : schedule;
}
