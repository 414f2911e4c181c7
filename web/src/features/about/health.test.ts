import { describe, expect, it } from 'vitest';
import { conditions, licenceEnd, type Health } from './health.ts';

const health = (more: Partial<Health>): Health => ({
	database: 'ok',
	courier: { seenSecondsAgo: 3.2 },
	letters: { oldestSeconds: 0, parked: 0 },
	runner: { seenSecondsAgo: 1.5 },
	runs: { waiting: 0, running: 0 },
	...more
});
const notWell = (more: Partial<Health>) => conditions(health(more)).flatMap(({ what, well }) => (well ? [] : [what]));

describe('health', () => {
	it('is well when all were seen a moment ago', () => {
		expect(notWell({})).toEqual([]);
		expect(conditions(health({}))[2]).toEqual({ what: 'Letters', well: true, text: 'none waits' });
	});

	it('is not where the courier is away, or letters were given up or have waited for long', () => {
		expect(notWell({ courier: { seenSecondsAgo: 75 } })).toEqual(['Courier']);
		expect(notWell({ courier: { seenSecondsAgo: null } })).toEqual(['Courier']);
		expect(notWell({ letters: { oldestSeconds: 0, parked: 2 } })).toEqual(['Letters']);
		expect(notWell({ letters: { oldestSeconds: 900, parked: 0 } })).toEqual(['Letters']);
		expect(notWell({ letters: { oldestSeconds: 20, parked: 0 } })).toEqual([]);
	});

	it('needs a runner only where there is something to run', () => {
		expect(notWell({ runner: { seenSecondsAgo: null } })).toEqual([]);
		expect(notWell({ runner: { seenSecondsAgo: null }, runs: { waiting: 1, running: 0 } })).toEqual(['Runner']);
	});
});

describe('the end of a licence', () => {
	const now = Date.parse('2026-11-30T12:00:00Z');
	it('is never, in some time, or over', () => {
		expect(licenceEnd(null, now)).toEqual({ text: 'never', over: false });
		expect(licenceEnd('2026-12-10', now)).toEqual({ text: '2026-12-10, in 10 d', over: false });
		expect(licenceEnd('2026-11-29', now)).toEqual({ text: '2026-11-29: it is over', over: true });
	});

	it('is not over on its last day', () => expect(licenceEnd('2026-11-30', now).over).toBe(false));
	it('may be a text that is no date', () =>
		expect(licenceEnd('when it ends', now)).toEqual({ text: 'when it ends', over: false }));
});
