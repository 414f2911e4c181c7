/** Who is signed in, and by what: a session of ours, or a proxy, a certificate, Basic, which the server recognizes by itself. */
import { api, ApiError, isSignedOut, must, signedIn, type Schemas } from './client.ts';

class Session {
	/** `out` with `me` known: the session ended in mid-work, and the page stays where it is until somebody signs in again. */
	state = $state<'asking' | 'in' | 'out' | 'unreachable'>('asking');
	me = $state.raw<Schemas['SessionOk']>();

	constructor() {
		signedIn.lost = () => (this.state = 'out');
		signedIn.renew = () => this.renew();
	}

	/** What is known of who is signed in may have changed: his names, what he may. Throws an ApiError, and all stays as it was. */
	async renew(): Promise<void> {
		this.#is(await must(api.GET('/session')));
	}

	/** Throws what is in the way, an ApiError. */
	async ask(): Promise<void> {
		if (this.state === 'unreachable') this.state = 'asking';
		try {
			await this.renew();
		} catch (error) {
			const nobody = isSignedOut(error);
			if (nobody) this.state = 'out';
			// Who is to sign in and has his name typed keeps that on the screen.
			else if (this.state !== 'out') this.state = 'unreachable';
			throw error;
		}
	}

	/** Throws an ApiError: 401 wrong name or password, 429 too many tries. */
	async signIn(username: string, password: string): Promise<void> {
		await must(api.POST('/session', { body: { username, password } }));
		await this.renew();
	}

	async signOut(): Promise<void> {
		await must(api.DELETE('/session'));
		// All that the page remembers is this user's.
		sessionStorage.clear();
		location.replace('/');
	}

	#is(me: Schemas['SessionOk']) {
		if (this.me && this.me.userId !== me.userId) {
			location.reload();
			throw new ApiError(403, `In this browser ${me.username} has signed in.`);
		}
		signedIn.xsrfToken = me.xsrfToken;
		this.me = me;
		this.state = 'in';
	}
}

export const session = new Session();
