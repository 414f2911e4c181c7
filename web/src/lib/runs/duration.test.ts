import { describe, expect, it } from 'vitest';
import { durationOf, lasted, lastedInWords } from './duration.ts';

describe('how long a run takes', () => {
	it.each([
		[0, '0:00', '0 seconds'],
		[-5, '0:00', '0 seconds'],
		[7999, '0:07', '7 seconds'],
		[872_000, '14:32', '14 minutes 32 seconds'],
		[7_509_000, '2:05:09', '2 hours 5 minutes'],
		[273_600_000, '3 d 4:00:00', '3 days 4 hours'],
		[86_400_000, '1 d 0:00:00', '1 day']
	])('%i ms are %s, %s', (ms, figures, words) => expect([lasted(ms), lastedInWords(ms)]).toEqual([figures, words]));

	it('is from when it was asked for to its end, or to now', () => {
		const run = { start_time: '2026-11-30T10:00:00.500000Z', stop_time: null };
		expect(durationOf(run, new Date('2026-11-30T10:00:10.500Z'))).toBe(10_000);
		expect(durationOf({ ...run, stop_time: '2026-11-30T10:01:00Z' }, new Date('2026-11-30T12:00:00Z'))).toBe(59_500);
	});
});
