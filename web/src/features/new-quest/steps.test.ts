import { describe, expect, it } from 'vitest';
import type { Schemas } from '#lib/api/client.ts';
import { Definitions } from '#lib/law/definitions.svelte.ts';
import { emptyDraft, type Draft } from '#lib/quests/draft.ts';
import { isSent, missing, reached } from './steps.ts';

const now = new Date('2026-11-30T12:00:00Z');
const law = new Definitions(
	[],
	[{ id: 1, creationEventTypeId: 1, followsId: null, precedesIds: [2] } as unknown as Schemas['Fate']]
);
const whole: Draft = { ...emptyDraft(), fateId: 1, hosts: ['web-1'], description: 'Reboot', due: '2026-12-01T00:00:00.000Z' };
const at = (asked: string, more: Partial<Draft> = {}) => reached(asked, { ...whole, ...more }, law, now);

describe('a step', () => {
	it('is gone to once all before it is done', () =>
		expect(['', 'hosts', 'schedule', 'review', 'x'].map((step) => at(step))).toEqual([
			'fate',
			'hosts',
			'schedule',
			'review',
			'fate'
		]));
	it.each([
		['no fate', { fateId: undefined }, 'fate'],
		['a fate that is gone', { fateId: 9 }, 'fate'],
		['no host', { hosts: [] }, 'hosts'],
		['no description', { description: ' \n' }, 'schedule'],
		['a due time that is past', { due: '2026-11-30T12:00:00.000Z' }, 'schedule'],
		['a reference without an address', { references: [{ label: 'OPS-1', url: '' }] }, 'schedule'],
		['a reference to somewhere else', { references: [{ label: 'OPS-1', url: 'javascript:alert(1)' }] }, 'schedule']
	])('waits where there is %s', (_, more, step) => expect(at('review', more)).toBe(step));
	it('says what is missing', () => expect(missing('hosts', { ...whole, hosts: [] }, law, now)).toBe('Choose at least one host.'));
	it('needs no due time', () => expect(at('review', { due: undefined })).toBe('review'));
});

describe('a quest without an answer was made', () => {
	const sent = { ...whole, sent: '2026-11-30T11:59:00.000Z' };
	const quest = { description: 'Reboot', embarkTime: '2026-11-30 11:59:02.123', totalLabors: 1 };
	it('if one like it has begun since', () => expect(isSent(quest, sent)).toBe(true));
	it('also by a clock that is slow', () => expect(isSent({ ...quest, embarkTime: '2026-11-30 11:56:00' }, sent)).toBe(true));
	it.each([
		['began before', { embarkTime: '2026-11-30 11:50:00' }],
		['says something else', { description: 'Reboot!' }],
		['has other hosts', { totalLabors: 2 }]
	])('not if it %s', (_, more) => expect(isSent({ ...quest, ...more }, sent)).toBe(false));
	it('not if none was sent', () => expect(isSent(quest, whole)).toBe(false));
});
