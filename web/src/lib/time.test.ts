import { describe, expect, it } from 'vitest';
import { absolute, fromLocal, parseTime, relative, span, toLocal, toServer, timeOf, timeText } from './time.ts';

const at = parseTime('2026-11-14 17:00:05.123456');

describe('times', () => {
	it('of the server are UTC', () => expect(at.toISOString()).toBe('2026-11-14T17:00:05.123Z'));
	it('without a fraction are read too', () =>
		expect(parseTime('2026-11-14 17:00:05').getTime()).toBe(Date.UTC(2026, 10, 14, 17, 0, 5)));
	it('go back as the server takes them', () => expect(toServer(at)).toBe('2026-11-14 17:00:05'));
	it('are shown with their zone', () => {
		expect(absolute(at)).toBe('2026-11-14 17:00 UTC');
		expect(absolute(at, 'UTC', true)).toBe('2026-11-14 17:00:05 UTC');
		expect(absolute(at, 'Asia/Kolkata')).toBe('2026-11-14 22:30 +5:30');
	});
	it.each([
		[-20, 'now'],
		[-90, '1 min ago'],
		[-7200, '2 h ago'],
		[-26 * 3600, '26 h ago'],
		[-8 * 86400, '8 d ago'],
		[6 * 86400 + 60, 'in 6 d'],
		[-800 * 86400, '2 y ago']
	])('%i seconds away are said as %s', (seconds, text) =>
		expect(relative(new Date(at.getTime() + seconds * 1000), at)).toBe(text)
	);
});

describe('a time as people type it', () => {
	it.each(['UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Kolkata'])('goes there and back in %s', (zone) => {
		for (const text of ['2026-01-15T12:00', '2026-07-01T00:30', '2026-10-25T12:00', '2026-03-29T12:00'])
			expect(toLocal(fromLocal(text, zone), zone)).toBe(text);
	});
	it('is of its zone', () =>
		expect(fromLocal('2026-07-01T12:00', 'Europe/Berlin').toISOString()).toBe('2026-07-01T10:00:00.000Z'));
});

it.each([
	[20_000, '< 1 min'],
	[-61_000, '1 min'],
	[3 * 86_400_000, '3 d']
])('a span of %i ms is said as "%s", whatever goes before it', (ms, text) => expect(span(ms)).toBe(text));

describe('a time in an address', () => {
	it('is UTC', () => expect(timeOf('2026-11-14T17:00')?.toISOString()).toBe('2026-11-14T17:00:00.000Z'));
	it('may be a day', () => expect(timeOf('2026-11-14')?.toISOString()).toBe('2026-11-14T00:00:00.000Z'));
	it.each(['', 'yesterday', '2026-13-40', '2026-11-14T25:00'])('is none: %j', (text) => expect(timeOf(text)).toBeUndefined());
	it('comes back as it was', () => expect(timeText(timeOf('2026-11-14T17:00'))).toBe('2026-11-14T17:00'));
	it('is empty for none', () => expect(timeText(undefined)).toBe(''));
});
