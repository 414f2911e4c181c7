/** What is sent to start a run, what is missing of it, what the server said of which field. */
import { refusedOf } from '#lib/api/problems.ts';
import { firstWrong, inUse, textOf, VARIABLES, type Options } from '#lib/runs/arguments.ts';
import type { RunDraft } from '#lib/runs/draft.ts';

const withoutEnds = (text: string) => text.trim();

/** What is sent to /projects/ID/execute-playbook/ or -module/. */
export function bodyOf(draft: RunDraft): Record<string, unknown> {
	const module = draft.kind === 'MODULE';
	return {
		...draft.vars,
		...(module ? { module: withoutEnds(draft.module) } : { playbook: withoutEnds(draft.playbook) }),
		// With hosts by name alone, all of them are meant unless a pattern says less.
		...(module && { group: withoutEnds(draft.group) || 'all' }),
		...(module && draft.args.trim() !== '' && { args: draft.args }),
		...(draft.where !== 'hosts' && { inventory: draft.inventory }),
		...(draft.where !== 'inventory' && { hosts: draft.hosts })
	};
}

/** What a template has of it: hosts by name are not among that. */
export function templateOf(draft: RunDraft): { kind: 'Task' | 'Module'; data: Record<string, unknown> } {
	const module = draft.kind === 'MODULE';
	return {
		kind: module ? 'Module' : 'Task',
		data: {
			...(module
				? { module: draft.module.trim(), group: draft.group.trim() || 'all', args: draft.args }
				: { playbook: draft.playbook.trim() }),
			vars: draft.vars,
			...(draft.where !== 'hosts' && draft.inventory !== undefined && { inventory: draft.inventory }),
			...(draft.project !== undefined && { project: draft.project })
		}
	};
}

/** The first thing that must be done before it can be started. */
export function missing(draft: RunDraft, options: Options | undefined): string | undefined {
	if (draft.project === undefined) return 'Choose a project.';
	if (draft.kind === 'PLAYBOOK' && draft.playbook.trim() === '') return 'Choose a playbook.';
	if (draft.kind === 'MODULE' && draft.module.trim() === '') return 'Choose a module.';
	if (draft.where !== 'hosts' && (draft.inventory === undefined || draft.inventory === '')) return 'Choose an inventory.';
	if (draft.where === 'some' && typeof draft.inventory === 'string')
		return 'Of an inventory that is a file, hosts are chosen by the option --limit.';
	if (draft.where !== 'inventory' && draft.hosts.length === 0) return 'Choose at least one host.';
	if (draft.where !== 'inventory' && draft.hosts.length > MOST_HOSTS) return 'A run can be given at most 100,000 hosts by name.';
	return options && firstWrong(draft.vars, options);
}
const MOST_HOSTS = 100_000;

/** By what Ansible narrows the hosts further, that we can't foresee. */
export function narrowedBy(draft: RunDraft): string[] {
	const limit = textOf(draft.vars['limit']).trim();
	const pattern = draft.kind === 'MODULE' ? draft.group.trim() : '';
	return [
		...(pattern !== '' && pattern !== 'all' ? [`the pattern ${pattern}`] : []),
		...(limit === '' ? [] : [`--limit ${limit}`])
	];
}

/** A playbook that only says what it would do. */
export const saysOnly = (draft: RunDraft): string | undefined =>
	['list-hosts', 'list-tasks', 'list-tags', 'syntax-check'].find((name) => inUse(draft.vars).includes(name));

export interface Refusal {
	/** By the field beside which it is shown. */
	of: Readonly<Partial<Record<'project' | 'playbook' | 'module' | 'group' | 'args' | 'inventory' | 'hosts', string>>>;
	/** By the option. */
	option: Readonly<Record<string, string>>;
	/** What belongs to none of them. */
	rest: string | undefined;
}

/** Of the chosen hosts those that a refusal names: it names the first ten that are wrong. */
export function namedBy({ of }: Refusal, hosts: readonly string[]): string[] {
	const [, names = ''] = /: (.*?)(?: and \d+ more)?\.$/.exec(of.hosts ?? '') ?? [];
	const told = new Set(names.split(', '));
	return hosts.filter((host) => told.has(host));
}

const FIELDS = ['project', 'playbook', 'module', 'group', 'args', 'inventory', 'hosts'] as const;

/** `sent`: what was refused; what is not as it was then is refused no more. */
export function refusalOf(failed: Error | undefined, sent: RunDraft, draft: RunDraft): Refusal {
	if (!failed) return { of: {}, option: {}, rest: undefined };
	const given = Object.entries(refusedOf(failed));
	const valueOf = (of: RunDraft, name: string): unknown => ({ ...of.vars, ...of })[name];
	const said = given.filter(([name]) => valueOf(sent, name) === valueOf(draft, name));
	const isField = ([name]: [string, string]) => FIELDS.some((one) => one === name);
	const options = said.filter((one) => !isField(one));
	const all = said.map((one) => (isField(one) || /_errors$/.test(one[0]) ? one[1] : `--${one[0]}: ${one[1]}`));
	return {
		of: Object.fromEntries(said.filter(isField)),
		option: Object.fromEntries(options),
		rest: given.length === 0 ? failed.message : all.join(' ')
	};
}

/** How many options are set, and how many variables, for a summary. */
export function counts(draft: RunDraft): { options: number; variables: number } {
	const variables = draft.vars[VARIABLES];
	return {
		options: inUse(draft.vars).length,
		variables:
			typeof variables === 'object' && variables !== null ? Object.keys(variables).length : variables === undefined ? 0 : 1
	};
}
