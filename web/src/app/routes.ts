/** The pages: which address leads to which. Old addresses are those of Hermes's own page, as they stand in mails and bookmarks. */
import type { Route } from '#lib/router.svelte.ts';
import type { IconName } from '#lib/ui/Icon.svelte';

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
	{ pattern: '/v1/fates/:id', title: 'Fate', load: fates },

	{ pattern: '/projects', title: 'Projects', load: page(() => import('../features/projects/Projects.svelte')) },
	{ pattern: '/projects/:id', title: 'Project', load: page(() => import('../features/projects/Project.svelte')) },
	{ pattern: '/inventories', title: 'Inventories', load: page(() => import('../features/inventories/Inventories.svelte')) },
	{ pattern: '/inventories/:id', title: 'Inventory', load: page(() => import('../features/inventories/Inventory.svelte')) },
	{ pattern: '/groups', title: 'Groups', load: page(() => import('../features/inventories/Groups.svelte')) },
	{ pattern: '/groups/:id', title: 'Group', load: page(() => import('../features/inventories/Group.svelte')) },
	{
		pattern: '/inventory-hosts',
		title: 'Inventory hosts',
		load: page(() => import('../features/inventories/InventoryHosts.svelte'))
	},
	{
		pattern: '/inventory-hosts/:id',
		title: 'Inventory host',
		load: page(() => import('../features/inventories/InventoryHost.svelte'))
	},
	{ pattern: '/runs', title: 'Runs', load: page(() => import('../features/runs/Runs.svelte')) },
	{ pattern: '/runs/new', title: 'New run', load: page(() => import('../features/launch/Launch.svelte')) },
	{ pattern: '/runs/:id', title: 'Run', load: page(() => import('../features/run/Run.svelte')) },
	{ pattern: '/schedules', title: 'Schedules', load: page(() => import('../features/schedules/Schedules.svelte')) },
	{ pattern: '/schedules/:id', title: 'Schedule', load: page(() => import('../features/schedules/Schedule.svelte')) },
	{ pattern: '/templates', title: 'Templates', load: page(() => import('../features/templates/Templates.svelte')) },
	{ pattern: '/templates/:id', title: 'Template', load: page(() => import('../features/templates/Template.svelte')) },

	{ pattern: '/users', title: 'Users', load: page(() => import('../features/people/Users.svelte')) },
	{ pattern: '/users/:id', title: 'User', load: page(() => import('../features/people/User.svelte')) },
	{ pattern: '/teams', title: 'Teams', load: page(() => import('../features/people/Teams.svelte')) },
	{ pattern: '/teams/:id', title: 'Team', load: page(() => import('../features/people/Team.svelte')) },
	{ pattern: '/me', title: 'My account', load: page(() => import('../features/me/Me.svelte')) },
	{ pattern: '/audit', title: 'Audit', load: page(() => import('../features/audit/Audit.svelte')) },
	{ pattern: '/letters', title: 'Letters', load: page(() => import('../features/letters/Letters.svelte')) },
	{ pattern: '/webhooks', title: 'Webhooks', load: page(() => import('../features/webhooks/Webhooks.svelte')) },
	{ pattern: '/about', title: 'About', load: page(() => import('../features/about/About.svelte')) }
];

interface Link {
	href: string;
	title: string;
	icon: IconName;
	/** The one behind `g`. */
	key: string;
	/** The server shows it to superusers only. */
	superuser?: true;
}

/** The side's links by headings. */
const sections: readonly { title: string; links: readonly Link[] }[] = [
	{
		title: 'Work',
		links: [
			{ href: '/', title: 'Home', icon: 'home', key: 'd' },
			{ href: '/v1/quests/', title: 'Quests', icon: 'quest', key: 'q' },
			{ href: '/v1/labors/', title: 'Labors', icon: 'labor', key: 'l' },
			{ href: '/v1/hosts/', title: 'Hosts', icon: 'host', key: 'h' },
			{ href: '/v1/events/', title: 'Events', icon: 'event', key: 'e' },
			{ href: '/v1/event-types/', title: 'Event types', icon: 'type', key: 't' },
			{ href: '/v1/fates', title: 'Fates', icon: 'fate', key: 'f' }
		]
	},
	{
		title: 'Automation',
		links: [
			{ href: '/runs', title: 'Runs', icon: 'run', key: 'r' },
			{ href: '/projects', title: 'Projects', icon: 'project', key: 'p' },
			{ href: '/inventories', title: 'Inventories', icon: 'inventory', key: 'i' },
			{ href: '/templates', title: 'Templates', icon: 'template', key: 'm' },
			{ href: '/schedules', title: 'Schedules', icon: 'clock', key: 's' }
		]
	},
	{
		title: 'Administration',
		links: [
			{ href: '/users', title: 'Users', icon: 'user', key: 'u' },
			{ href: '/teams', title: 'Teams', icon: 'team', key: 'n' },
			{ href: '/letters', title: 'Letters', icon: 'mail', key: 'o', superuser: true },
			{ href: '/webhooks', title: 'Webhooks', icon: 'hook', key: 'w', superuser: true },
			{ href: '/audit', title: 'Audit', icon: 'audit', key: 'a', superuser: true },
			{ href: '/about', title: 'About', icon: 'help', key: 'b' }
		]
	}
];

/** Those that somebody can use. */
export const sectionsFor = (superuser: boolean) =>
	sections.map(({ title, links }) => ({ title, links: links.filter((link) => superuser || !link.superuser) }));

export const linksFor = (superuser: boolean): Link[] => sectionsFor(superuser).flatMap(({ links }) => links);
