/** What is in a group, an inventory or a project: asked for, put in, taken out; and what there is of each at all, made and deleted. */
import type { QueryClient } from '@tanstack/svelte-query';
import { ApiError, must, polemarch, type Schemas } from '../api/client.ts';
import { each, type Outcome } from '../each.ts';
import { about, type Holder, type Objects, type Part } from './kinds.ts';

/** A host, a group, an inventory or a project, as a list has it. */
export interface Thing {
	id: number;
	name: string;
	/** Of hosts: HOST or RANGE. */
	type?: string;
	/** Of groups: it holds groups. */
	children?: boolean;
	role?: Schemas['Role'];
	owner?: Schemas['OwnerNamed'];
	counts?: Schemas['HolderCounts'];
}

export interface Changed {
	total: number;
	operated: number;
	not_found: number;
	failed_list: readonly (number | string)[];
	created?: number;
}

interface Asked {
	name?: string | undefined;
	variables?: string | undefined;
	/** HOST or RANGE. */
	type?: 'HOST' | 'RANGE' | undefined;
	children?: boolean | undefined;
	/** Only what it holds itself. */
	holder?: Holder | undefined;
	limit: number;
	offset?: number;
	/** How many of what is in each, too. */
	counts?: boolean;
}

/** A page of them by name. */
export async function listThings(
	objects: Objects,
	asked: Asked,
	signal?: AbortSignal
): Promise<{ total: number; rows: Thing[] }> {
	const { name, variables, type, children, holder, limit, offset, counts = false } = asked;
	const query = {
		...(name && { name }),
		...(variables && { variables }),
		...{ limit, offset, ordering: 'name' as const },
		...(holder && {
			[({ groups: 'group', inventories: 'inventory', projects: 'project' } as const)[holder.objects]]: String(holder.id)
		})
	};
	const expand: ('role' | 'owner')[] = ['role', 'owner'];
	const more: ('role' | 'owner' | 'counts')[] = counts ? [...expand, 'counts'] : expand;
	const page = await {
		hosts: () => must(polemarch.GET('/hosts/', { params: { query: { ...query, type, expand } }, signal })),
		groups: () => must(polemarch.GET('/groups/', { params: { query: { ...query, children, expand: more } }, signal })),
		inventories: () => must(polemarch.GET('/inventories/', { params: { query: { ...query, expand: more } }, signal })),
		projects: () => must(polemarch.GET('/projects/', { params: { query: { ...query, expand } }, signal }))
	}[objects]();
	return { total: page.count, rows: page.results as Thing[] };
}

/** The ids of what it holds itself. */
export function partsOf({ objects, id }: Holder, part: Part, signal?: AbortSignal): Promise<number[]> {
	const params = { path: { objects, id } };
	if (part === 'hosts') return must(polemarch.GET('/{objects}/{id}/hosts/', { params, signal }));
	if (part === 'groups') return must(polemarch.GET('/{objects}/{id}/groups/', { params, signal }));
	return must(polemarch.GET('/{objects}/{id}/inventories/', { params: { path: { objects: 'projects', id } }, signal }));
}

type Verb = 'POST' | 'DELETE';

/** By ids. */
export function change(verb: Verb, { objects, id }: Holder, part: Part, ids: readonly number[]): Promise<Changed> {
	const asked = { params: { path: { objects, id } }, body: [...ids] };
	const inProject = { params: { path: { objects: 'projects' as const, id } }, body: [...ids] };
	const add = verb === 'POST';
	switch (part) {
		case 'hosts':
			return must(add ? polemarch.POST('/{objects}/{id}/hosts/', asked) : polemarch.DELETE('/{objects}/{id}/hosts/', asked));
		case 'groups':
			return must(add ? polemarch.POST('/{objects}/{id}/groups/', asked) : polemarch.DELETE('/{objects}/{id}/groups/', asked));
		case 'inventories':
			return must(
				add
					? polemarch.POST('/{objects}/{id}/inventories/', inProject)
					: polemarch.DELETE('/{objects}/{id}/inventories/', inProject)
			);
	}
}

/** Hosts by their names; `create` makes those that are not there. */
export function addNames({ objects, id }: Holder, names: readonly string[], create: boolean): Promise<Changed> {
	const body = { names: [...names], create };
	return must(polemarch.POST('/{objects}/{id}/hosts/', { params: { path: { objects, id } }, body }));
}

/** Of several answers one. */
export function together(all: readonly Changed[]): Changed {
	const sum = (of: (one: Changed) => number) => all.reduce((n, one) => n + of(one), 0);
	return {
		total: sum((one) => one.total),
		operated: sum((one) => one.operated),
		not_found: sum((one) => one.not_found),
		failed_list: all.flatMap((one) => one.failed_list),
		...(all.some((one) => one.created !== undefined) && { created: sum((one) => one.created ?? 0) })
	};
}

/** What was asked for of what something holds is old. */
export function tellOf(client: QueryClient, holder: Holder, part: Part): void {
	void client.invalidateQueries({ queryKey: [part, 'members', holder.objects, holder.id] });
	void client.invalidateQueries({ queryKey: ['thing', holder.objects, holder.id] });
}

const AT_ONCE = 500;

/** Deletes them, many with one question: of these all or none, so that where one is refused each is asked for alone. Where no answer
 * comes to the many, the rest is left. */
export async function deleteThings(
	objects: Objects,
	ids: readonly number[],
	told: (over: number) => void = () => {},
	/** Given up, it leaves those that it has not come to. */
	signal?: AbortSignal
): Promise<Outcome<number>> {
	const outcome: Outcome<number> = { done: [], failed: [] };
	const take = ({ done, failed }: Outcome<number>) => {
		outcome.done.push(...done);
		outcome.failed.push(...failed);
		told(outcome.done.length + outcome.failed.length);
	};
	for (let from = 0; from < ids.length && !signal?.aborted; from += AT_ONCE) {
		const some = ids.slice(from, from + AT_ONCE);
		try {
			const all = some.length > 1 && (await deleteAll(objects, some));
			take(all ? { done: some, failed: [] } : await each(some, (id) => deleteOne(objects, id), undefined, signal));
		} catch (error) {
			take({ done: [], failed: ids.slice(from).map((thing) => ({ thing, error: error as Error })) });
			break;
		}
	}
	return outcome;
}

async function deleteAll(objects: Objects, ids: readonly number[]): Promise<boolean> {
	try {
		const body = ids.map((pk) => ({ type: 'del', item: about[objects].noun, pk })) as Schemas['Operations'];
		await must(polemarch.POST('/_bulk/', { body }));
		return true;
	} catch (error) {
		if (error instanceof ApiError && error.refused) return false;
		throw error;
	}
}

async function deleteOne(objects: Objects, id: number): Promise<void> {
	const params = { path: { id } };
	await {
		hosts: () => polemarch.DELETE('/hosts/{id}/', { params }),
		groups: () => polemarch.DELETE('/groups/{id}/', { params }),
		inventories: () => polemarch.DELETE('/inventories/{id}/', { params }),
		projects: () => polemarch.DELETE('/projects/{id}/', { params })
	}[objects]();
}
