import { expect, it, vi } from 'vitest';
import { ApiError } from './api/client.ts';
import { once } from './once.svelte.ts';

it('two presses of one moment are one deed, and a third after it another', async () => {
	let done = () => {};
	const deed = vi.fn((_: string) => new Promise<void>((over) => (done = over)));
	const send = once(deed);
	const first = send('a');
	void send('b');
	expect(send.busy).toBe(true);
	done();
	await first;
	expect(send.busy).toBe(false);
	void send('c');
	expect(deed.mock.calls).toEqual([['a'], ['c']]);
});

it('what goes wrong is told, not thrown, until it is tried again', async () => {
	let error: Error | undefined = new Error('No.');
	const send = once(() => (error ? Promise.reject(error) : Promise.resolve()));
	await send();
	expect([send.busy, send.failed]).toEqual([false, error]);
	error = undefined;
	const again = send();
	expect(send.failed).toBeUndefined();
	await again;
});

it('that the session has ended is no failure of the deed, which can be done once one has signed in again', async () => {
	const send = once(() => Promise.reject(new ApiError(401, 'Sign in.')));
	await send();
	expect([send.busy, send.failed]).toEqual([false, undefined]);
});
