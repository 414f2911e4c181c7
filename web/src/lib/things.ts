/** What has a role, an owner and a page of its own: how people, the API's paths and notices call it, and where its pages are. */
export const things = {
	host: { one: 'inventory host', many: 'inventory hosts', objects: 'hosts', notice: 'inventoryhost', list: '/inventory-hosts' },
	group: { one: 'group', many: 'groups', objects: 'groups', notice: 'group', list: '/groups' },
	inventory: { one: 'inventory', many: 'inventories', objects: 'inventories', notice: 'inventory', list: '/inventories' },
	project: { one: 'project', many: 'projects', objects: 'projects', notice: 'project', list: '/projects' },
	template: { one: 'template', many: 'templates', objects: 'templates', notice: 'template', list: '/templates' },
	team: { one: 'team', many: 'teams', objects: 'teams', notice: 'team', list: '/teams' }
} as const;

export type Kind = keyof typeof things;

export const pageOf = (kind: Kind, id: number): string => `${things[kind].list}/${id}`;
