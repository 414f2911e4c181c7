import { cleanup, render } from '@testing-library/svelte';
import { afterEach, expect, it } from 'vitest';
import type { Schemas } from '#lib/api/client.ts';
import { clock } from '#lib/clock.svelte.ts';
import DueText from './DueText.svelte';

afterEach(cleanup);

function said(more: Partial<Schemas['Quest']>, bare = false) {
	clock.now = new Date('2026-11-30T12:00:00Z');
	clock.zone = 'UTC';
	const quest = { targetTime: '2026-11-28 12:00:00', completionTime: null, openLabors: 5, ...more } as Schemas['Quest'];
	const { container } = render(DueText, { quest, bare });
	const text = container.textContent.replace(/\s+/g, ' ');
	cleanup();
	return text;
}

it('a quest says when it is due, and how far away that is', () => {
	expect(said({})).toBe('overdue by 2 d 11-28 12:00 UTC');
	expect(said({ targetTime: null })).toBe('no due time');
});

it('a completed one says when that was, and whether it was late', () => {
	expect(said({ completionTime: '2026-11-27 09:30:00' })).toBe('done 3 d ago 11-27 09:30 UTC');
	expect(said({ completionTime: '2026-11-30 09:30:00' })).toBe('done late 2 h ago 09:30 UTC');
	expect(said({ completionTime: '2026-11-30 09:30:00', targetTime: null })).toBe('done 2 h ago 09:30 UTC');
});

it('where the time stands beside it, it says the rest', () => expect(said({}, true)).toBe('overdue by 2 d'));
