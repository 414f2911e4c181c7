import { server } from '#lib/testing/server.ts';
import { beforeEach, expect, it } from 'vitest';
import { newestQuests } from './newest.ts';

let total: number;
beforeEach(() => {
	server.asked = [];
	server.answer = () => ({ body: { totalQuests: total, quests: [] } });
});
const asked = async (most: number) => {
	await newestQuests({ byCreator: 'anna' }, most, new AbortController().signal);
	return server.asked;
};

it('of many quests the newest are had, and none of the others', async () => {
	total = 2345;
	expect(await asked(2000)).toEqual(['/quests?byCreator=anna&limit=0&offset=0', '/quests?byCreator=anna&limit=2000&offset=345']);
});

it('of few, all', async () => {
	total = 3;
	expect((await asked(2000))[1]).toBe('/quests?byCreator=anna&limit=2000&offset=0');
});
