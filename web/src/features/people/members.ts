/** Changes who is in a team: the server knows only all members at once, so that these are read just before. */
import { must, polemarch } from '#lib/api/client.ts';

export async function changeMembers(id: number, change: (members: readonly number[]) => number[]): Promise<void> {
	const path = { id };
	const { users_list } = await must(polemarch.GET('/teams/{id}/', { params: { path } }));
	await must(polemarch.PATCH('/teams/{id}/', { params: { path }, body: { users_list: change(users_list) } }));
}
