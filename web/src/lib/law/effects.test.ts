import { describe, expect, it } from 'vitest';
import { Definitions, type EventType, type Fate } from './definitions.svelte.ts';
import { consequences, doing, mayFollow, movesBeyond, withFate } from './effects.ts';

const types = ['required', 'ready', 'completed', 'failed', 'rebooted'].map(
	(state, i) => ({ id: i + 1, category: 'work', state }) as EventType
);
const [REQUIRED, READY, COMPLETED, FAILED, REBOOTED] = [1, 2, 3, 4, 5];

/** [id, type, follows] */
function world(...rows: [number, number, number | null][]): Definitions {
	const fates = rows.map(
		([id, type, follows]) =>
			({
				id,
				creationEventTypeId: type,
				followsId: follows,
				precedesIds: rows.filter((row) => row[2] === id).map((row) => row[0]),
				forOwner: true,
				forCreator: false,
				description: null
			}) as unknown as Fate
	);
	return new Definitions(types, fates);
}

const draft = (type: number, followsId: number | null, id?: number) => ({
	id,
	creationEventTypeId: type,
	followsId,
	forOwner: true,
	forCreator: false,
	description: 'x'
});
const ids = (fates: Fate[]) => fates.map((fate) => fate.id);

// required -> ready -> completed | failed; rebooted alone is a start.
const chain = world([1, REQUIRED, null], [2, READY, 1], [3, COMPLETED, 2], [4, FAILED, 2], [5, REBOOTED, null]);

describe('an event', () => {
	it('opens a labor by the starting fate of its type', () => {
		const { opens, others, moves } = doing(chain, REQUIRED);
		expect([opens?.id, others, moves]).toEqual([1, [], []]);
	});

	it('opens by the first of several starting fates, in the order of their ids', () => {
		const { opens, others } = doing(world([7, REQUIRED, null], [3, REQUIRED, null], [5, REQUIRED, null]), REQUIRED);
		expect([opens?.id, ids(others)]).toEqual([3, [5, 7]]);
	});

	it('closes the open labors of the fate that its own follows, and opens the next', () => {
		const { opens, moves } = doing(chain, READY);
		expect(opens).toBeUndefined();
		expect(moves.map(({ from, by, next }) => [from.id, by.id, next?.id])).toEqual([[1, 2, 2]]);
	});

	it('opens nothing where the chain ends', () => {
		expect(doing(chain, COMPLETED).moves.map(({ from, by, next }) => [from.id, by.id, next?.id])).toEqual([[2, 3, undefined]]);
	});

	it('may close labors of several chains and open one', () => {
		const both = world(
			[1, REQUIRED, null],
			[2, REBOOTED, 1],
			[3, READY, null],
			[4, REBOOTED, 3],
			[5, REBOOTED, null],
			[6, COMPLETED, 4]
		);
		const { opens, moves } = doing(both, REBOOTED);
		expect(opens?.id).toBe(5);
		expect(moves.map(({ from, next }) => [from.id, next?.id])).toEqual([
			[1, undefined],
			[3, 4]
		]);
	});

	it('that no fate names does nothing', () => {
		expect(doing(world([1, REQUIRED, null]), FAILED)).toEqual({ opens: undefined, others: [], moves: [] });
	});
});

describe('a fate as it would be', () => {
	it('comes last when it is new, and is known to the one that it follows', () => {
		const { definitions, fate } = withFate(chain, draft(REBOOTED, 3));
		expect(fate.id).toBe(6);
		expect(definitions.fateById.get(3)?.precedesIds).toEqual([6]);
		expect(definitions.fates).toHaveLength(6);
	});

	it('is the first where there was none', () => expect(withFate(world(), draft(REQUIRED, null)).fate.id).toBe(1));

	it('leaves the fate that it followed', () => {
		const { definitions } = withFate(chain, draft(FAILED, 1, 4));
		expect([definitions.fateById.get(1)?.precedesIds, definitions.fateById.get(2)?.precedesIds]).toEqual([[2, 4], [3]]);
	});

	it('changes nothing of the definitions that are', () => {
		withFate(chain, draft(REBOOTED, 3));
		expect(chain.fateById.get(3)?.precedesIds).toEqual([]);
	});

	it('is what its event does then', () => {
		const { definitions } = withFate(chain, draft(REBOOTED, 2));
		const { opens, moves } = doing(definitions, REBOOTED);
		expect([opens?.id, moves.map(({ from, next }) => [from.id, next])]).toEqual([5, [[2, undefined]]]);
	});
});

describe('what an event does', () => {
	const after = withFate(chain, draft(FAILED, 1, 4)).definitions;
	const pairs = (moves: ReturnType<typeof movesBeyond>) => moves.map(({ from, by }) => [from.id, by.id]);

	it('is new where it was not done before', () => expect(pairs(movesBeyond(after, chain, FAILED))).toEqual([[1, 4]]));
	it('is lost where it is done no more', () => expect(pairs(movesBeyond(chain, after, FAILED))).toEqual([[2, 4]]));
	it('is the same where nothing has changed', () => expect(movesBeyond(after, chain, COMPLETED)).toEqual([]));
});

describe('a change means', () => {
	const of = (type: number, follows: number | null, id?: number, before = chain) => {
		const found = consequences(before, withFate(before, draft(type, follows, id)).definitions);
		return Object.fromEntries(Object.entries(found).flatMap(([name, fates]) => (fates.length > 0 ? [[name, ids(fates)]] : [])));
	};

	it('nothing else for a further way on', () => expect(of(REBOOTED, 2)).toEqual({}));
	it('that an end waits once something follows it', () => expect(of(REBOOTED, 3)).toEqual({ wait: [3] }));
	it('that labors are stuck once nothing follows their fate', () =>
		expect(of(READY, null, 2, world([1, REQUIRED, null], [2, READY, 1], [3, COMPLETED, 2]))).toEqual({ stuck: [1] }));
	it('that what is left in the middle becomes an end', () =>
		expect(of(COMPLETED, 1, 3, world([1, REQUIRED, null], [2, READY, 1], [3, COMPLETED, 2]))).toEqual({ end: [2], stuck: [2] }));
	it('that an earlier starting fate takes the place of a later one', () =>
		expect(of(REQUIRED, null, 2, world([1, READY, null], [2, REQUIRED, 1], [3, REQUIRED, null]))).toEqual({
			stuck: [1],
			wait: [2],
			displaced: [3]
		}));
});

describe('a fate may follow', () => {
	it('any, when it is new', () => expect(ids(mayFollow(chain, undefined))).toEqual([1, 2, 3, 4, 5]));
	it('neither itself nor what is behind it', () => expect(ids(mayFollow(chain, 2))).toEqual([1, 5]));
});
