/** A schedule as its form has it, and what is sent of that. */
import type { Schemas } from '#lib/api/client.ts';
import { tidied } from '#lib/runs/crontab.ts';
import type { ScheduleDraft } from '#lib/runs/draft.ts';
import { fieldsOf, inUnits, toSeconds, type ScheduleType, type Unit } from '#lib/runs/schedule.ts';

export type Schedule = Schemas['PeriodicTask'];
type Vars = Record<string, unknown>;
/** Some of it: the schema takes what has a default for what must be there. */
export type Change = Schemas['PeriodicTaskChange'];

export interface Form {
	name: string;
	kind: 'PLAYBOOK' | 'MODULE';
	project: number | undefined;
	playbook: string;
	module: string;
	/** Of a module: on which of the hosts, and what it takes. */
	group: string;
	args: string;
	/** Its id, or the path of a file of the project. */
	inventory: number | string | undefined;
	/** Options by their long names, without those of a module that have fields of their own. */
	vars: Vars;
	type: ScheduleType;
	/** Of an interval: as it is typed. */
	every: string;
	unit: Unit;
	crontab: string;
	saveResult: boolean;
	enabled: boolean;
}

export const newForm = (): Form => ({
	name: '',
	kind: 'PLAYBOOK',
	project: undefined,
	playbook: '',
	module: '',
	group: 'all',
	args: '',
	inventory: undefined,
	vars: {},
	type: 'CRONTAB',
	every: '1',
	unit: 'hour',
	crontab: '30 4 * * *',
	saveResult: true,
	enabled: true
});

const textOf = (value: unknown, otherwise = ''): string => (value === undefined || value === null ? otherwise : String(value));

/** Of a module's options those that have fields of their own. */
function parted(kind: Form['kind'], mode: string, vars: Vars) {
	if (kind === 'PLAYBOOK') return { playbook: mode, vars: { ...vars } };
	const { group, args, ...others } = vars;
	return { module: mode, group: textOf(group), args: textOf(args), vars: others };
}

export function formOf(task: Schedule): Form {
	const interval = task.type === 'INTERVAL' ? inUnits(Number(task.schedule)) : undefined;
	return {
		...newForm(),
		name: task.name,
		kind: task.kind,
		project: task.project,
		inventory: task.inventory,
		...parted(task.kind, task.mode, task.vars),
		type: task.type,
		// As the server reads it: with fields that are missing or empty.
		...(interval ? { every: String(interval.n), unit: interval.unit } : { crontab: fieldsOf(task.schedule).join(' ') }),
		saveResult: task.save_result,
		enabled: task.enabled
	};
}

/** What a launch, or a project's page, has begun. */
export function withDraft(form: Form, draft: ScheduleDraft): Form {
	const { kind, project, inventory, mode, vars, name, type, schedule } = draft;
	const interval = type === 'INTERVAL' && Number(schedule) >= 1 ? inUnits(Number(schedule)) : undefined;
	return {
		...form,
		kind,
		project,
		inventory,
		...parted(kind, mode, vars),
		...(name && { name }),
		...(interval && { type: 'INTERVAL' as const, every: String(interval.n), unit: interval.unit }),
		...(type === 'CRONTAB' && schedule && { type, crontab: schedule })
	};
}

/** For the storage, as lib/runs/draft.ts keeps it. */
export const draftOf = (form: Form, lost: readonly string[]): ScheduleDraft => ({
	kind: form.kind,
	project: form.project,
	inventory: form.inventory,
	mode: modeOf(form),
	vars: varsOf(form),
	lost
});

const modeOf = (form: Form) => (form.kind === 'PLAYBOOK' ? form.playbook.trim() : form.module.trim());

function varsOf(form: Form): Vars {
	if (form.kind === 'PLAYBOOK') return form.vars;
	return {
		...(form.group.trim() ? { group: form.group.trim() } : {}),
		...(form.args.trim() ? { args: form.args } : {}),
		...form.vars
	};
}

/** '' of an interval that is no number yet. */
export function scheduleOf(form: Form): string {
	if (form.type === 'CRONTAB') return tidied(form.crontab);
	const n = Number(form.every.trim() || NaN);
	return Number.isNaN(n) ? '' : String(toSeconds(n, form.unit));
}

/** What is still to be told before it can be saved. */
export function missing(form: Form): string | undefined {
	if (form.project === undefined) return 'Choose a project.';
	if (modeOf(form) === '') return form.kind === 'PLAYBOOK' ? 'Choose a playbook.' : 'Choose a module.';
	if (form.inventory === undefined || form.inventory === '') return 'Choose an inventory.';
	if (scheduleOf(form) === '') return form.type === 'INTERVAL' ? 'Say how often.' : 'Say when.';
	return undefined;
}

/** Is it of fewer hosts than its inventory has? */
export const isNarrowed = ({ kind, vars }: Pick<Schedule, 'kind' | 'vars'>): boolean =>
	'limit' in (vars as Vars) || (kind === 'MODULE' && textOf((vars as Vars)['group'], 'all') !== 'all');

/** All of it. */
export function created(form: Form) {
	return {
		name: form.name.trim() || modeOf(form),
		kind: form.kind,
		mode: modeOf(form),
		project: form.project!,
		inventory: form.inventory!,
		type: form.type,
		schedule: scheduleOf(form),
		save_result: form.saveResult,
		enabled: form.enabled,
		// What a variable is the schema can't say.
		vars: varsOf(form) as Schemas['VarsInput']
	};
}

/** What is another one than it was; undefined: nothing is. Its clock begins anew only where type, schedule or enabled are sent. */
export function changed(form: Form, task: Schedule): Change | undefined {
	const now = created(form);
	const before = created(formOf(task));
	const differs = (key: keyof typeof now) => JSON.stringify(now[key]) !== JSON.stringify(before[key]);
	const keys = (Object.keys(now) as (keyof typeof now)[]).filter(differs);
	// What is refused of one of them is refused of both.
	if (keys.includes('type') && !keys.includes('schedule')) keys.push('schedule');
	if (keys.includes('schedule') && !keys.includes('type')) keys.push('type');
	return keys.length > 0 ? (Object.fromEntries(keys.map((key) => [key, now[key]])) as unknown as Change) : undefined;
}
