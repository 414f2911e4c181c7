/** The one way to the server: typed by doc/openapi.yaml, whatever goes wrong is thrown as an ApiError. */
import createClient, { type Middleware } from 'openapi-fetch';
import type { components, paths } from './schema.d.ts';

export type Schemas = components['schemas'];

/** What the server refused, in its own words; status 0: no answer came. */
export class ApiError extends Error {
	constructor(
		readonly status: number,
		message: string,
		/** What is wrong with which field, where the server says so (Polemarch's family). */
		readonly fields: Readonly<Record<string, string>> = {}
	) {
		super(message);
		this.name = 'ApiError';
	}

	/** Nothing was done; else what was asked for may have been done all the same. */
	get refused(): boolean {
		return this.status >= 400 && this.status < 500;
	}
}

/** There is none, or there was one and is no more, or no more for who looks: what is here of it is not shown. */
export const isGone = ({ error }: { error: unknown }): boolean =>
	error instanceof ApiError && (error.status === 403 || error.status === 404);

/** Who asked is signed in no more: he is asked to, and nothing else need be said. */
export const isSignedOut = (error: unknown): boolean => error instanceof ApiError && error.status === 401;

/** What the client must know of the session, whom it tells that it is over, and who learns its token anew (session.svelte.ts). */
export const signedIn = {
	xsrfToken: undefined as string | undefined,
	lost: () => {},
	renew: (): Promise<void> => Promise.resolve()
};

/** Whom it tells that somebody answers, or that perhaps nobody does (live.svelte.ts), and what time it is there (clock.svelte.ts). */
export const server = { answers: () => {}, doubt: () => {}, tells: (_date: string) => {} };

/** Hermes's shape of errors, or one of Polemarch's (polemarch.txt Errors), or none where nginx is alone. */
function errorOf(body: unknown, status: number): ApiError {
	const said = body as { error?: { message?: string | null }; detail?: unknown } | null;
	if (said?.error?.message) return new ApiError(status, said.error.message);
	const detail = said?.detail ?? said;
	if (typeof detail === 'string') return new ApiError(status, detail);
	if (Array.isArray(detail)) return new ApiError(status, detail.join(' '));
	const fields = Object.fromEntries(Object.entries(detail ?? {}).map(([name, texts]) => [name, [texts].flat().join(' ')]));
	const message = Object.entries(fields).map(([name, text]) => (/_errors$/.test(name) ? text : `${name}: ${text}`));
	return new ApiError(status, message.join(' ') || `The server answered ${status}.`, fields);
}

const errors: Middleware = {
	async onResponse({ response, request }) {
		server.tells(response.headers.get('Date') ?? '');
		if (response.ok) return void server.answers();
		const body: unknown = await response.json().catch(() => null);
		if (response.status >= 502 && response.status <= 504) server.doubt();
		if (response.status === 401 && !(request.method === 'POST' && request.url.endsWith('/session'))) signedIn.lost();
		throw errorOf(body, response.status);
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

type Family<Prefix extends string> = { [P in keyof paths as P extends `${Prefix}${infer Rest}` ? Rest : never]: paths[P] };
type OfPolemarch = Family<'/polemarch/api/v1'>;

/** `explode`: a list is a parameter given several times, else one with commas. */
function clientOf<Paths extends object>(baseUrl: string, explode: boolean) {
	const client = createClient<Paths>({ baseUrl, fetch: send, querySerializer: { array: { style: 'form', explode } } });
	client.use(errors);
	return client;
}

/** Hermes's family: api.GET('/quests/{id}', ...). */
export const api = clientOf<Omit<paths, `/polemarch/${string}`>>('/api/v1', true);
/** Polemarch's: polemarch.GET('/projects/{id}/', ...), each with the slash at its end. */
export const polemarch = clientOf<OfPolemarch>('/polemarch/api/v1', false);

/** The answer's data: where there is none, an error was thrown on the way. */
export async function must<T>(answer: Promise<{ data?: T }>): Promise<T> {
	return (await answer).data as T;
}
