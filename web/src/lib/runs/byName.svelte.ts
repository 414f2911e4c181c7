/** What a box needs that offers projects or inventories by letters of their names: those found, and the name of the one chosen. */
import { createQuery, useQueryClient } from '@tanstack/svelte-query';
import { capital } from '../format.ts';
import { still } from '../still.svelte.ts';
import { toasts } from '../toasts.svelte.ts';

interface Named {
	id: number;
	name: string;
}

interface Source<R extends Named> {
	/** "projects", "project": as queries and notices call them. */
	plural: string;
	noun: string;
	page: (query: { name?: string; limit: number }, signal: AbortSignal) => Promise<{ count: number; results: R[] }>;
	one: (id: number, signal: AbortSignal) => Promise<Named>;
}

const SHOWN = 50;
/** So many are looked through for the one of exactly that name. */
const MOST = 1000;

/** `chosen`: an id; a text is none of them. */
export function createByName<R extends Named>({ plural, noun, page, one }: Source<R>, chosen: () => number | string | undefined) {
	const client = useQueryClient();
	let typed = $state('');
	const settled = still(() => typed.trim(), 150);

	const asked = (name: string, limit: number) => ({
		queryKey: [plural, 'by name', name, limit],
		queryFn: ({ signal }: { signal: AbortSignal }) => page({ ...(name && { name }), limit }, signal),
		meta: { what: `the ${plural}`, shows: [noun] }
	});
	const found = createQuery(() => ({ ...asked(settled.value, SHOWN), placeholderData: (before) => before }));
	const brief = createQuery(() => {
		const id = chosen();
		return {
			queryKey: [noun, id, 'brief'],
			queryFn: ({ signal }) => one(id as number, signal),
			enabled: typeof id === 'number',
			meta: { what: `the ${noun}`, shows: [`${noun}:${id}`] }
		};
	});

	return {
		found,
		get rows() {
			return found.data?.results ?? [];
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
