import { QueryClient, QueryObserver } from '@tanstack/svelte-query';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { server, signedIn } from './client.ts';
import { concerns, Live } from './live.svelte.ts';

describe('a notice concerns', () => {
	it.each([
		[['quest:12'], { kind: 'quest', ids: [11, 12] }, true],
		[['quest:12'], { kind: 'quest', ids: [1] }, false],
		[['quest:12'], { kind: 'quest' }, true],
		[['quest'], { kind: 'quest', ids: [1] }, true],
		[['labor', 'host'], { kind: 'event', ids: [1] }, false],
		[['labor'], { kind: 'all' }, true],
		[[], { kind: 'all' }, false]
	] as const)('%j, %j: %s', (shows, notice, yes) => expect(concerns(shows, notice as never)).toBe(yes));
});

class Stream extends EventTarget {
	static readonly CONNECTING = 0;
	static readonly OPEN = 1;
	static readonly CLOSED = 2;
	static made: Stream[] = [];
	readyState = Stream.CONNECTING;
	onopen = () => {};
	onerror = () => {};
	onmessage = (_: { data: string }) => {};

	constructor() {
		super();
		Stream.made.push(this);
	}
	opens() {
		this.readyState = Stream.OPEN;
		this.onopen();
	}
	/** Refused, or, by `breaks`, cut off: then the browser goes on trying. */
	refused() {
		this.readyState = Stream.CLOSED;
		this.onerror();
	}
	breaks() {
		this.readyState = Stream.CONNECTING;
		this.onerror();
	}
	close() {
		this.readyState = Stream.CLOSED;
	}
}

let live: Live;
let answers: { live: number; ping: boolean };
let asked: Record<'with' | 'without', number>;
/** How long the answer to what notices concern takes. */
let takes: number;
let pings: number;
let client: QueryClient;
let page: { visibilityState: string };
const last = () => Stream.made.at(-1)!;
const hold = (n: number) => new Promise((over) => setTimeout(over, n * 1000));
const seconds = (n: number) => vi.advanceTimersByTimeAsync(n * 1000);

/** The states that are seen within so many seconds. */
async function statesFor(n: number) {
	const seen = new Set([live.state]);
	for (let i = 0; i < n * 10; i++) {
		await seconds(0.1);
		seen.add(live.state);
	}
	return [...seen];
}

beforeEach(async () => {
	vi.useFakeTimers();
	Stream.made = [];
	answers = { live: 200, ping: true };
	page = { visibilityState: 'visible' };
	takes = pings = 0;
	vi.stubGlobal('EventSource', Stream);
	vi.stubGlobal('document', page);
	vi.stubGlobal('fetch', (path: string) => {
		if (path === '/api/v1/live') return Promise.resolve(new Response('', { status: answers.live }));
		pings++;
		return answers.ping ? Promise.resolve(new Response()) : Promise.reject(new Error('nobody'));
	});
	client = new QueryClient({ defaultOptions: { queries: { networkMode: 'always', retry: false } } });
	client.mount();
	asked = { with: 0, without: 0 };
	for (const name of ['with', 'without'] as const)
		new QueryObserver(client, {
			queryKey: [name],
			queryFn: async () => {
				const n = ++asked[name];
				if (name === 'with' && takes > 0) await hold(takes);
				return n;
			},
			staleTime: 10_000,
			meta: { what: name, shows: name === 'with' ? ['labor'] : [] }
		}).subscribe(() => {});
	live = new Live();
	live.start(client);
	await seconds(0.9);
	asked = { with: 0, without: 0 };
});

afterEach(() => {
	live.stop();
	vi.useRealTimers();
	vi.unstubAllGlobals();
});

