import { cleanup, render } from '@testing-library/svelte';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createKept } from './kept.svelte.ts';
import { router } from './router.svelte.ts';
import Within from './testing/Within.svelte';

interface Draft {
	hosts: readonly string[];
	pasted: string;
	sent: string | undefined;
	text: string;
}
const empty: Draft = { hosts: [], pasted: '', sent: undefined, text: '' };

let stored: Draft;
let room: number;
let sending: string | undefined;
const asked = vi.fn((_question?: string) => false);

beforeEach(() => {
	vi.useFakeTimers();
	vi.stubGlobal('confirm', asked);
	asked.mockClear();
	stored = empty;
	room = Infinity;
	sending = undefined;
	router.go('/form');
});
afterEach(() => {
	cleanup();
	vi.unstubAllGlobals();
	vi.useRealTimers();
});

function open(asks?: boolean) {
	let form!: ReturnType<typeof createKept<Draft>>;
	const { unmount } = render(Within, {
		call: () => {
			form = createKept<Draft>({
				first: empty,
				read: () => stored,
				keep(draft) {
					if (draft.hosts.length > room) return false;
					stored = draft;
					return true;
				},
				isBegun: ({ hosts, text, sent }) => hosts.length > 0 || text !== '' || sent !== undefined,
				sending: () => sending,
				...(asks !== undefined && { asks })
			});
		}
	});
	return { form, leave: unmount };
}
/** Does the browser ask who closes the tab? */
const stops = () => !window.dispatchEvent(new Event('beforeunload', { cancelable: true }));

describe('what somebody has begun', () => {
	it('is written down a moment after he has typed', () => {
		const { form } = open();
		form.change({ text: 'a' });
		form.change({ text: 'ab' });
		expect([form.draft.text, stored.text]).toEqual(['ab', '']);
		vi.advanceTimersByTime(300);
		expect(stored.text).toBe('ab');
	});

	it('is written down at once when it is sent, when he leaves, and when he closes the tab', () => {
		const { form, leave } = open();
		form.change({ sent: 'now' });
		expect(stored.sent).toBe('now');
		form.change({ text: 'a' });
		expect(stops()).toBe(false);
		expect(stored.text).toBe('a');
		form.change({ text: 'b' });
		leave();
		expect(stored.text).toBe('b');
	});

	it('is not mixed up with the answer to what was sent before he left', () => {
		const { form, leave } = open();
		form.change({ text: 'first', sent: 'now' });
		leave();
		stored = { ...empty, text: 'another' };
		form.change(empty);
		expect(stored.text).toBe('another');
		stored = { ...empty, text: 'first', sent: 'now' };
		form.change(empty);
		expect(stored).toEqual(empty);
	});

	it('for which there is no room is not left unasked; that it was sent is kept all the same', () => {
		room = 1;
		const { form } = open();
		form.change({ hosts: ['a', 'b'], pasted: 'c', sent: 'now' });
		expect(form.kept).toBe(false);
		expect(stored).toEqual({ ...empty, sent: 'now' });
		router.go('/elsewhere');
		expect(asked.mock.calls).toEqual([[expect.stringContaining('no room')]]);
		expect([router.asked.pathname, stops()]).toEqual(['/form', true]);
	});

	it('is not left unasked while it is being sent', () => {
		open();
		sending = 'The run is being started';
		router.go('/elsewhere');
		expect(asked.mock.calls).toEqual([['The run is being started: its answer has not come yet. Leave all the same?']]);
		expect([router.asked.pathname, stops()]).toEqual(['/form', true]);
	});

	it('is left for another part of the page, and for another page when it is kept, without a word', () => {
		const { form } = open();
		form.change({ text: 'a' });
		form.flush();
		router.go('/form?step=2');
		router.go('/elsewhere');
		expect([asked.mock.calls.length, router.asked.pathname]).toEqual([0, '/elsewhere']);
	});

	it.each([
		[undefined, false],
		[true, true]
	])('is lost with the tab: who closes it is asked where the form wants that (%s)', (asks, stopped) => {
		const { form, leave } = open(asks);
		expect(stops()).toBe(false);
		form.change({ text: 'a' });
		expect(stops()).toBe(stopped);
		leave();
		expect(stops()).toBe(false);
	});
});
