/** Times. The server says them as UTC, "2026-11-14 17:00:00.123456" or, of runs and projects, "2026-11-14T17:00:00.123456Z"; the page
 * shows them in the zone that was chosen. */

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

export function parseTime(text: string): Date {
	return new Date(text.slice(0, 23).replace(' ', 'T').replace(/Z?$/, 'Z'));
}

/** What the server takes as a time. */
export function toServer(at: Date): string {
	return at.toISOString().slice(0, 19).replace('T', ' ');
}

const formats = new Map<string, Intl.DateTimeFormat>();

function format(zone: string, seconds: boolean): Intl.DateTimeFormat {
	const key = zone + seconds;
	let found = formats.get(key);
	if (!found) {
		found = new Intl.DateTimeFormat('en-CA', {
			timeZone: zone,
			year: 'numeric',
			month: '2-digit',
			day: '2-digit',
			hour: '2-digit',
			minute: '2-digit',
			...(seconds ? { second: '2-digit' } : {}),
			hourCycle: 'h23',
			timeZoneName: 'short'
		});
		formats.set(key, found);
	}
	return found;
}

/** "2026-11-14 17:00 UTC", "2026-11-14 22:30 +5:30" */
export function absolute(at: Date, zone = 'UTC', seconds = false): string {
	const part: Record<string, string> = {};
	for (const { type, value } of format(zone, seconds).formatToParts(at)) part[type] = value;
	const clock = `${part['hour']}:${part['minute']}` + (seconds ? `:${part['second']}` : '');
	return `${part['year']!.padStart(4, '0')}-${part['month']}-${part['day']} ${clock} ${part['timeZoneName']!.replace(/^GMT(?=.)/, '')}`;
}

/** Without the day where it is now's, without the year where it is: "17:00 UTC", "11-14 17:00 UTC" */
export function brief(at: Date, now: Date, zone: string): string {
	const full = absolute(at, zone);
	const today = absolute(now, zone);
	const same = (length: number) => full.slice(0, length) === today.slice(0, length);
	return full.slice(same('2026-11-14'.length) ? '2026-11-14 '.length : same('2026'.length) ? '2026-'.length : 0);
}

/** "2 h", "8 d": one figure, rounded down. */
export function span(ms: number): string {
	const size = Math.abs(ms);
	if (size < MINUTE) return '< 1 min';
	if (size < HOUR) return `${Math.floor(size / MINUTE)} min`;
	if (size < 2 * DAY) return `${Math.floor(size / HOUR)} h`;
	if (size < 730 * DAY) return `${Math.floor(size / DAY)} d`;
	return `${Math.floor(size / (365 * DAY))} y`;
}

/** "2 h ago", "in 8 d", "now" */
export function relative(at: Date, now: Date): string {
	const ms = at.getTime() - now.getTime();
	if (Math.abs(ms) < MINUTE) return 'now';
	return ms < 0 ? `${span(ms)} ago` : `in ${span(ms)}`;
}

/** As an <input type="datetime-local"> has it: "2026-11-14T17:00", in the zone. */
export function toLocal(at: Date, zone: string): string {
	return absolute(at, zone).slice(0, 16).replace(' ', 'T');
}

/** The other way round. Of a time that the zone has twice, or not at all, one next to it. */
export function fromLocal(text: string, zone: string): Date {
	const wanted = Date.parse(text.slice(0, 16) + 'Z');
	let at = wanted;
	// What the zone says of a guess corrects the guess; twice, for the first may lie behind a change of clocks.
	for (let i = 0; i < 2; i++) at += wanted - Date.parse(toLocal(new Date(at), zone) + 'Z');
	return new Date(at);
}

/** A time as an address has it, 2026-11-14T17:00, in UTC. */
export function timeOf(text: string): Date | undefined {
	if (!/^\d{4}-\d\d-\d\d(T\d\d:\d\d)?$/.test(text)) return undefined;
	const at = new Date(text.length === 10 ? text + 'T00:00Z' : text + 'Z');
	return Number.isNaN(at.getTime()) ? undefined : at;
}

export function timeText(at: Date | undefined): string {
	return at ? at.toISOString().slice(0, 16) : '';
}
