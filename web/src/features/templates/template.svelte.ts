import { createQuery } from '@tanstack/svelte-query';
import { must, polemarch } from '#lib/api/client.ts';

/** One template with all that it has, and what who asks may do with it. */
export function createTemplate(id: () => number) {
	return createQuery(() => ({
		queryKey: ['template', id()],
		queryFn: ({ signal }) =>
			must(
				polemarch.GET('/templates/{id}/', {
					params: { path: { id: id() }, query: { expand: ['owner', 'role', 'names'] } },
					signal
				})
			),
		meta: { what: `template ${id()}`, shows: [`template:${id()}`] }
	}));
}

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
