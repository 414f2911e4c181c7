/** Inventories out of texts: which format one is in, which line a refusal means, what would be made of it. */
import { count, countOf } from '#lib/format.ts';
import { MASK } from '#lib/hidden.ts';
import type { Schemas } from '#lib/api/client.ts';

export type Format = 'ini' | 'yaml';

/** By the file's name, else by the first line that says something: YAML's begins with ---, or is a name and a colon. */
export function formatOf(text: string, file = ''): Format {
	if (/\.ya?ml$/i.test(file)) return 'yaml';
	if (/\.(ini|cfg|inventory)$/i.test(file)) return 'ini';
	const first = text.split('\n', 200).find((line) => line.trim() !== '' && !/^\s*[#;]/.test(line)) ?? '';
	return /^(---|\{)/.test(first) || /^['"]?[\w.-]+['"]?\s*:(\s|$)/.test(first) ? 'yaml' : 'ini';
}

/** A file's text, in which lines end in one way; undefined: it is not UTF-8. */
export function textOf(bytes: ArrayBuffer): string | undefined {
	try {
		return new TextDecoder('utf-8', { fatal: true }).decode(bytes).replaceAll('\r\n', '\n');
	} catch {
		return undefined;
	}
}

/** The line that a refusal speaks of, with its text. */
export function lineOf(message: string, text: string): { line: number; text: string } | undefined {
	const line = Number(/\bline (\d+)/.exec(message)?.[1] ?? 0);
	if (line === 0) return undefined;
	return { line, text: text.split('\n', line)[line - 1] ?? '' };
}

/** "12 hosts and 3 groups", "1 host" */
export function toldParts({ hosts, groups }: Pick<Schemas['ImportFields'], 'hosts' | 'groups'>): string {
	return [...(hosts > 0 ? [countOf(hosts, 'host')] : []), ...(groups > 0 ? [countOf(groups, 'group')] : [])].join(' and ');
}

export const isNothing = ({ hosts, groups }: Pick<Schemas['ImportFields'], 'hosts' | 'groups'>): boolean => hosts + groups === 0;

/** What is to be known of it before it is made, in sentences. */
export function toldImport(found: Schemas['ImportFields']): string[] {
	const said = [`${toldParts(found)} with ${countOf(found.variables, 'variable')}.`];
	if (found.secrets > 0)
		said.push(`${countOf(found.secrets, 'of them is a secret', 'of them are secrets')}: kept sealed, and not shown again.`);
	if (found.left_out > 0)
		said.push(
			`${countOf(found.left_out, 'variable is', 'variables are')} left out: the text has only ${MASK} for ${found.left_out === 1 ? 'it' : 'them'}.`
		);
	if (found.split.length > 0)
		said.push(
			`${countOf(found.split.length, 'group has', 'groups have')} both hosts and groups, and ${found.split.length === 1 ? 'becomes two' : 'become two each'}, the hosts going to NAME.hosts: ${some(found.split)}.`
		);
	const fresh = found.new_machines;
	if (fresh.length === 0 && found.hosts > 0) said.push('The fleet knows all these machines.');
	else if (fresh.length > 0)
		said.push(
			`${fresh.length === MANY ? 'At least 100 machines are' : countOf(fresh.length, 'machine is', 'machines are')} new to the fleet: ${some(fresh)}.`
		);
	return said;
}

const MANY = 100; // no more are named
const SOME = 10;
const some = (names: readonly string[]) =>
	names.slice(0, SOME).join(', ') +
	(names.length >= MANY ? ' and others' : names.length > SOME ? ` and ${count(names.length - SOME)} more` : '');
