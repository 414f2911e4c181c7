/** For tests of components: what a server would answer. To be imported before all else, for the API's client takes fetch as it finds it. */
export interface Answer {
	status?: number;
	body: unknown;
}

export const server = {
	/** Path below /api/v1 and query, as they were asked for: "/hosts?limit=4". */
	asked: [] as string[],
	/** May throw: then no answer comes. */
	answer: (() => ({ status: 404, body: refusal(404, 'not found') })) as (
		path: string,
		query: URLSearchParams,
		body: unknown
	) => Answer | Promise<Answer>
};

export const refusal = (code: number, message: string) => ({ status: 'error', error: { code, message } });

globalThis.fetch = async (input) => {
	const request = input as Request;
	const url = new URL(request.url);
	const path = url.pathname.replace('/api/v1', '');
	server.asked.push((request.method === 'GET' ? '' : request.method + ' ') + path + decodeURIComponent(url.search));
	const { status = 200, body } = await server.answer(path, url.searchParams, request.body ? await request.json() : undefined);
	return new Response(JSON.stringify(body), { status, headers: { 'Content-Type': 'application/json' } });
};
