import { refusal, server } from '#lib/testing/server.ts';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { api, ApiError, must, polemarch, server as told, signedIn } from './client.ts';
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

describe('an address', () => {
	it('has a list as a parameter given several times, or, with Polemarch’s family, with commas', async () => {
		server.answer = () => ({ body: {} });
		await api.GET('/events', { params: { query: { eventTypeId: [1, 2], limit: 5, hostname: undefined } } } as never);
		await polemarch.GET('/projects/', { params: { query: { expand: ['owner', 'role'], id: [] } } } as never);
		expect(server.asked).toEqual(['/events?eventTypeId=1&eventTypeId=2&limit=5', '/polemarch/projects/?expand=owner,role']);
	});

	it('has names in it as what they are', async () => {
		const sent = vi.spyOn(globalThis, 'fetch');
		server.answer = () => ({ body: {} });
		await api.GET('/hosts/{hostname}', { params: { path: { hostname: 'a/b c' }, query: { q: 'a&b=c' } } } as never);
		expect((sent.mock.calls[0]![0] as Request).url).toMatch(/\/api\/v1\/hosts\/a%2Fb%20c\?q=a%26b%3Dc$/);
	});
});

it('an answer without a body has no data', async () => {
	vi.spyOn(globalThis, 'fetch').mockResolvedValue(new Response(null, { status: 204 }));
	expect(await must(polemarch.DELETE('/users/{id}/', { params: { path: { id: 3 } } }))).toBeUndefined();
});

it('who does not answer is doubted, but not who was asked in vain', async () => {
	const doubt = vi.spyOn(told, 'doubt');
	const fetched = vi.spyOn(globalThis, 'fetch').mockRejectedValue(new TypeError('Failed to fetch'));
	await expect(must(api.GET('/home'))).rejects.toMatchObject({ status: 0, message: 'The server does not answer.' });
	expect(doubt).toHaveBeenCalledTimes(1);
	fetched.mockRejectedValue(new DOMException('…', 'AbortError'));
	await expect(must(api.GET('/home'))).rejects.toMatchObject({ status: 0 });
	expect(doubt).toHaveBeenCalledTimes(1);
});
