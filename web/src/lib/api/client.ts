/** The one way to the server: typed by doc/openapi.yaml, whatever goes wrong is thrown as an ApiError. */
import createClient, { type Middleware } from 'openapi-fetch';
import type { components, paths } from './schema.d.ts';

export type Schemas = components['schemas'];

/** What the server refused, in its own words; status 0: no answer came. */
export class ApiError extends Error {
	constructor(
		readonly status: number,
		message: string
	) {
		super(message);
		this.name = 'ApiError';
	}

	/** Nothing was done; else what was asked for may have been done all the same. */
	get refused(): boolean {
		return this.status >= 400 && this.status < 500;
	}
}

/** What the client must know of the session, whom it tells that it is over, and who learns its token anew (session.svelte.ts). */
export const signedIn = {
	xsrfToken: undefined as string | undefined,
	lost: () => {},
	renew: (): Promise<void> => Promise.resolve()
};

/** Whom it tells that somebody answers, or that perhaps nobody does (live.svelte.ts), and what time it is there (clock.svelte.ts). */
export const server = { answers: () => {}, doubt: () => {}, tells: (_date: string) => {} };

/** Hermes's shape of errors, or Polemarch's, or none where nginx is alone. */
function messageOf(body: unknown, status: number): string {
	const said = body as { error?: { message?: string | null }; detail?: unknown } | null;
	if (said?.error?.message) return said.error.message;
	if (typeof said?.detail === 'string') return said.detail;
	if (said?.detail) return JSON.stringify(said.detail);
	return `The server answered ${status}.`;
}

const errors: Middleware = {
	async onResponse({ response, request }) {
		server.tells(response.headers.get('Date') ?? '');
		if (response.ok) return void server.answers();
		const body: unknown = await response.json().catch(() => null);
		if (response.status >= 502 && response.status <= 504) server.doubt();
		if (response.status === 401 && !(request.method === 'POST' && request.url.endsWith('/session'))) signedIn.lost();
		throw new ApiError(response.status, messageOf(body, response.status));
	},
	onError({ error }) {
		if (error instanceof ApiError) return error;
		if ((error as Error).name !== 'AbortError') server.doubt();
		return new ApiError(0, 'The server does not answer.');
	}
};

/** Another tab may have signed in anew: the cookie is both tabs', the token here is of the session before. */
async function send(request: Request): Promise<Response> {
	if (request.method === 'GET') return fetch(request);
	const again = request.clone();
	const response = await fetch(signed(request));
	if (response.status !== 403 || !(await response.clone().text()).includes('CSRF Failed')) return response;
	await signedIn.renew();
	return fetch(signed(again));
}

function signed(request: Request): Request {
	if (signedIn.xsrfToken) request.headers.set('X-XSRFToken', signedIn.xsrfToken);
	return request;
}

export const api = createClient<paths>({
	baseUrl: '/api/v1',
	fetch: send,
	querySerializer: { array: { style: 'form', explode: true } }
});
api.use(errors);

/** The answer's data: where there is none, an error was thrown on the way. */
export async function must<T>(answer: Promise<{ data?: T }>): Promise<T> {
	return (await answer).data as T;
}
