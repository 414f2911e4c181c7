import { expect, it } from 'vitest';
import { Definitions, type EventType, type Fate } from '#lib/law/definitions.svelte.ts';
import { meaningOf } from './meaning.ts';

const types = ['required', 'completed', 'finished', 'snapshot-failed', 'unreachable'].map(
	(state, i) => ({ id: i + 1, category: 'x', state }) as EventType
);
const fates = [
	{ id: 1, creationEventTypeId: 1, followsId: null, precedesIds: [2] },
	{ id: 2, creationEventTypeId: 2, followsId: 1, precedesIds: [] },
	{ id: 3, creationEventTypeId: 4, followsId: null, precedesIds: [] }
] as unknown as Fate[];
const definitions = new Definitions(types, fates);

it.each([
	['what opens a labor asks for work', 1, 'opens'],
	['what closes one settles it', 2, 'closes'],
	['what no fate knows is plain', 3, 'plain'],
	['a failure is one, whatever it opens', 4, 'failed'],
	['what could not be reached has failed', 5, 'failed'],
	['an unknown type is plain', 9, 'plain']
])('%s', (_, type, meaning) => expect(meaningOf(definitions, type)).toBe(meaning));
