/** The open quests with their figures, the newest first: to choose one of them. To be made while a component is. */
import { createQuery } from '@tanstack/svelte-query';
import { api, must } from '../api/client.ts';

export function createOpenQuests() {
	return createQuery(() => ({
		queryKey: ['quests', 'open'],
		queryFn: async ({ signal }) => {
			const query = { filterClosed: true, limit: 'all' as const, progressInfo: true };
			return (await must(api.GET('/quests', { params: { query }, signal }))).quests.toReversed();
		},
		meta: { what: 'the open quests', shows: ['quest'] }
	}));
}
