/** A template as its form has it, and what is sent of that: which data each kind has. */
import type { Schemas } from '#lib/api/client.ts';
import { unmasked } from '#lib/runs/arguments.ts';
import { tidied } from '#lib/runs/crontab.ts';
import { inventoryOf, type ScheduleDraft } from '#lib/runs/draft.ts';
import type { IconName } from '#lib/ui/Icon.svelte';

export type Template = Schemas['Template'];
export type TemplateRow = Schemas['TemplateRow'];
export type Kind = Schemas['TemplateKind'];

export const kinds: Readonly<Record<Kind, { text: string; icon: IconName; about: string; runs: boolean }>> = {
	Task: { text: 'Playbook', icon: 'run', about: 'a playbook with its inventory, options and variables', runs: true },
	Module: { text: 'Module', icon: 'run', about: 'one module on hosts of an inventory', runs: true },
	PeriodicTask: { text: 'Schedule', icon: 'clock', about: 'a playbook or module, and when it is run', runs: true },
	Host: { text: 'Host', icon: 'host', about: 'variables that hosts are made with', runs: false },
	Group: { text: 'Group', icon: 'group', about: 'variables that groups are made with', runs: false }
};

export interface Form {
	name: string;
	kind: Kind;
	/** Of a schedule: what it runs. */
	runs: 'PLAYBOOK' | 'MODULE';
	project: number | undefined;
	inventory: number | string | undefined;
	playbook: string;
	module: string;
	group: string;
	args: string;
	vars: Record<string, unknown>;
	type: 'INTERVAL' | 'CRONTAB';
	schedule: string;
	/** Of what is made by it: a schedule, host or group. */
	called: string;
	children: boolean;
}

export const newForm = (kind: Kind = 'Task'): Form => ({
	name: '',
	kind,
	runs: 'PLAYBOOK',
	project: undefined,
	inventory: undefined,
	playbook: '',
	module: '',
	group: 'all',
	args: '',
	vars: {},
	type: 'CRONTAB',
	schedule: '30 4 * * *',
	called: '',
	children: false
});

const text = (value: unknown, otherwise = '') =>
	typeof value === 'string' ? value : typeof value === 'number' ? String(value) : otherwise;
const object = (value: unknown) => (typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {});

/** Is a module what it runs? */
export const isModule = (form: Pick<Form, 'kind' | 'runs'>) =>
	form.kind === 'Module' || (form.kind === 'PeriodicTask' && form.runs === 'MODULE');

export function formOf({ name, kind, data: given }: Pick<Template, 'name' | 'kind' | 'data'>): Form {
	const data = given as Record<string, unknown>;
	const form = { ...newForm(kind), name, runs: data['kind'] === 'MODULE' ? ('MODULE' as const) : ('PLAYBOOK' as const) };
	const { group, args, ...others } = object(data['vars']);
	const module = isModule(form);
	return {
		...form,
		project: typeof data['project'] === 'number' ? data['project'] : undefined,
		inventory: inventoryOf(data['inventory']),
		playbook: module ? '' : text(data['mode']) || text(data['playbook']),
		module: module ? text(data['mode']) || text(data['module']) : '',
		group: text(data['group']) || text(group) || 'all',
		args: text(data['args']) || text(args),
		vars: module ? others : object(data['vars']),
		type: data['type'] === 'INTERVAL' ? 'INTERVAL' : 'CRONTAB',
		schedule: text(data['schedule'], form.schedule),
		called: text(data['name']),
		children: data['children'] === true
	};
}

/** All of its data, as its kind has them; what is empty is left out. */
export function dataOf(form: Form): Record<string, unknown> {
	const where = {
		...(form.inventory !== undefined && form.inventory !== '' && { inventory: form.inventory }),
		...(form.project !== undefined && { project: form.project })
	};
	const called = form.called.trim() === '' ? {} : { name: form.called.trim() };
	const playbook = form.playbook.trim();
	const module = form.module.trim();
	const group = form.group.trim() || 'all';
	switch (form.kind) {
		case 'Task':
			return { ...(playbook && { playbook }), vars: form.vars, ...where };
		case 'Module':
			return { ...(module && { module }), group, args: form.args, vars: form.vars, ...where };
		case 'PeriodicTask': {
			const mode = form.runs === 'MODULE' ? module : playbook;
			// A periodic task has these two of a module among its vars.
			const own = form.runs === 'MODULE' ? { group, ...(form.args.trim() && { args: form.args }) } : {};
			return {
				kind: form.runs,
				...(mode && { mode }),
				type: form.type,
				schedule: form.type === 'CRONTAB' ? tidied(form.schedule) : form.schedule.trim(),
				...called,
				vars: { ...own, ...form.vars },
				...where
			};
		}
		case 'Host':
			return { ...called, vars: form.vars };
		case 'Group':
			return { ...called, vars: form.vars, children: form.children };
	}
}

/** What is sent of a change: data are all of it, so they are sent where any of it is another. */
export function changeOf(
	form: Form,
	before: Template
): { name?: string; kind?: Kind; data?: Record<string, unknown> } | undefined {
	const data = dataOf(form);
	const was = dataOf(formOf(before));
	const change = {
		...(form.name.trim() !== before.name && { name: form.name.trim() }),
		...(form.kind !== before.kind && { kind: form.kind }),
		...((form.kind !== before.kind || JSON.stringify(data) !== JSON.stringify(was)) && { data })
	};
	return Object.keys(change).length > 0 ? change : undefined;
}

/** What a schedule's form begins with, of a template that is of one. Its secrets are not told. */
export function scheduleDraftOf(form: Form): ScheduleDraft {
	const { vars, lost } = unmasked(dataOf(form)['vars'] as Record<string, unknown>);
	const { project, inventory, type, schedule } = form;
	const mode = form.runs === 'MODULE' ? form.module : form.playbook;
	return { kind: form.runs, project, inventory, mode, vars, lost, type, schedule, ...(form.called && { name: form.called }) };
}

/** What is missing of it before it can be run by itself. */
export function notRunnable(form: Form): string | undefined {
	if (!kinds[form.kind].runs) return 'It runs nothing.';
	if (form.project === undefined) return 'It has no project.';
	if ((isModule(form) ? form.module : form.playbook) === '') return isModule(form) ? 'It has no module.' : 'It has no playbook.';
	if (form.inventory === undefined) return 'It has no inventory.';
	return undefined;
}
