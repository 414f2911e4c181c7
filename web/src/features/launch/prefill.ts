/** What a new run begins with: by a link, a template, a run that was, hosts that were handed over. */
import type { Schemas } from '#lib/api/client.ts';
import { unmasked } from '#lib/runs/arguments.ts';
import { emptyRun, inventoryOf, type RunDraft } from '#lib/runs/draft.ts';
import { whereOf, type Placed } from '#lib/runs/where.ts';

const idOf = (text: string | null) => (text !== null && /^\d{1,15}$/.test(text) ? Number(text) : undefined);

export interface Link {
	project: number | undefined;
	playbook: string;
	module: string;
	inventory: number | string | undefined;
	template: number | undefined;
	run: number | undefined;
	/** Of that run only the hosts on which it did not end well. */
	failed: boolean;
	/** Its hosts. */
	quest: number | undefined;
	hosts: string[];
}

export const LINK = ['project', 'playbook', 'module', 'inventory', 'template', 'run', 'failed', 'quest', 'hosts'] as const;

/** undefined: the address names nothing. */
export function linkOf(query: URLSearchParams): Link | undefined {
	if (!LINK.some((name) => query.has(name))) return undefined;
	return {
		project: idOf(query.get('project')),
		playbook: query.get('playbook')?.trim() ?? '',
		module: query.get('module')?.trim() ?? '',
		inventory: inventoryOf(query.get('inventory')?.trim()),
		template: idOf(query.get('template')),
		run: idOf(query.get('run')),
		failed: query.get('failed') === '1' || query.get('failed') === 'true',
		quest: idOf(query.get('quest')),
		hosts: query
			.getAll('hosts')
			.map((name) => name.trim())
			.filter(Boolean)
	};
}

/** What the link says by itself, over what was had from elsewhere. */
export function withLink(draft: RunDraft, link: Link): RunDraft {
	return {
		...draft,
		...(link.project !== undefined && { project: link.project }),
		...(link.module !== '' && { kind: 'MODULE' as const, module: link.module }),
		...(link.playbook !== '' && { kind: 'PLAYBOOK' as const, playbook: link.playbook }),
		...(link.inventory !== undefined && { inventory: link.inventory })
	};
}

/** Hosts are those of the inventory where there is one, else by their names alone. */
export function withHosts(draft: RunDraft, hosts: readonly string[]): RunDraft {
	if (hosts.length === 0) return draft;
	return { ...draft, hosts: [...new Set(hosts)], where: typeof draft.inventory === 'number' ? 'some' : 'hosts' };
}

type Template = Schemas['Template'];

const text = (value: unknown) => (typeof value === 'string' ? value : '');
const object = (value: unknown) => (typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {});

/** `lost`: its secrets are not told. undefined: it is of a kind that runs nothing. */
export function ofTemplate({ kind, data: given }: Pick<Template, 'kind' | 'data'>): RunDraft | undefined {
	if (kind === 'Host' || kind === 'Group') return undefined;
	const data = given as Record<string, unknown>;
	const module = kind === 'Module' || (kind === 'PeriodicTask' && data['kind'] === 'MODULE');
	const { vars, lost } = unmasked(object(data['vars']));
	const { group, args, ...options } = vars;
	const mode = text(data['mode']) || text(data[module ? 'module' : 'playbook']);
	return {
		...emptyRun(),
		kind: module ? 'MODULE' : 'PLAYBOOK',
		project: typeof data['project'] === 'number' ? data['project'] : undefined,
		...(module
			? { module: mode, group: text(data['group']) || text(group) || 'all', args: text(data['args']) || text(args) }
			: { playbook: mode }),
		inventory: inventoryOf(data['inventory']),
		vars: module ? options : vars,
		lost
	};
}

/** A run's record, as far as it matters here. */
export interface Ran extends Placed {
	kind: 'PLAYBOOK' | 'MODULE';
	mode: string;
	project: number | null;
	hosts?: readonly string[] | null | undefined;
	execute_args?: Record<string, unknown> | undefined;
	raw_args: string;
}

/** The pattern of a module's command line, which is nowhere else: ansible PATTERN -i ... */
export const patternOf = (commandLine: string): string => /^ansible (.+?) -i /.exec(commandLine)?.[1] ?? 'all';

export interface Again {
	draft: RunDraft;
	/** What is not as it was, in words. */
	notes: string[];
}

/** The same as a run that was; `only`: on these hosts of it, as those on which it failed. */
export function ofRun(run: Ran, only?: readonly string[]): Again {
	const { vars: all, lost } = unmasked(run.execute_args ?? {});
	const { args, group, ...others } = all;
	const module = run.kind === 'MODULE';
	const vars = module ? others : all;
	const where = whereOf(run);
	const file = where === 'file' ? run.inventory_name! : undefined;
	const notes: string[] = [];
	if (run.project === null) notes.push('Its project was deleted: choose another one.');
	const draft: RunDraft = {
		...emptyRun(),
		kind: run.kind,
		project: run.project ?? undefined,
		...(module ? { module: run.mode, group: text(group) || patternOf(run.raw_args), args: text(args) } : { playbook: run.mode }),
		inventory: run.inventory ?? file,
		vars,
		lost
	};
	const hosts = only ?? run.hosts ?? [];
	// Without their groups and variables it would be another run: that nobody chooses unknowingly.
	if (where === 'deleted')
		notes.push(
			hosts.length > 0
				? 'Its inventory was deleted: choose another one that has these hosts, or “Hosts by name”, without groups and variables.'
				: 'Its inventory was deleted: choose another one.'
		);
	const some = { ...draft, where: where === 'bare' ? ('hosts' as const) : ('some' as const) };
	if (only?.length === 0) {
		notes.push('There is no host on which it did not end well: choose the hosts.');
		return { draft: some, notes };
	}
	if (only && file !== undefined) {
		notes.push(`Its inventory is a file of the project, so its hosts are narrowed by --limit.`);
		return { draft: { ...draft, vars: { ...vars, limit: only.join(',') } }, notes };
	}
	return { draft: hosts.length > 0 ? { ...some, hosts: [...new Set(hosts)] } : draft, notes };
}
