import type { Schemas } from '../api/client.ts';

/** For tests: who is signed in. */
export const anna = { userId: 7, username: 'anna', user: 'anna@example.com', may: [] } as unknown as Schemas['SessionOk'];
