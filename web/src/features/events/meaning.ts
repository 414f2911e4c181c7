/** What an event of a type means: something went wrong, asks for work, settles it; or none of that. */
import type { Definitions } from '#lib/law/definitions.svelte.ts';

type Meaning = 'failed' | 'opens' | 'closes' | 'plain';

export function meaningOf(definitions: Definitions, typeId: number): Meaning {
	if (definitions.isFailure(typeId)) return 'failed';
	if (definitions.opens(typeId)) return 'opens';
	return definitions.closes(typeId).length > 0 ? 'closes' : 'plain';
}
