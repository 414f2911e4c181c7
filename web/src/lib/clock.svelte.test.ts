import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { server } from './api/client.ts';
import { Clock } from './clock.svelte.ts';

let clock: Clock;
beforeEach(() => {
	vi.useFakeTimers({ now: new Date('2026-11-30T12:00:00Z') });
	clock = new Clock();
});
afterEach(() => vi.useRealTimers());

it('a browser’s clock that is wrong is set right by the server’s answers, and goes on from there', () => {
	server.tells('Mon, 30 Nov 2026 17:00:00 GMT');
	expect(clock.now.toISOString()).toBe('2026-11-30T17:00:00.000Z');
	vi.advanceTimersByTime(15_000);
	expect(clock.now.toISOString()).toBe('2026-11-30T17:00:15.000Z');
	expect(clock.serverOf(new Date('2026-11-30T11:00:00Z')).toISOString()).toBe('2026-11-30T16:00:00.000Z');
});

it('a few seconds are none of its concern, nor an answer that tells no time', () => {
	for (const date of ['Mon, 30 Nov 2026 12:00:20 GMT', 'Mon, 30 Nov 2026 11:59:40 GMT', '']) server.tells(date);
	expect(clock.now.toISOString()).toBe('2026-11-30T12:00:00.000Z');
});

it('that is set right by its owner is right', () => {
	server.tells('Mon, 30 Nov 2026 17:00:00 GMT');
	vi.setSystemTime(new Date('2026-11-30T17:00:10Z'));
	server.tells('Mon, 30 Nov 2026 17:00:10 GMT');
	expect(clock.now.toISOString()).toBe('2026-11-30T17:00:10.000Z');
});
