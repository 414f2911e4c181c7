/** What could be meant at the cursor of a host query: keys, values that the fleet has, hosts, what joins conditions. */
import { createQuery } from '@tanstack/svelte-query';
import { api, must } from '../api/client.ts';
import { still } from '../still.svelte.ts';
import { keys, quoted, tagTerm, type Place } from './query.ts';

export interface Offer {
	/** What is put into the query. */
	put: string;
	text: string;
	about: string;
	/** Something must follow at once: a key's value. */
	more: boolean;
}

/** What the server finds, of each kind that it was asked for. */
interface Found {
	hosts?: readonly { hostname: string; owner?: string | null }[];
	quests?: readonly { id: number; description: string }[];
	eventTypes?: readonly { category: string; state: string }[];
	owners?: readonly string[];
	tags?: readonly string[];
	groups?: readonly string[];
}

type Kind = 'hosts' | 'quests' | 'eventTypes' | 'owners' | 'tags' | 'groups';
const kindsOf: Record<string, Kind> = {
	name: 'hosts',
	owner: 'owners',
	tag: 'tags',
	group: 'groups',
	labor: 'eventTypes',
	quest: 'quests'
};
const EACH = 5;

/** Things of these kinds that begin so or contain it. */
export function find(kinds: Kind[], q: string, limit: number, signal: AbortSignal) {
	const querySerializer = { array: { style: 'form', explode: false } } as const;
	return must(api.GET('/search', { params: { query: { q, kinds, limit } }, querySerializer, signal }));
}

/** What the server is to look for, if anything. */
export function lookup(place: Place): { kinds: Kind[]; q: string } | undefined {
	if (place.kind === 'term' && place.word !== '') return { kinds: ['hosts', 'tags', 'owners', 'groups'], q: place.word };
	if (place.kind !== 'value') return undefined;
	const kind = kindsOf[place.key];
	// Any other key is that of tags: site=am looks for tags that begin with it.
	const q = kind ? place.word : `${place.key}=${place.word}`;
	return q === '' || q.length > 200 ? undefined : { kinds: [kind ?? 'tags'], q };
}

/** `found`: what the server has found for it. */
export function offers(place: Place, found: Found = {}): Offer[] {
	switch (place.kind) {
		case 'term':
			return terms(place.word.toLowerCase(), found);
		case 'value':
			return values(place.key, found);
		case 'joiner':
			return ['and', 'or', 'and not']
				.filter((word) => word.startsWith(place.word.toLowerCase()))
				.map((word) => ({ put: word, text: word, about: '', more: false }));
		default:
			return [];
	}
}

function terms(word: string, found: Found): Offer[] {
	const known = keys
		.filter(({ key }) => key.startsWith(word))
		.map(({ key, about }) => ({ put: `${key}=`, text: `${key}=`, about, more: true }));
	const not = word !== '' && 'not'.startsWith(word) ? [{ put: 'not', text: 'not', about: 'all others', more: false }] : [];
	const condition = (key: string, about: string) => (value: string) => ({
		put: `${key}=${quoted(value)}`,
		text: `${key}=${value}`,
		about,
		more: false
	});
	return [
		...known,
		...not,
		...(found.tags ?? []).map((tag) => ({ put: tagTerm(tag), text: tagTerm(tag), about: 'tag', more: false })),
		...(found.owners ?? []).map(condition('owner', 'owner')),
		...(found.groups ?? []).map(condition('group', 'group')),
		...(found.hosts ?? []).map((host) => ({ put: quoted(host.hostname), text: host.hostname, about: 'host', more: false }))
	];
}

function values(key: string, found: Found): Offer[] {
	const plain = (value: string, about = '') => ({ put: quoted(value), text: value, about, more: false });
	switch (kindsOf[key]) {
		case 'hosts':
			return (found.hosts ?? []).map((host) => plain(host.hostname, host.owner ?? ''));
		case 'owners':
			return (found.owners ?? []).map((owner) => plain(owner));
		case 'tags':
			return (found.tags ?? []).map((tag) => plain(tag));
		case 'groups':
			return (found.groups ?? []).map((group) => plain(group));
		case 'eventTypes':
			return (found.eventTypes ?? []).map((type) => plain(`${type.category}-${type.state}`));
		case 'quests':
			return (found.quests ?? []).map((quest) => plain(String(quest.id), quest.description));
		default:
			return (found.tags ?? []).filter((tag) => tag.startsWith(key + '=')).map((tag) => plain(tag.slice(key.length + 1)));
	}
}

/** To be made while a component is. `place`: undefined while nobody types. */
export function createCompletion(place: () => Place | undefined) {
	const asked = still(() => {
		const now = place();
		return now && lookup(now);
	}, 120);
	const found = createQuery(() => ({
		queryKey: ['completion', asked.value],
		queryFn: ({ signal }) => find(asked.value!.kinds, asked.value!.q, EACH, signal),
		enabled: asked.value !== undefined,
		staleTime: 60_000,
		retry: false,
		meta: { what: 'what can be typed on' }
	}));
	return {
		get offers(): Offer[] {
			const now = place();
			if (!now) return [];
			const wanted = lookup(now);
			// An answer to what was typed before is none to what is typed now.
			const fits = wanted !== undefined && asked.value?.q === wanted.q && asked.value.kinds.join() === wanted.kinds.join();
			return offers(now, fits ? found.data : undefined);
		}
	};
}
