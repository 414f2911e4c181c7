import { api, must, type Schemas } from '../api/client.ts';
import type { paths } from '../api/schema.d.ts';

/** The newest quests: the list itself has the oldest first. */
export async function newestQuests(
	query: Omit<NonNullable<paths['/quests']['get']['parameters']['query']>, 'limit' | 'offset'>,
	most: number,
	signal: AbortSignal
): Promise<Schemas['QuestList']> {
	const page = (limit: number, offset: number) =>
		must(api.GET('/quests', { params: { query: { ...query, limit, offset } }, signal }));
	const { totalQuests } = await page(0, 0);
	return page(most, Math.max(0, totalQuests - most));
}
