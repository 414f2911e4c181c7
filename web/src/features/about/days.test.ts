import { expect, it } from 'vitest';
import { daysOf, totals } from './days.ts';

const now = Date.parse('2026-11-30T12:00:00Z');
const jobs = [
	{ day: '2026-11-29T00:00:00Z', status: 'OK', sum: 3, all: 4 },
	{ day: '2026-11-29T00:00:00Z', status: 'ERROR', sum: 1, all: 4 },
	{ day: '2026-11-30T00:00:00Z', status: 'OK', sum: 2, all: 2 }
] as Parameters<typeof daysOf>[0];

it('each of the last days is there, also those without runs', () => {
	expect(daysOf(jobs, 3, now)).toEqual([
		{ day: '2026-11-28', all: 0, by: {} },
		{ day: '2026-11-29', all: 4, by: { OK: 3, ERROR: 1 } },
		{ day: '2026-11-30', all: 2, by: { OK: 2 } }
	]);
});

it('what became of them is summed', () => expect(totals(daysOf(jobs, 3, now))).toEqual({ OK: 5, ERROR: 1 }));

it('what is older than the days that are shown is passed over', () =>
	expect(daysOf(jobs, 1, now)).toEqual([{ day: '2026-11-30', all: 2, by: { OK: 2 } }]));
