/** Now, to the quarter minute, for relative times; and the zone in which times are shown. */
import { server } from './api/client.ts';

const RIGHT = 30_000; // ms: the server's time is told to the second, and takes its time

export class Clock {
	now = $state.raw(new Date());
	zone = $state(localStorage.getItem('zone') ?? 'UTC');
	/** ms by which the browser's clock is behind the server's. */
	#behind = 0;

	constructor() {
		server.tells = (date) => this.#set(Date.parse(date) - Date.now());
		setInterval(() => (this.now = this.serverOf(new Date())), 15_000);
	}

	/** What the server's clock says when the browser's says that. */
	serverOf(at: Date): Date {
		return new Date(at.getTime() + this.#behind);
	}

	#set(behind: number): void {
		if (Number.isNaN(behind) || Math.abs(behind - this.#behind) < RIGHT) return;
		this.#behind = Math.abs(behind) < RIGHT ? 0 : behind;
		this.now = this.serverOf(new Date());
	}

	choose(zone: string): void {
		this.zone = zone;
		localStorage.setItem('zone', zone);
	}
}

export const clock = new Clock();
export const zoneOfBrowser = Intl.DateTimeFormat().resolvedOptions().timeZone;
