/** What every page keeps, whatever it shows. */
import { beforeAll } from 'vitest';
import { routes } from '../src/app/routes.ts';
import { api, expect, settled, test } from './browser.ts';
import { oneOfEach, over, run } from './world.ts';

const things: Record<string, string | number> = {};

type Listed = { id: number; hostname: string }[];

beforeAll(async () => {
	for (const kind of ['quests', 'labors', 'hosts', 'events', 'fates']) {
		const list = (await api<Record<string, Listed>>('GET', `/${kind}?limit=1`))[kind]!;
		things[`/v1/${kind}/:id`] = list[0]!.id;
		things[`/v1/${kind}/:name`] = encodeURIComponent(list[0]!.hostname);
	}
	const each = await oneOfEach();
	things['/runs/:id'] = await run(each['/projects/:id'], 'site.yml', each['/inventories/:id']);
	await over(things['/runs/:id']);
	Object.assign(things, each);
});

const addressOf = (pattern: string) => pattern.replace(/:\w+$/, String(things[pattern]));

const homes = ['/home', '/v1'];

test.for(routes.map(({ pattern }) => pattern).filter((pattern) => !homes.includes(pattern)))(
	'%s opens, has one h1 and a title, no axe violation in light and dark, and fits into 390 px',
	async (pattern, { open, screen }) => {
		const page = await open(addressOf(pattern));
		await settled(page);
		expect(await page.locator('h1').count()).toBe(1);
		expect(await page.title()).toMatch(/^.+ · Moirai$/);
		expect(await page.getByRole('alert').allTextContents()).toEqual([]);
		await screen(`page${pattern.replaceAll(/[/:]+/g, '-')}`);
	}
);

test('home has its old addresses, too', async ({ open }) => {
	for (const address of homes) {
		const page = await open(address);
		expect(await page.locator('h1').textContent()).toBe('Home');
	}
});

test('an address that leads nowhere says so, and how to go on', async ({ open, screen }) => {
	const page = await open('/v1/nowhere/at/all');
	expect(await page.locator('h1').textContent()).toBe('No such page');
	await page.getByRole('link', { name: 'Go home' }).click();
	await page.getByRole('heading', { level: 1, name: 'Home' }).waitFor();
	await screen('home-from-nowhere');
});

test('a quest that is not there says so', async ({ open, expectErrors }) => {
	expectErrors(/status of 404/);
	const page = await open('/v1/quests/999999999');
	await page.getByText('There is no quest 999999999').waitFor();
});

test('a page is left and come back to by links, keys and the back button alone, without loading anew', async ({ open }) => {
	const page = await open('/');
	await page.evaluate(() => ((window as { kept?: boolean }).kept = true));
	await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Quests' }).click();
	await page.getByRole('heading', { level: 1, name: 'Quests' }).waitFor();
	expect(await page.evaluate(() => document.activeElement?.id)).toBe('main');
	await page.keyboard.press('g');
	await page.keyboard.press('l');
	await page.getByRole('heading', { level: 1, name: 'Labors' }).waitFor();
	await page.goBack();
	await page.getByRole('heading', { level: 1, name: 'Quests' }).waitFor();
	expect(await page.evaluate(() => (window as { kept?: boolean }).kept)).toBe(true);
});
