/** One host, group or inventory, without the lists of what is in it. */
import { createQuery } from '@tanstack/svelte-query';
import { must, polemarch, type Schemas } from '#lib/api/client.ts';
import { about, type Part } from '#lib/members/kinds.ts';

export interface OneThing {
	id: number;
	name: string;
	vars: Record<string, unknown>;
	/** Of hosts: HOST or RANGE. */
	type?: 'HOST' | 'RANGE';
	/** Of groups: it holds groups. */
	children?: boolean;
	owner?: Schemas['OwnerNamed'];
	role?: Schemas['Role'];
}

export async function getThing(objects: Part, id: number, signal?: AbortSignal): Promise<OneThing> {
	const path = { id };
	const expand: ('owner' | 'role')[] = ['owner', 'role'];
	const holder = { expand, parts: 'no' as const };
	const found = await {
		hosts: () => must(polemarch.GET('/hosts/{id}/', { params: { path, query: { expand } }, signal })),
		groups: () => must(polemarch.GET('/groups/{id}/', { params: { path, query: holder }, signal })),
		inventories: () => must(polemarch.GET('/inventories/{id}/', { params: { path, query: holder }, signal }))
	}[objects]();
	return found as OneThing;
}

interface Fields {
	name?: string;
	type?: 'HOST' | 'RANGE';
	vars?: Record<string, unknown>;
}

export async function changeThing(objects: Part, id: number, { vars, ...fields }: Fields): Promise<void> {
	const params = { path: { id } };
	// openapi-typescript takes names with a pattern for no members, and what has a default for required.
	const body = { ...fields, ...(vars && { vars: vars as never }) };
	await {
		hosts: () => polemarch.PATCH('/hosts/{id}/', { params, body }),
		groups: () => polemarch.PATCH('/groups/{id}/', { params, body: body as never }),
		inventories: () => polemarch.PATCH('/inventories/{id}/', { params, body })
	}[objects]();
}

export function createThing(what: () => { objects: Part; id: number }) {
	return createQuery(() => {
		const { objects, id } = what();
		const { noun, notice } = about[objects];
		return {
			queryKey: ['thing', objects, id],
			queryFn: ({ signal }) => getThing(objects, id, signal),
			meta: { what: `${noun} ${id}`, shows: [`${notice}:${id}`] }
		};
	});
}

/** How many it holds and means, which takes its time where these are a hundred thousand. Groups in it may change, too. */
export function createCounts(what: () => { objects: Part; id: number; enabled: boolean }) {
	return createQuery(() => {
		const { objects, id, enabled } = what();
		const asked = { params: { path: { id }, query: { expand: ['counts' as const], parts: 'no' as const } } };
		return {
			queryKey: ['thing', objects, id, 'counts'],
			queryFn: async ({ signal }) => {
				const found = await (objects === 'groups'
					? must(polemarch.GET('/groups/{id}/', { ...asked, signal }))
					: must(polemarch.GET('/inventories/{id}/', { ...asked, signal })));
				return (found as { counts?: Schemas['HolderCounts'] }).counts ?? null;
			},
			enabled: enabled && objects !== 'hosts',
			meta: { what: 'how many are in it', shows: [`${about[objects].notice}:${id}`, 'group'] }
		};
	});
}
