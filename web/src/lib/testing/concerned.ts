import type { QueryClient } from '@tanstack/svelte-query';
import { concerns } from '../api/live.svelte.ts';

/** For tests: the keys of the questions that are asked again for such a notice. */
export function concerned(client: QueryClient, notice: Parameters<typeof concerns>[1]): unknown[] {
	return client
		.getQueryCache()
		.getAll()
		.filter((query) => concerns(query.meta?.shows ?? [], notice))
		.map((query) => query.queryKey);
}
