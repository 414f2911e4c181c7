/** Options of ansible-playbook and ansible, as GET /ansible/cli_reference/ tells them: what may be said to which, what is secret. */
import { HIDDEN, MASK } from '../hidden.ts';

export interface Option {
	type: 'text' | 'integer' | 'boolean' | 'keyfile' | 'textfile';
	shortopts: readonly string[];
	help: string | null;
}
export type Options = Readonly<Record<string, Option>>;

/** Has a form of its own. */
export const VARIABLES = 'extra-vars';
/** Have fields of their own: of a module its arguments and which hosts. */
const ELSEWHERE = new Set(['args', 'group', VARIABLES]);

/** Of variables, and of a module's arguments, it depends on what is in them: rather one too many is typed anew than one written down. */
const SAYS_SECRET = /pass|secret|token|credential|_key/i;

/** May this not be written down anywhere? */
export function isSecret(name: string, value: unknown): boolean {
	if (HIDDEN.includes(name)) return true;
	return (
		(name === VARIABLES || name === 'args') && SAYS_SECRET.test(typeof value === 'string' ? value : JSON.stringify(value ?? null))
	);
}

export const takesFile = (option: Option | undefined) => option?.type === 'keyfile' || option?.type === 'textfile';

/** What most want, before all others. */
const COMMON = [
	'limit',
	'tags',
	'skip-tags',
	'check',
	'diff',
	'become',
	'become-user',
	'user',
	'private-key',
	'forks',
	'start-at-task'
];
/** Say something and run nothing, or leave nothing to say. */
const USELESS = new Set(['help', 'version', 'inventory', 'step']);

/** Those that can be added, by letters of their names and what they do; what is in use is none of them. */
export function offered(options: Options, used: Readonly<Record<string, unknown>>, fits: (text: string) => boolean): string[] {
	const place = (name: string) => (COMMON.includes(name) ? COMMON.indexOf(name) : COMMON.length);
	return Object.keys(options)
		.filter((name) => !(name in used) && !ELSEWHERE.has(name) && !USELESS.has(name))
		.filter((name) => fits(`${said(name, options[name])} ${options[name]!.help ?? ''}`))
		.sort((a, b) => place(a) - place(b) || (a < b ? -1 : 1));
}

/** Those in use, in the order in which they were added. */
export const inUse = (value: Readonly<Record<string, unknown>>) => Object.keys(value).filter((name) => !ELSEWHERE.has(name));

/** "--limit, -l" */
export function said(name: string, option: Option | undefined): string {
	return [`--${name}`, ...(option?.shortopts ?? []).map((letter) => `-${letter}`)].join(', ');
}

/** What an option has when it is added. */
export const atFirst = (option: Option): unknown => (option.type === 'boolean' ? null : '');

/** What is typed as a number is one; what is none goes as it is, and the server says why not. */
export function numberOf(text: string): number | string {
	const word = text.trim();
	return /^[+-]?\d{1,15}$/.test(word) ? Number(word) : text;
}

/** What is wrong with an option, before the server is asked; undefined: nothing that is seen here. */
export function wrong(name: string, value: unknown, options: Options): string | undefined {
	const option = options[name];
	if (!option) return ELSEWHERE.has(name) ? undefined : 'The installed Ansible does not have it: take it out.';
	if (value === MASK || name === VARIABLES) return undefined;
	const word = value === null || value === undefined ? '' : typeof value === 'object' ? JSON.stringify(value) : String(value);
	if (option.type === 'boolean') return word === '' ? undefined : 'It takes no value.';
	if (word.trim() === '') return 'Give it a value, or take it out.';
	if (option.type !== 'integer') return undefined;
	if (!/^\s*[+-]?\d{1,18}\s*$/.test(word)) return 'That is no whole number.';
	const least = name === 'forks' ? 1 : 0;
	return Number(word) < least ? `It takes ${least} or more.` : undefined;
}

/** The first that is wrong, in words. */
export function firstWrong(value: Readonly<Record<string, unknown>>, options: Options): string | undefined {
	for (const name of inUse(value)) {
		const why = wrong(name, value[name], options);
		if (why) return `--${name}: ${why}`;
	}
	return undefined;
}

/** What may be sent anew of what the server has shown, and what of it was masked: that can't be had back. */
export function unmasked(vars: Readonly<Record<string, unknown>>): { vars: Record<string, unknown>; lost: string[] } {
	const kept = Object.entries(vars).filter(([, value]) => value !== MASK);
	return { vars: Object.fromEntries(kept), lost: Object.keys(vars).filter((name) => vars[name] === MASK) };
}

/** For who reads it: of a secret that it is there. */
export const toldOf = (value: unknown): string => (value === MASK ? 'stored, never shown' : textOf(value));

/** As a text that a field shows. */
export function textOf(value: unknown): string {
	if (value === null || value === undefined) return '';
	return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
