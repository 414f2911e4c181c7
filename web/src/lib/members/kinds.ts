/** The things that hold others, and those that are held: how the API, notices and people call them, and where their pages are. */
import { things } from '../things.ts';

export type Objects = 'hosts' | 'groups' | 'inventories' | 'projects';
/** What can be in another thing. */
export type Part = 'hosts' | 'groups' | 'inventories';

export interface Holder {
	objects: 'groups' | 'inventories' | 'projects';
	id: number;
	name: string;
}

/** Each as lib/things.ts has it; among themselves hosts of inventories are called hosts. */
const kinds = { hosts: 'host', groups: 'group', inventories: 'inventory', projects: 'project' } as const;
const aboutOf = <K extends Objects>(objects: K) => ({ ...things[kinds[objects]], noun: kinds[objects] });

export const about = {
	hosts: aboutOf('hosts'),
	groups: aboutOf('groups'),
	inventories: aboutOf('inventories'),
	projects: aboutOf('projects')
};

export const pageOf = (objects: Objects, id: number) => `${about[objects].list}/${id}`;

export const holderNotice = (holder: Holder) => `${about[holder.objects].notice}:${holder.id}`;
