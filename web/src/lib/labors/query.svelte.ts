/** The labors of a quest, of a query, of somebody: had whole once, then only what has changed. */
import { createQuery, useQueryClient } from '@tanstack/svelte-query';
import { api, must } from '../api/client.ts';
import { takeIn, type LaborRows } from './rows.ts';

interface LaborFilter {
	questId?: number | undefined;
	hostname?: string | undefined;
	hostQuery?: string | undefined;
	userQuery?: string | undefined;
	mine?: boolean | undefined;
	open?: boolean | undefined;
}

/** To be made while a component is. */
export function createLabors(filter: () => LaborFilter) {
	const client = useQueryClient();
	return createQuery(() => {
		const asked = filter();
		const queryKey = ['labors', asked];
		return {
			queryKey,
			queryFn: async ({ signal }) => {
				const before = client.getQueryData<LaborRows>(queryKey);
				// Of more than a table holds, changes do not tell which rows come in where others go.
				const since = before && before.rows.length === before.total ? before.asOf : undefined;
				const query = { ...asked, since };
				return takeIn(before, await must(api.GET('/labors/table', { params: { query }, signal })));
			},
			structuralSharing: false,
			meta: { what: 'the labors', shows: asked.questId === undefined ? ['labor'] : [`quest:${asked.questId}`] }
		};
	});
}
