/** How a run stands. */
import type { Schemas } from '#lib/api/client.ts';
import type { IconName } from '#lib/ui/Icon.svelte';

export type RunStatus = Schemas['RunStatus'];

export const runStatuses: Readonly<Record<RunStatus, { text: string; icon: IconName; tone: string; hint: string }>> = {
	DELAY: { text: 'Waiting', icon: 'clock', tone: 'open', hint: 'It has not begun yet' },
	RUN: { text: 'Running', icon: 'running', tone: 'running', hint: 'It is at work' },
	OK: { text: 'OK', icon: 'check', tone: 'done', hint: 'It ended well' },
	ERROR: { text: 'Failed', icon: 'cross', tone: 'failed', hint: 'It failed, at least on one host' },
	OFFLINE: { text: 'Unreachable', icon: 'warning', tone: 'blocked', hint: 'At least one host could not be reached' },
	INTERRUPTED: { text: 'Stopped', icon: 'stop', tone: 'open', hint: 'It was cancelled' }
};

/** In the order of their filter. */
export const STATUSES = Object.keys(runStatuses) as RunStatus[];

export const isOver = (status: RunStatus): boolean => status !== 'DELAY' && status !== 'RUN';
