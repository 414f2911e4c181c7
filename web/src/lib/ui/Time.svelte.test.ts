import { cleanup, render } from '@testing-library/svelte';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { clock } from '#lib/clock.svelte.ts';
import Time from './Time.svelte';

beforeEach(() => {
	clock.now = new Date('2026-11-14T17:00:00Z');
	clock.zone = 'UTC';
});
afterEach(cleanup);

const text = (at: string, more = {}) =>
	render(Time, { at, ...more })
		.container.textContent!.replace(/\s+/g, ' ')
		.trim();

it('says the zone and how long ago', () => expect(text('2026-11-14 14:05:00.5')).toBe('2026-11-14 14:05 UTC 2 h ago'));

it.each([
	['2026-11-14 14:05:00', '2 h ago 14:05 UTC'],
	['2026-11-13 23:59:00', '17 h ago 11-13 23:59 UTC'],
	['2025-12-31 23:59:00', '317 d ago 2025-12-31 23:59 UTC']
])('in brief, too: %s is "%s"', (at, said) => expect(text(at, { brief: true })).toBe(said));

it('in brief knows the day of the zone that was chosen', () => {
	clock.zone = 'Asia/Tokyo';
	expect(text('2026-11-14 14:05:00', { brief: true })).toBe('2 h ago 11-14 23:05 +9');
});
