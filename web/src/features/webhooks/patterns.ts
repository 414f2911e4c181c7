/** Of which events a webhook is told: each pattern names a category, a state, or both. */
export interface Pattern {
	category?: string | undefined;
	state?: string | undefined;
}

/** "system-reboot completed", "any system-reboot", "completed of anything" */
export function patternText({ category, state }: Pattern): string {
	if (category && state) return `${category} ${state}`;
	return category ? `any ${category}` : `${state ?? ''} of anything`;
}

/** As the server takes them: those that name nothing are left out, each once. */
export function cleaned(patterns: readonly Pattern[]): Pattern[] {
	const texts = patterns
		.map(({ category, state }) => ({ category: category?.trim(), state: state?.trim() }))
		.filter(({ category, state }) => category || state)
		.map(({ category, state }) => JSON.stringify({ ...(category && { category }), ...(state && { state }) }));
	return [...new Set(texts)].map((text) => JSON.parse(text) as Pattern);
}

/** Recipients are texts with " | " between them; on the page each has a line. */
export const toLines = (recipients: string) => recipients.split(' | ').join('\n');
export const fromLines = (lines: string) =>
	lines
		.split('\n')
		.map((line) => line.trim())
		.filter(Boolean)
		.join(' | ');
