import { isSignedOut } from './api/client.ts';

/** A deed of a button: called again while it is under way it does nothing. `busy` is for aria-disabled (a button that is `disabled`
 * loses the focus), `failed` is why the last call failed: it is not thrown. That the session has ended is said by asking to sign in. */
export function once<A extends unknown[]>(deed: (...args: A) => Promise<unknown>) {
	let busy = $state(false);
	let failed = $state.raw<Error>();
	const send = async (...args: A): Promise<void> => {
		if (busy) return;
		busy = true;
		failed = undefined;
		try {
			await deed(...args);
		} catch (error) {
			if (!isSignedOut(error)) failed = error as Error;
		} finally {
			busy = false;
		}
	};
	return Object.defineProperties(send, { busy: { get: () => busy }, failed: { get: () => failed } }) as typeof send & {
		readonly busy: boolean;
		readonly failed: Error | undefined;
	};
}
