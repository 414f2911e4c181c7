import { ApiError } from './client.ts';

export interface Problems {
	/** What is wrong with a field, in the server's words: to be shown beside it. */
	of: Readonly<Record<string, string>>;
	/** What it said besides. */
	rest: string | undefined;
}

/** What was refused, by names. An option of a run is told as {playbook: "Incorrect argument: why.", argument: its name}: it is that
 * option's, not the playbook's. */
export function refusedOf(failed: Error | undefined): Record<string, string> {
	const { argument, ...fields } = failed instanceof ApiError ? failed.fields : {};
	if (argument === undefined) return fields;
	const { playbook, module, ...others } = fields;
	return { ...others, [argument]: (playbook ?? module ?? 'It is refused.').replace(/^Incorrect argument: /, '') };
}

/** What was refused of a form with these fields. */
export function problemsOf(failed: Error | undefined, fields: readonly string[]): Problems {
	if (!failed) return { of: {}, rest: undefined };
	const said = Object.entries(refusedOf(failed));
	const known = said.filter(([name]) => fields.includes(name));
	if (known.length === 0) return { of: {}, rest: failed.message };
	const others = said
		.filter(([name]) => !fields.includes(name))
		.map(([name, text]) => (/_errors$/.test(name) ? text : `${name}: ${text}`));
	return { of: Object.fromEntries(known), rest: others.join(' ') || undefined };
}
