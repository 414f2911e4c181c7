import type { Kind } from '../things.ts';

/** What a role on something lets one do: each role also what those before it do. */
export const roles = ['EXECUTOR', 'EDITOR', 'MASTER', 'OWNER'] as const;
export type Role = (typeof roles)[number];
/** What can be given: an owner is made in another way. */
export const granted = ['EXECUTOR', 'EDITOR', 'MASTER'] as const;
export type Granted = (typeof granted)[number];

export const roleNames: Record<Role, string> = { EXECUTOR: 'Executor', EDITOR: 'Editor', MASTER: 'Master', OWNER: 'Owner' };

export type Verb = 'see' | 'execute' | 'sync' | 'edit' | 'delete' | 'link' | 'grant' | 'own';
const needs: Record<Verb, Role> = {
	see: 'EXECUTOR',
	execute: 'EXECUTOR',
	sync: 'EXECUTOR',
	edit: 'EDITOR',
	delete: 'EDITOR',
	link: 'EDITOR',
	grant: 'MASTER',
	own: 'OWNER'
};

/** By how much one may with it: none, or one that was not asked for, comes before all. */
export const rankOf = (role: string | null | undefined): number => roles.indexOf(role as Role);

/** No role, or one that was not asked for, may nothing. */
export const may = (role: string | null | undefined, verb: Verb): boolean => rankOf(role) >= rankOf(needs[verb]);

/** What an executor may with each, and what an editor may besides. */
const words: Record<Kind, { executor: string; editor: string }> = {
	host: { executor: 'sees it, and runs on it', editor: 'changes its variables, deletes it' },
	group: {
		executor: 'sees it and all that is in it, and runs on that',
		editor: 'changes it and what is in it, deletes it'
	},
	inventory: {
		executor: 'sees it and all that is in it, and runs on that',
		editor: 'changes it and what is in it, deletes it, sees all runs on it'
	},
	project: {
		executor: 'sees it and what is in it, syncs it, runs its playbooks',
		editor: 'changes it and its schedules, deletes it, sees all its runs'
	},
	template: { executor: 'sees it, its project and its inventory, and executes it', editor: 'changes it, deletes it' },
	team: { executor: 'sees who is in it', editor: 'changes who is in it, deletes it' }
};

/** What each role may do with such a thing, in words. */
export function rolesInWords(kind: Kind): (readonly [Role, string])[] {
	const { executor, editor } = words[kind];
	return [
		['EXECUTOR', executor],
		['EDITOR', `also ${editor}`],
		['MASTER', 'also gives and takes access'],
		['OWNER', 'also makes somebody else the owner']
	];
}
