/** The pages: which address leads to which. Old addresses are those of Hermes's own page, as they stand in mails and bookmarks. */
import type { Route } from '#lib/router.svelte.ts';

type Page = Route['load'];
const page = (load: () => Promise<unknown>) => load as Page;

const home = page(() => import('../features/home/Home.svelte'));
const fates = page(() => import('../features/fates/Fates.svelte'));

export const routes: readonly Route[] = [
	{ pattern: '/', title: 'Home', load: home },
	{ pattern: '/home', title: 'Home', load: home },
	{ pattern: '/v1', title: 'Home', load: home },
	{ pattern: '/v1/quests', title: 'Quests', load: page(() => import('../features/quests/Quests.svelte')) },
	{ pattern: '/v1/quests/:id', title: 'Quest', load: page(() => import('../features/quests/Quest.svelte')) },
	{ pattern: '/v1/quest/new', title: 'New quest', load: page(() => import('../features/new-quest/NewQuest.svelte')) },
	{ pattern: '/v1/labors', title: 'Labors', load: page(() => import('../features/labors/Labors.svelte')) },
	{ pattern: '/v1/labors/:id', title: 'Labor', load: page(() => import('../features/labors/Labor.svelte')) },
	{ pattern: '/v1/hosts', title: 'Hosts', load: page(() => import('../features/hosts/Hosts.svelte')) },
	{ pattern: '/v1/hosts/:name', title: 'Host', load: page(() => import('../features/hosts/Host.svelte')) },
	{ pattern: '/v1/events', title: 'Events', load: page(() => import('../features/events/Events.svelte')) },
	{ pattern: '/v1/events/:id', title: 'Event', load: page(() => import('../features/events/Event.svelte')) },
	{ pattern: '/v1/event-types', title: 'Event types', load: page(() => import('../features/event-types/EventTypes.svelte')) },
	{ pattern: '/v1/fates', title: 'Fates', load: fates },
	{ pattern: '/v1/fates/:id', title: 'Fate', load: fates }
];

/** The side's links; the key is the one behind `g`. */
export const navigation = [
	{ href: '/', title: 'Home', icon: 'home', key: 'd' },
	{ href: '/v1/quests/', title: 'Quests', icon: 'quest', key: 'q' },
	{ href: '/v1/labors/', title: 'Labors', icon: 'labor', key: 'l' },
	{ href: '/v1/hosts/', title: 'Hosts', icon: 'host', key: 'h' },
	{ href: '/v1/events/', title: 'Events', icon: 'event', key: 'e' },
	{ href: '/v1/event-types/', title: 'Event types', icon: 'type', key: 't' },
	{ href: '/v1/fates', title: 'Fates', icon: 'fate', key: 'f' }
] as const;
