/**
 * The event types and fates, which are few and change seldom: asked for once, told anew when they change. What can be said of them
 * by themselves is said here: chains, what an event opens and closes.
 */
import { createQuery } from '@tanstack/svelte-query';
import { api, must, type Schemas } from '../api/client.ts';

export type Fate = Schemas['Fate'];
export type EventType = Schemas['EventType'];

export class Definitions {
	readonly typeById: ReadonlyMap<number, EventType>;
	readonly fateById: ReadonlyMap<number, Fate>;

	constructor(
		readonly types: readonly EventType[],
		readonly fates: readonly Fate[]
	) {
		this.typeById = new Map(types.map((type) => [type.id, type]));
		this.fateById = new Map(fates.map((fate) => [fate.id, fate]));
	}

	/** "system-reboot required" */
	typeName(id: number): string {
		const type = this.typeById.get(id);
		return type ? `${type.category} ${type.state}` : `event type ${id}`;
	}

	/** Does the type's state tell of a failure, as GET /home has them? */
	isFailure(id: number): boolean {
		return /fail|error|unreachable/i.test(this.typeById.get(id)?.state ?? '');
	}

	/** A labor's step is named by the event that opens it. */
	step(fateId: number): string {
		const fate = this.fateById.get(fateId);
		return fate ? this.typeName(fate.creationEventTypeId) : `fate ${fateId}`;
	}

	/** Whom a labor, or one of the fate, waits for. */
	waitsFor(one: Pick<Fate, 'forOwner' | 'forCreator'>): string {
		return one.forOwner && one.forCreator ? 'owner and creator' : one.forOwner ? 'owner' : 'creator';
	}

	/** Those that come next. */
	after(fateId: number): Fate[] {
		return this.fates.filter((fate) => fate.followsId === fateId);
	}

	/** Does a labor of the fate stay open until something happens, or is the fate an end? */
	isEnd(fate: Fate): boolean {
		return fate.precedesIds.length === 0 && fate.followsId !== null;
	}

	/** Fates that begin a chain. */
	starts(): Fate[] {
		return this.fates.filter((fate) => fate.followsId === null);
	}

	/** The fate that begins the chain of this one. */
	root(fateId: number): number {
		let id = fateId;
		for (let fate = this.fateById.get(id); fate && fate.followsId !== null; fate = this.fateById.get(id)) id = fate.followsId;
		return id;
	}

	/** The fate and all that come behind it, each before those that follow it. */
	chain(rootId: number): Fate[] {
		const root = this.fateById.get(rootId);
		return root ? [root, ...this.after(rootId).flatMap((fate) => this.chain(fate.id))] : [];
	}

	/** The types of the events that close a labor of the fate. */
	waysOn(fateId: number): number[] {
		return [...new Set(this.after(fateId).map((fate) => fate.creationEventTypeId))];
	}

	/** Those that begin with an event of the type: the first opens a labor by itself, the others only in quests that name them. */
	startsOf(typeId: number): Fate[] {
		return this.starts()
			.filter((fate) => fate.creationEventTypeId === typeId)
			.sort((a, b) => a.id - b.id);
	}

	/** The starting fate that opens a labor for an event of the type. */
	opens(typeId: number): Fate | undefined {
		return this.startsOf(typeId)[0];
	}

	/** The fates by which an event of the type closes a labor. */
	closes(typeId: number): Fate[] {
		return this.fates.filter((fate) => fate.creationEventTypeId === typeId && fate.followsId !== null);
	}
}

/** To be made while a component is. */
export function createDefinitions() {
	return createQuery(() => ({
		queryKey: ['definitions'],
		queryFn: async ({ signal }) => {
			const query = { limit: 'all' as const };
			const [types, fates] = await Promise.all([
				must(api.GET('/eventtypes', { params: { query }, signal })),
				must(api.GET('/fates', { params: { query }, signal }))
			]);
			return new Definitions(types.eventTypes, fates.fates);
		},
		staleTime: 300_000,
		structuralSharing: false,
		meta: { what: 'event types and fates', shows: ['fate', 'eventtype'] }
	}));
}
