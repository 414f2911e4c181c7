import { createQuery } from '@tanstack/svelte-query';
import { must, polemarch } from '../api/client.ts';

/** How many machines an inventory means; of a file nobody knows. */
export function createMachines(inventory: () => number | string | undefined) {
	return createQuery(() => {
		const id = inventory();
		return {
			queryKey: ['inventory', id, 'how many machines'],
			queryFn: async ({ signal }) =>
				(
					await must(
						polemarch.GET('/inventories/{id}/machines/', { params: { path: { id: id as number }, query: { limit: 1 } }, signal })
					)
				).count,
			enabled: typeof id === 'number',
			retry: false,
			meta: { what: 'the hosts of the inventory', shows: ['inventory', 'group', 'inventoryhost'] }
		};
	});
}
