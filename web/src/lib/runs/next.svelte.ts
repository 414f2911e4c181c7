/** When a schedule would be due, as the server reckons: it refuses what it would refuse to save, in the same words. */
import { createQuery } from '@tanstack/svelte-query';
import { must, polemarch } from '#lib/api/client.ts';
import type { ScheduleType } from './schedule.ts';

export const createNext = (given: () => { type: ScheduleType; schedule: string } | undefined) =>
	createQuery(() => {
		const query = given();
		return {
			queryKey: ['next times', query?.type, query?.schedule],
			queryFn: ({ signal }: { signal: AbortSignal }) =>
				must(polemarch.GET('/periodic-tasks/next/', { params: { query: query! }, signal })),
			enabled: query !== undefined,
			// They pass.
			refetchInterval: 60_000,
			meta: { what: 'the next times' }
		};
	});
