import { refusal, server } from '#lib/testing/server.ts';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { api, ApiError, must, signedIn } from './client.ts';
import { session } from './session.svelte.ts';

const me = {
	href: '',
	user: 'anna@example.net',
	userId: 1,
	username: 'anna',
	superuser: false,
	may: [],
	via: 'session',
	expiryTime: ''
};
let tokens: (string | undefined)[];
let now: { userId: number; xsrfToken: string } | undefined;
const reload = vi.fn();

beforeEach(async () => {
	tokens = [];
	now = { userId: 1, xsrfToken: 'first' };
	server.asked = [];
	server.answer = (path, _query, body) => {
		if (path === '/session') return now ? { body: { ...me, ...now } } : { status: 401, body: refusal(401, 'Sign in.') };
		tokens.push(signedIn.xsrfToken);
		if (signedIn.xsrfToken !== now?.xsrfToken) return { status: 403, body: refusal(403, 'CSRF Failed: not this session’s.') };
		return { body: { given: body } };
	};
	vi.spyOn(location, 'reload').mockImplementation(reload);
	reload.mockClear();
	session.me = undefined;
	await session.ask();
	server.asked = [];
});
afterEach(() => vi.restoreAllMocks());

const write = () => must(api.POST('/events', { body: { hostname: 'web-1', eventTypeId: 1 } as never })) as Promise<unknown>;

describe('a write with the token of a session that another tab has replaced', () => {
	it('learns the new one and is sent once more, as it was', async () => {
		now!.xsrfToken = 'second';
		expect(await write()).toEqual({ given: { hostname: 'web-1', eventTypeId: 1 } });
		expect(server.asked).toEqual(['POST /events', '/session', 'POST /events']);
		expect(tokens).toEqual(['first', 'second']);
	});

	it('is never sent in the name of somebody else: the page begins anew', async () => {
		now = { userId: 2, xsrfToken: 'theirs' };
		await expect(write()).rejects.toThrow(ApiError);
		expect(tokens).toEqual(['first']);
		expect(reload).toHaveBeenCalledTimes(1);
	});

	it('of which nobody is signed in any more asks to sign in', async () => {
		now = undefined;
		await expect(write()).rejects.toMatchObject({ status: 401 });
		expect(session.state).toBe('out');
	});

	it('that is refused for another reason is not sent again', async () => {
		server.answer = () => ({ status: 403, body: refusal(403, 'You may not.') });
		await expect(write()).rejects.toMatchObject({ status: 403, message: 'You may not.' });
		expect(server.asked).toEqual(['POST /events']);
	});
});

describe('asking who is signed in', () => {
	it('while the server is away keeps the page and its sign-in', async () => {
		session.state = 'out';
		server.answer = () => ({ status: 502, body: refusal(502, 'No worker answers.') });
		await expect(session.ask()).rejects.toThrow('No worker answers.');
		expect(session.state).toBe('out');
	});

	it('is unreachable where nobody was', async () => {
		session.me = undefined;
		server.answer = () => ({ status: 502, body: refusal(502, 'No worker answers.') });
		await expect(session.ask()).rejects.toThrow();
		expect(session.state).toBe('unreachable');
	});

	it('signing out leaves nothing of a draft behind', async () => {
		sessionStorage.setItem('draft', 'mine');
		const replace = vi.spyOn(location, 'replace').mockImplementation(() => {});
		server.answer = () => ({ body: {} });
		await session.signOut();
		expect([sessionStorage.length, replace.mock.calls]).toEqual([0, [['/']]]);
	});
});
