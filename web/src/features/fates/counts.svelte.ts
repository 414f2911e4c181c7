/** How many labors of each fate are open and how many are closed: of all, or of one quest. To be made while a component is. */
import { createQuery } from '@tanstack/svelte-query';
import { api, must, type Schemas } from '#lib/api/client.ts';

export type Counts = ReadonlyMap<number, Schemas['FateCounts']['fates'][number]>;

export function createCounts(quest: () => number | undefined) {
	return createQuery(() => {
		const questId = quest();
		return {
			queryKey: ['fate counts', questId ?? null],
			queryFn: async ({ signal }): Promise<Counts> => {
				const query = questId === undefined ? {} : { questId };
				const answer = await must(api.GET('/fates/counts', { params: { query }, signal }));
				return new Map(answer.fates.map((fate) => [fate.id, fate]));
			},
			structuralSharing: false,
			meta: { what: 'the numbers of labors', shows: questId === undefined ? ['labor', 'fate'] : [`quest:${questId}`, 'fate'] }
		};
	});
}
