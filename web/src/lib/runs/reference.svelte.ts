/** What the installed Ansible takes and has, as a runner has told. It seldom changes. */
import { createQuery } from '@tanstack/svelte-query';
import { must, polemarch } from '../api/client.ts';
import type { Options } from './arguments.ts';

const HOUR = 3_600_000; // ms

/** Options of ansible-playbook, or, of a module, of ansible. */
export function createOptions(kind: () => 'PLAYBOOK' | 'MODULE') {
	return createQuery(() => {
		const tool = kind() === 'MODULE' ? 'module' : 'playbook';
		return {
			queryKey: ['ansible options', tool],
			queryFn: async ({ signal }) => {
				const all = await must(polemarch.GET('/ansible/cli_reference/', { params: { query: { filter: tool } }, signal }));
				return ((all as Record<string, unknown>)[tool] ?? {}) as Options;
			},
			staleTime: HOUR,
			meta: { what: 'the options of Ansible' }
		};
	});
}

export interface Module {
	path: string;
	about: string;
}

/** All modules with a line of what each does. */
export function createModules() {
	return createQuery(() => ({
		queryKey: ['ansible modules'],
		queryFn: async ({ signal }): Promise<Module[]> => {
			const found = await must(polemarch.GET('/ansible/modules/', { params: { query: { detailed: '1' } }, signal }));
			return found.map((one) =>
				typeof one === 'string'
					? { path: one, about: '' }
					: { path: one.path, about: String((one.data as Record<string, unknown>)['short_description'] ?? '') }
			);
		},
		staleTime: HOUR,
		meta: { what: 'the modules of Ansible' }
	}));
}
