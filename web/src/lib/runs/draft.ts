/** A run that somebody has begun to put together: it is kept in this tab, for whoever began it, until it is started or thrown away. What
 * is secret in it is never written down: it lasts as long as the page does. */
import { isSecret } from './arguments.ts';

export type Arguments = Readonly<Record<string, unknown>>;

export interface RunDraft {
	kind: 'PLAYBOOK' | 'MODULE';
	project: number | undefined;
	playbook: string;
	module: string;
	/** Of a module: which of the hosts, as Ansible has patterns. */
	group: string;
	/** The module's own. */
	args: string;
	/** All of an inventory, some of its hosts, or hosts by their names alone. */
	where: 'inventory' | 'some' | 'hosts';
	/** Its id, or the path of a file of the project. */
	inventory: number | string | undefined;
	hosts: readonly string[];
	/** What is in the box of names, and not among the hosts yet. */
	pasted: string;
	/** Options of ansible-playbook or ansible by their long names, extra-vars among them. */
	vars: Arguments;
	/** Secret options that were there once, and must be typed anew. */
	lost: readonly string[];
	/** Somebody has chosen or typed something himself, beyond what a link has filled in. */
	touched: boolean;
	/** When it was sent to be started; set until the answer is there. */
	sent: string | undefined;
	/** My newest run by then: what is newer may be this one. */
	after: number | undefined;
}

/** What a run is saved as, and what a schedule's form begins with. */
export interface ScheduleDraft {
	kind: 'PLAYBOOK' | 'MODULE';
	project: number | undefined;
	inventory: number | string | undefined;
	/** The playbook or module. */
	mode: string;
	/** As a periodic task has them: group and args of a module are among them. */
	vars: Arguments;
	lost: readonly string[];
	/** Where it is known already: what it is called, and when it is run. */
	name?: string;
	type?: 'INTERVAL' | 'CRONTAB';
	schedule?: string;
}

const RUN = 'new run';
const SCHEDULE = 'new schedule';

export const emptyRun = (): RunDraft => ({
	kind: 'PLAYBOOK',
	project: undefined,
	playbook: '',
	module: '',
	group: 'all',
	args: '',
	where: 'inventory',
	inventory: undefined,
	hosts: [],
	pasted: '',
	vars: {},
	lost: [],
	touched: false,
	sent: undefined,
	after: undefined
});

/** The server takes a number for an id, as a text, too; any other text is a path. */
export function inventoryOf(value: unknown): number | string | undefined {
	if (typeof value === 'number') return value;
	if (typeof value !== 'string' || value === '') return undefined;
	return /^\d{1,15}$/.test(value) ? Number(value) : value;
}

/** Is anything in it that somebody would miss? */
export function isRunBegun(draft: RunDraft): boolean {
	return (
		draft.hosts.length > 0 ||
		draft.project !== undefined ||
		draft.inventory !== undefined ||
		[draft.playbook, draft.module, draft.args, draft.pasted].some((text) => text.trim() !== '') ||
		!['', 'all'].includes(draft.group.trim()) ||
		Object.keys(draft.vars).length > 0 ||
		draft.sent !== undefined
	);
}

/** Secrets by their keys of this page's life, for they are not in the storage. */
const secrets = new Map<string, Arguments>();

/** What may be written down of options, and which may not. */
function parted(vars: Arguments): { open: Arguments; secret: Arguments } {
	const of = (secret: boolean) =>
		Object.fromEntries(Object.entries(vars).filter(([key, value]) => isSecret(key, value) === secret));
	return { open: of(false), secret: of(true) };
}

function keep<D extends { vars: Arguments; lost: readonly string[] }>(
	key: string,
	userId: number,
	draft: D,
	storage: Storage
): boolean {
	const { open, secret } = parted(draft.vars);
	secrets.set(key, secret);
	const lost = [...new Set([...draft.lost, ...Object.keys(secret)])];
	try {
		storage.setItem(key, JSON.stringify({ userId, draft: { ...draft, vars: open, lost } }));
		return true;
	} catch {
		storage.removeItem(key);
		return false;
	}
}

function read<D extends { vars: Arguments; lost: readonly string[] }>(
	key: string,
	userId: number,
	storage: Storage
): D | undefined {
	try {
		const kept = JSON.parse(storage.getItem(key) ?? '') as { userId: number; draft: D };
		if (kept.userId !== userId) return undefined;
		const secret = secrets.get(key) ?? {};
		return { ...kept.draft, vars: { ...kept.draft.vars, ...secret }, lost: kept.draft.lost.filter((name) => !(name in secret)) };
	} catch {
		// Nothing is kept, or something that an older page has left.
		return undefined;
	}
}

export function readRun(userId: number, storage: Storage = sessionStorage): RunDraft {
	const kept = read<RunDraft>(RUN, userId, storage);
	if (!kept) return emptyRun();
	const { args = '', ...vars } = kept.vars;
	return { ...emptyRun(), ...kept, vars, args: args as string };
}

/** False: the browser has no room for that many hosts, or keeps nothing. */
export function keepRun(userId: number, draft: RunDraft, storage: Storage = sessionStorage): boolean {
	// A module's arguments go with the options: they may be secret, too.
	if (isRunBegun(draft)) return keep(RUN, userId, { ...draft, args: '', vars: { ...draft.vars, args: draft.args } }, storage);
	secrets.delete(RUN);
	storage.removeItem(RUN);
	return true;
}

/** For the form at /schedules?new: whoever calls it leads there. */
export function keepSchedule(userId: number, draft: ScheduleDraft, storage: Storage = sessionStorage): boolean {
	return keep(SCHEDULE, userId, draft, storage);
}

/** That, once: the form keeps what is typed by itself from then on. */
export function takeSchedule(userId: number, storage: Storage = sessionStorage): ScheduleDraft | undefined {
	const draft = read<ScheduleDraft>(SCHEDULE, userId, storage);
	storage.removeItem(SCHEDULE);
	secrets.delete(SCHEDULE);
	return draft;
}
