/** How long a run takes. */

/** "0:07", "14:32", "2:05:09", "3 d 4:00:00" */
export function lasted(ms: number): string {
	const all = Math.max(0, Math.floor(ms / 1000));
	const two = (n: number) => String(n).padStart(2, '0');
	const days = Math.floor(all / 86_400);
	const hours = Math.floor((all % 86_400) / 3600);
	const minutes = Math.floor((all % 3600) / 60);
	const clock = days || hours ? `${hours}:${two(minutes)}:${two(all % 60)}` : `${minutes}:${two(all % 60)}`;
	return days ? `${days} d ${clock}` : clock;
}

/** In words, for who listens: "2 hours 5 minutes", "7 seconds" */
export function lastedInWords(ms: number): string {
	const all = Math.max(0, Math.floor(ms / 1000));
	const parts = [
		[Math.floor(all / 86_400), 'day'],
		[Math.floor((all % 86_400) / 3600), 'hour'],
		[Math.floor((all % 3600) / 60), 'minute'],
		[all % 60, 'second']
	] as const;
	const said = parts.filter(([n]) => n > 0).slice(0, 2);
	return said.map(([n, unit]) => `${n} ${unit}${n === 1 ? '' : 's'}`).join(' ') || '0 seconds';
}

/** Times as Polemarch's family says them: "2017-07-02T12:48:11.922761Z". `now` is the server's. */
export function durationOf(run: { start_time: string; stop_time: string | null }, now: Date): number {
	return (run.stop_time === null ? now.getTime() : Date.parse(run.stop_time)) - Date.parse(run.start_time);
}
