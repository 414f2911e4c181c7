import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { router } from './router.svelte.ts';

beforeAll(() => router.start());
beforeEach(() => {
	router.go('/v1/labors/?mine=true');
});

/** What the browser does at its back button. */
function back(to: string, entry: unknown) {
	history.replaceState(entry, '', to);
	dispatchEvent(new PopStateEvent('popstate', { state: entry }));
}

describe('what a page keeps of where one was', () => {
	it('is there when the back button leads to it, and not for who comes by a link', () => {
		const entry: unknown = history.state;
		router.place.set('chosen', [1, 2]);
		router.go('/v1/hosts/web-1');
		expect(router.place.has('chosen')).toBe(false);
		router.go('/v1/labors/?mine=true');
		expect(router.place.has('chosen')).toBe(false);
		back('/v1/labors/?mine=true', entry);
		expect(router.place.get('chosen')).toEqual([1, 2]);
	});

	it('goes along with a filter that is set, whose entry has a place of its own from then on', () => {
		const entry: unknown = history.state;
		router.place.set('chosen', [1]);
		router.set({ status: ['done'] }, { push: true });
		expect(router.place.get('chosen')).toEqual([1]);
		router.place.set('chosen', [1, 2]);
		back('/v1/labors/?mine=true', entry);
		expect(router.place.get('chosen')).toEqual([1]);
	});

	it('is not lost where leaving was refused', () => {
		router.place.set('chosen', [1]);
		const release = router.hold(() => false);
		back('/v1/hosts/', 17);
		release();
		expect([location.pathname, router.path, router.place.get('chosen')]).toEqual(['/v1/labors/', '/v1/labors/', [1]]);
	});

	it('has the window scrolled as it was', async () => {
		const scrollTo = vi.spyOn(window, 'scrollTo').mockImplementation(() => {});
		const entry: unknown = history.state;
		router.place.set('scrolled', 400);
		router.go('/v1/hosts/');
		await vi.waitFor(() => expect(scrollTo.mock.lastCall).toEqual([0, 0]));
		back('/v1/labors/?mine=true', entry);
		await vi.waitFor(() => expect(scrollTo.mock.lastCall).toEqual([0, 400]));
	});
});

describe('where something is typed', () => {
	it('each who has said so is asked, and told whether the page is left, and whether by the back button', () => {
		const asked: unknown[] = [];
		const releases = [true, false].map((may) => router.hold((leaving) => (asked.push(leaving), may)));
		router.go('/v1/hosts/');
		back('/v1/labors/', 17);
		expect(asked).toEqual([
			{ page: true, back: false },
			{ page: true, back: false },
			{ page: false, back: true },
			{ page: false, back: true }
		]);
		expect([location.pathname + location.search, router.path]).toEqual(['/v1/labors/?mine=true', '/v1/labors/']);
		for (const release of releases) release();
		router.go('/v1/hosts/');
		expect(router.path).toBe('/v1/hosts/');
	});
});
