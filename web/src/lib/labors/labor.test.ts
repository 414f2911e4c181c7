import { expect, it } from 'vitest';
import type { Schemas } from '../api/client.ts';
import { rowOfLabor, took } from './labor.ts';

const labor = {
	id: 7,
	startingLaborId: 5,
	questId: null,
	hostId: 3,
	fateId: 4,
	closingFateId: null,
	forCreator: true,
	forOwner: false,
	creationTime: '2026-11-14 17:00:00.5',
	creationEventId: 9,
	completionTime: null,
	completionEventId: null,
	ackUser: null,
	ackTime: null,
	href: '',
	host: { id: 3, hostname: 'Web-1', owner: 'Anna', href: '' }
} as Schemas['Labor'];

it('a labor by itself is the row that a table has of it', () =>
	expect(rowOfLabor(labor)).toEqual({
		key: 7,
		chain: 5,
		id: 7,
		host: 'Web-1',
		owner: 'Anna',
		quest: null,
		fate: 4,
		closingFate: null,
		made: Date.UTC(2026, 10, 14, 17) / 1000,
		closed: null,
		acked: null,
		ackUser: null,
		forOwner: false,
		forCreator: true,
		status: 'moving',
		search: 'web-1\nanna'
	}));

it.each([
	['waiting', { startingLaborId: null }],
	['acknowledged', { ackTime: '2026-11-14 18:00:00', ackUser: 'anna' }],
	['done', { completionTime: '2026-11-14 18:00:00', ackTime: '2026-11-14 17:30:00' }]
])('stands as it would there: %s', (status, more) =>
	expect(rowOfLabor({ ...labor, ...more } as Schemas['Labor']).status).toBe(status)
);

it.each([
	['2026-11-14 17:00:30', '< 1 min'],
	['2026-11-14 17:45:30', '45 min'],
	['2026-11-20 18:00:00', '6 d']
])('was open, closed at %s, for %s', (completionTime, text) =>
	expect(took({ ...labor, completionTime } as Schemas['Labor'])).toBe(text)
);