describe('the stream of changes', () => {
	it('is waited for, then live; what a notice concerns is asked for anew', async () => {
		expect(live.state).toBe('connecting');
		last().opens();
		expect(live.state).toBe('live');
		await seconds(1);
		expect(asked).toEqual({ with: 0, without: 0 });
		last().onmessage({ data: '[{"kind":"labor","ids":[1]}]' });
		await seconds(1);
		expect(asked).toEqual({ with: 1, without: 0 });
	});

	it('that comes back after it broke asks for everything, for nobody tells what was missed', async () => {
		last().opens();
		last().breaks();
		expect(live.state).toBe('connecting');
		await seconds(3);
		asked = { with: 0, without: 0 };
		last().opens();
		await seconds(1);
		expect([live.state, asked]).toEqual(['live', { with: 1, without: 1 }]);
	});

	it('that took seconds to open asks for everything, for nobody tells what was missed', async () => {
		await seconds(0.5);
		last().opens();
		await seconds(0.1);
		expect(asked).toEqual({ with: 1, without: 1 });
	});

	it('after signing in anew, with which everything was asked for, opens without asking for it twice', async () => {
		last().opens();
		live.stop();
		await seconds(60);
		live.start(client);
		await seconds(0.5);
		last().opens();
		await seconds(1);
		expect(asked).toEqual({ with: 0, without: 0 });
	});

	it('that was refused while workers answer: it polls, and tries again without a flicker, and asks for everything when it opens', async () => {
		last().opens();
		answers.live = 503;
		last().refused();
		await seconds(0.1);
		expect(live.state).toBe('polling');
		expect(asked).toEqual({ with: 0, without: 0 });
		await seconds(2.5);
		expect(asked).toEqual({ with: 1, without: 0 });
		for (let i = 0; i < 3; i++) {
			expect(await statesFor(3)).toEqual(['polling']);
			last().refused();
		}
		expect(Stream.made.length).toBeGreaterThanOrEqual(4);
		await seconds(3);
		asked = { with: 0, without: 0 };
		last().opens();
		await seconds(0.1);
		expect([live.state, asked]).toEqual(['live', { with: 1, without: 1 }]);
		await seconds(5);
		expect(asked).toEqual({ with: 1, without: 1 }); // and polls no more
	});

	it('that was refused where nobody answers: away it is, and stays so, however often it is refused', async () => {
		last().opens();
		answers = { live: 502, ping: false };
		last().refused();
		await seconds(0.1);
		expect(live.state).toBe('away');
		for (let i = 0; i < 4; i++) {
			expect(await statesFor(3.2)).toEqual(['away']);
			last().refused();
		}
		answers = { live: 200, ping: true };
		await seconds(4);
		last().opens();
		expect(live.state).toBe('live');
	});

	it('that there is not is never asked for again: the page polls, while it is seen', async () => {
		answers.live = 404;
		last().refused();
		await seconds(9);
		expect(live.state).toBe('polling');
		expect(Stream.made).toHaveLength(1);
		expect(asked).toEqual({ with: 4, without: 0 });
		page.visibilityState = 'hidden';
		await seconds(10);
		expect(asked.with).toBe(4);
	});

	it('that says nothing for 75 seconds, not even a ping, is opened anew', async () => {
		last().opens();
		for (let i = 0; i < 3; i++) {
			await seconds(60);
			last().dispatchEvent(new Event('ping'));
		}
		expect(Stream.made).toHaveLength(1);
		await seconds(74);
		expect(live.state).toBe('live');
		await seconds(2);
		expect([live.state, Stream.made.length]).toEqual(['connecting', 2]);
		asked = { with: 0, without: 0 };
		last().opens();
		await seconds(1);
		expect(asked).toEqual({ with: 1, without: 1 });
	});

	it('of somebody who is signed out is the sign-in’s affair', async () => {
		const lost = vi.spyOn(signedIn, 'lost');
		answers.live = 401;
		last().refused();
		await seconds(10);
		expect(lost).toHaveBeenCalledTimes(1);
		expect(Stream.made).toHaveLength(1);
	});
});

describe('an answer that took long', () => {
	const often = async (n: number) => {
		for (let i = 0; i < n * 5; i++) {
			last().onmessage({ data: '[{"kind":"labor","ids":[1]}]' });
			await seconds(0.2);
		}
	};

	it('rests for three times as long, however much changes, and is asked for when it has rested', async () => {
		last().opens();
		await seconds(1);
		takes = 4;
		await often(1);
		expect(asked.with).toBe(1);
		await often(14); // an answer after 4 s, rest until after 16
		expect(asked.with).toBe(1);
		await seconds(3);
		expect(asked.with).toBe(2);
	});

	it('rests for half a minute at most', async () => {
		last().opens();
		await seconds(1);
		takes = 60;
		await often(61);
		await seconds(28);
		expect(asked.with).toBe(1);
		await seconds(3);
		expect(asked.with).toBe(2);
	});

	it('rests while the page polls, too', async () => {
		takes = 4;
		answers.live = 404;
		last().refused();
		await seconds(15);
		expect(asked.with).toBe(1);
		await seconds(5);
		expect(asked.with).toBe(2);
	});

	it('does not have others asked for while it rests, of which nothing new was said', async () => {
		const other = vi.fn(() => 1);
		new QueryObserver(client, { queryKey: ['small'], queryFn: other, meta: { what: '', shows: ['labor'] } }).subscribe(() => {});
		last().opens();
		takes = 4;
		await seconds(1);
		await often(1);
		await seconds(5);
		other.mockClear();
		last().onmessage({ data: '[{"kind":"labor","ids":[1]}]' });
		await seconds(9);
		expect(other).toHaveBeenCalledTimes(1);
	});
});

describe('a server that does not answer', () => {
	it('is away while the stream stands, until it answers; then everything is asked for anew', async () => {
		last().opens();
		answers.ping = false;
		server.doubt();
		await seconds(0.1);
		expect(await statesFor(7)).toEqual(['away']);
		expect(asked).toEqual({ with: 0, without: 0 });
		answers.ping = true;
		await seconds(2.1);
		expect([live.state, asked]).toEqual(['live', { with: 1, without: 1 }]);
	});

	it('is not meant where the query server alone refuses', async () => {
		last().opens();
		for (let i = 0; i < 20; i++) {
			server.doubt();
			server.doubt();
			expect(await statesFor(1)).toEqual(['live']);
		}
		expect(asked).toEqual({ with: 0, without: 0 });
		expect(pings).toBe(20);
	});

	it('is nobody’s concern before somebody has signed in', async () => {
		live.stop();
		server.doubt();
		await seconds(10);
		expect([live.state, pings]).toEqual(['connecting', 0]);
	});
});

describe('when the server was last heard of', () => {
	it('is when it last answered, also while the page polls', async () => {
		answers.live = 404;
		last().refused();
		await seconds(30);
		const at = Date.now();
		server.answers();
		await seconds(5);
		expect(live.heard.getTime()).toBe(at);
	});

	it('is not when a stream was merely asked for', async () => {
		last().opens();
		const at = Date.now();
		await seconds(80);
		expect(Stream.made).toHaveLength(2);
		expect(live.heard.getTime()).toBe(at);
	});
});
