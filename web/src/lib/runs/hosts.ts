/** Hosts that are handed over to a new run, from wherever some were chosen. */
import { session } from '../api/session.svelte.ts';
import { router } from '../router.svelte.ts';
import { toasts } from '../toasts.svelte.ts';

const KEY = 'hosts of a new run';

/** Whoever calls it leads to /runs/new, perhaps with ?run=. False: the browser has no room for that many. */
export function handHosts(userId: number, hosts: readonly string[], storage: Storage = sessionStorage): boolean {
	try {
		storage.setItem(KEY, JSON.stringify({ userId, hosts: [...new Set(hosts)] }));
		return true;
	} catch {
		return false;
	}
}

/** Leads to a new run on these. */
export function runOn(hosts: readonly string[]): void {
	if (handHosts(session.me!.userId, hosts)) router.go('/runs/new');
	else toasts.failed('The browser has no room to keep so many hosts: export their names, and give the file to the new run.');
}

/** Those, once. */
export function takeHosts(userId: number, storage: Storage = sessionStorage): string[] {
	try {
		const handed = JSON.parse(storage.getItem(KEY) ?? '') as { userId: number; hosts: string[] };
		return handed.userId === userId ? handed.hosts : [];
	} catch {
		return [];
	} finally {
		storage.removeItem(KEY);
	}
}
