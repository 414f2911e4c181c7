/** Projects and inventories by letters of their names, and the name of one that is chosen. */
import { createQuery, useQueryClient } from '@tanstack/svelte-query';
import { must, polemarch } from '../api/client.ts';
import { capital } from '../format.ts';
import { still } from '../still.svelte.ts';
import { toasts } from '../toasts.svelte.ts';

interface Named {
	id: number;
	name: string;
}

export interface Source<R extends Named = Named> {
	/** "projects", "project": as queries and notices call them. */
	plural: string;
	noun: string;
	page: (query: { name?: string; limit: number }, signal: AbortSignal) => Promise<{ count: number; results: R[] }>;
	one: (id: number, signal: AbortSignal) => Promise<Named>;
}

const SHOWN = 50;
/** So many are looked through for the one of exactly that name. */
const MOST = 1000;

const source = <R extends Named>(given: Source<R>) => given;

export const projects = source({
	plural: 'projects',
	noun: 'project',
	page: (query, signal) => must(polemarch.GET('/projects/', { params: { query }, signal })),
	one: (id, signal) => must(polemarch.GET('/projects/{id}/', { params: { path: { id }, query: { parts: 'no' } }, signal }))
});
export const inventories = source({
	plural: 'inventories',
	noun: 'inventory',
	page: (query, signal) => must(polemarch.GET('/inventories/', { params: { query }, signal })),
	one: (id, signal) => must(polemarch.GET('/inventories/{id}/', { params: { path: { id }, query: { parts: 'no' } }, signal }))
});

/** `chosen`: an id; a text is none of them. */
export const createBrief = ({ noun, one }: Source, chosen: () => number | string | undefined) =>
	createQuery(() => {
		const id = chosen();
		return {
			queryKey: [noun, id, 'brief'],
			queryFn: ({ signal }: { signal: AbortSignal }) => one(id as number, signal),
			enabled: typeof id === 'number',
			meta: { what: `the ${noun}`, shows: [`${noun}:${id}`] }
		};
	});

/** What a box needs in which one of them is chosen. */
export function createByName<R extends Named>(of: Source<R>, chosen: () => number | string | undefined) {
	const { plural, noun, page } = of;
	const client = useQueryClient();
	let typed = $state('');
	const settled = still(() => typed.trim(), 150);

	const asked = (name: string, limit: number) => ({
		queryKey: [plural, 'by name', name, limit],
		queryFn: ({ signal }: { signal: AbortSignal }) => page({ ...(name && { name }), limit }, signal),
		meta: { what: `the ${plural}`, shows: [noun] }
	});
	const found = createQuery(() => ({ ...asked(settled.value, SHOWN), placeholderData: (before) => before }));
	const brief = createBrief(of, chosen);

	return {
		found,
		get rows() {
			return found.data?.results ?? [];
		},
		/** Is the answer to what is typed still to come? */
		get busy() {
			return found.isPending || found.isPlaceholderData || settled.value !== typed.trim();
		},
		/** How many there are besides. */
		get more() {
			return (found.data?.count ?? 0) - this.rows.length;
		},
		get typed() {
			return typed.trim();
		},
		search(text: string | undefined) {
			typed = text ?? '';
		},
		/** The name of the one chosen, as far as it is known. */
		get name() {
			return brief.data?.name;
		},
		/** Why it is not to be had. */
		get problem() {
			return brief.error ? `${capital(noun)} ${chosen()}: ${brief.error.message}` : '';
		},
		/** Those with that in their names; undefined: that is not known, or somebody has chosen or typed something else meanwhile. */
		async having(name: string): Promise<{ rows: R[]; all: boolean } | undefined> {
			const before = chosen();
			try {
				const { count, results } = await client.fetchQuery({ ...asked(name, MOST), staleTime: 10_000 });
				return chosen() === before && typed === '' ? { rows: results, all: count <= results.length } : undefined;
			} catch (error) {
				toasts.failed(error);
				return undefined;
			}
		}
	};
}
