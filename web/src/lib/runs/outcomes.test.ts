import { describe, expect, it } from 'vitest';
import { counted, howManyNotDone } from './outcomes.ts';

describe('what came of a run', () => {
	it('is told with the worst first, and only what there is', () =>
		expect(counted({ ok: 12, skipped: 0, failed: 3, running: 1 })).toEqual([
			{ outcome: 'failed', n: 3 },
			{ outcome: 'running', n: 1 },
			{ outcome: 'ok', n: 12 }
		]));
	it('is worth another run where it failed, was not reached, or was stopped', () =>
		expect(howManyNotDone({ ok: 9, failed: 1, unreachable: 2, interrupted: 4, unknown: 8 })).toBe(7));
});
