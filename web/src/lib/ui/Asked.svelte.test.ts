import { cleanup, render, screen } from '@testing-library/svelte';
import { createRawSnippet } from 'svelte';
import { afterEach, expect, it } from 'vitest';
import { ApiError } from '#lib/api/client.ts';
import Asked from './Asked.svelte';

const children = createRawSnippet(() => ({ render: () => '<p>12 hosts</p>' }));
const show = (query: object) => render(Asked as never, { query, what: 'the hosts', children } as never);
afterEach(cleanup);

it('what is there stays on the screen where it can’t be got anew', () => {
	show({ data: 12, isError: true, error: new ApiError(503, 'Too many searches.') });
	expect([screen.queryByText('12 hosts') !== null, screen.queryByRole('alert')]).toEqual([true, null]);
});

it.each([403, 404])('what is gone, or may be seen no more (%d), does not', (status) => {
	show({ data: 12, isError: true, error: new ApiError(status, 'No more.') });
	expect(screen.queryByText('12 hosts')).toBeNull();
	expect(screen.getByRole('alert').textContent).toMatch(/Could not get the hosts\s*No more\./);
});
