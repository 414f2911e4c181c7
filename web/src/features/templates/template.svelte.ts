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
