import { describe, expect, it } from 'vitest';
import type { Schemas } from '../api/client.ts';
import { due, parts } from './progress.ts';

const now = new Date('2026-11-30T12:00:00Z');
const quest = (more: Partial<Schemas['Quest']>) =>
	({
		embarkTime: '2026-11-20 12:00:00',
		targetTime: '2026-12-05 12:00:00',
		completionTime: null,
		openLabors: 5,
		forecastTime: '2026-12-01 00:00:00',
		...more
	}) as Schemas['Quest'];

describe('a quest is', () => {
	it.each([
		['completed', { completionTime: '2026-12-01 00:00:00' }],
		['completed late', { completionTime: '2026-12-06 00:00:00' }],
		['completed', { completionTime: '2026-12-06 00:00:00', targetTime: null }],
		['overdue', { targetTime: '2026-11-30 11:59:59' }],
		['at risk', { forecastTime: '2026-12-05 12:00:01' }],
		['on the way', {}],
		['stuck', { forecastTime: null }],
		['on the way', { forecastTime: null, embarkTime: '2026-11-29 12:30:00' }],
		['open', { targetTime: null }]
	])('%s: %j', (state, more) => expect(due(quest(more), now)).toBe(state));
});

it('a bar of progress never shows less than nothing', () =>
	expect(parts(quest({ completedLabors: -2, inprogressLabors: 3, unstartedLabors: 1 })).map((part) => part.n)).toEqual([
		0, 3, 1
	]));
