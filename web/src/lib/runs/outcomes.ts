/** What came of a run on a machine, the worst first, as the server orders them, too. */
import type { IconName } from '#lib/ui/Icon.svelte';
import type { Schemas } from '#lib/api/client.ts';

export type Outcome = NonNullable<Schemas['RunHost']['outcome']> | 'running';
export type Counts = Readonly<Partial<Record<Outcome, number>>>;

export const outcomes: Readonly<Record<Outcome, { text: string; tone: string; icon: IconName }>> = {
	failed: { text: 'failed', tone: 'failed', icon: 'cross' },
	unreachable: { text: 'unreachable', tone: 'blocked', icon: 'warning' },
	interrupted: { text: 'stopped', tone: 'open', icon: 'stop' },
	unknown: { text: 'unknown', tone: 'open', icon: 'help' },
	running: { text: 'running', tone: 'running', icon: 'running' },
	changed: { text: 'changed', tone: 'running', icon: 'edit' },
	ok: { text: 'ok', tone: 'done', icon: 'check' },
	skipped: { text: 'skipped', tone: 'open', icon: 'minus' }
};

/** On which machines it is worth running it again. */
export const notDone: readonly Outcome[] = ['failed', 'unreachable', 'interrupted'];

/** Those that there are, the worst first. */
export function counted(counts: Counts): { outcome: Outcome; n: number }[] {
	return (Object.keys(outcomes) as Outcome[]).flatMap((outcome) => {
		const n = counts[outcome] ?? 0;
		return n > 0 ? [{ outcome, n }] : [];
	});
}

export const howManyNotDone = (counts: Counts): number => notDone.reduce((sum, outcome) => sum + (counts[outcome] ?? 0), 0);
