import { beforeEach, describe, expect, it, vi } from 'vitest';
import { session } from '../api/session.svelte.ts';
import { router } from '../router.svelte.ts';
import { anna } from '../testing/session.ts';
import { toasts } from '../toasts.svelte.ts';
import { handHosts, runOn, takeHosts } from './hosts.ts';

const ME = anna.userId;

beforeEach(() => {
	sessionStorage.clear();
	for (const { id } of toasts.list) toasts.close(id);
	session.me = anna;
	router.go('/v1/hosts/');
});

describe('hosts that are handed to a new run', () => {
	it('are taken once, each of them once', () => {
		handHosts(ME, ['web-1', 'web-2', 'web-1']);
		expect(takeHosts(ME)).toEqual(['web-1', 'web-2']);
		expect(takeHosts(ME)).toEqual([]);
	});

	it('are for nobody else, who signs in in the same tab', () => {
		handHosts(ME, ['web-1']);
		expect(takeHosts(ME + 1)).toEqual([]);
		expect(takeHosts(ME)).toEqual([]);
	});

	it('lead there', () => {
		runOn(['web-1']);
		expect(router.asked.pathname).toBe('/runs/new');
		expect(takeHosts(ME)).toEqual(['web-1']);
	});

	it('are none where something else is stored', () => {
		sessionStorage.setItem('hosts of a new run', 'no JSON');
		expect(takeHosts(ME)).toEqual([]);
	});

	it('for which the browser has no room are not lost on the way: one stays, and is told what to do', () => {
		const setItem = () => {
			throw new DOMException('full', 'QuotaExceededError');
		};
		vi.stubGlobal('sessionStorage', { setItem });
		runOn(['web-1']);
		vi.unstubAllGlobals();
		expect(router.asked.pathname).toBe('/v1/hosts/');
		expect(toasts.list.map(({ text }) => text)).toEqual([expect.stringContaining('no room')]);
	});
});
