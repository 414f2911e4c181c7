import { QueryClient } from '@tanstack/svelte-query';

/** For tests: a query client as the page's, that gives up at once. */
export const newClient = () =>
	new QueryClient({ defaultOptions: { queries: { notifyOnChangeProps: 'all', networkMode: 'always', retry: false } } });
