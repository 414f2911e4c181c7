import { session } from '../api/session.svelte.ts';

/** Of an empty list, to somebody who may not see all that there is. */
export const none = (things: string): string => (session.me?.superuser ? `No ${things} yet` : `No ${things} that you may see`);
