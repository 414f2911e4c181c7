/** A new quest: its four steps, and what happens when no answer comes. */
import { api, expect, test, type Page } from './browser.ts';
import { chain } from './world.ts';

type Quests = { totalQuests: number; quests: { id: number; description: string }[] };
const quests = () => api<Quests>('GET', '/quests?limit=all');

async function upToHosts(open: (address: string) => Promise<Page>): Promise<Page> {
	const { fate } = await chain();
	const page = await open(`/v1/quest/new?fate=${fate}`);
	await page.getByRole('button', { name: 'Next' }).click();
	return page;
}

async function upToReview(open: (address: string) => Promise<Page>, hosts: string, description: string): Promise<Page> {
	const page = await upToHosts(open);
	await page.getByLabel('Host names').fill(hosts);
	await page.getByRole('button', { name: /^Add \d/ }).click();
	await page.getByRole('button', { name: 'Next' }).click();
	await page.getByLabel('Description').fill(description);
	await page.getByRole('button', { name: 'Next' }).click();
	await page.getByText(/The event “.* required” is thrown/).waitFor();
	return page;
}

test('a quest is begun in four steps, with hosts pasted, queried and out of a file', async ({ open, screen }) => {
	const { name } = await chain();
	const page = await upToHosts(open);
	await page.goBack();
	await page.getByRole('heading', { name: 'What is to be done?' }).waitFor();
	await screen('new-quest-fate');
	await page.goForward();
	await page
		.getByLabel('Host names')
		.fill(`${name}-new.example.net; web-001.ams1.example.net\nweb-001.ams1.example.net ${'x'.repeat(129)}`);
	await page.getByText('1 not valid').waitFor();
	await screen('new-quest-paste');
	await page.getByRole('button', { name: 'Add 2 hosts' }).click();
	await expect.poll(() => page.getByLabel('Host names').inputValue()).toBe('x'.repeat(129));
	await page.getByRole('tab', { name: 'Query' }).click();
	await page.getByRole('combobox', { name: 'Query' }).fill('web-00*.ams1.example.net');
	await page.getByText('9 hosts', { exact: true }).waitFor();
	await page.getByRole('button', { name: 'Add these hosts' }).click();
	await page.getByText('Added 8 hosts, 1 other was chosen already.').waitFor();
	await screen('new-quest-query');
	await page.getByRole('tab', { name: 'File' }).click();
	await page.locator('input[type=file]').setInputFiles({
		name: 'hosts.csv',
		mimeType: 'text/csv',
		buffer: Buffer.from('"Host","Owner"\n"web-010.ams1.example.net","a,b"\n')
	});
	await page.getByRole('button', { name: 'Add 1 host' }).click();
	await page.getByText('11 hosts chosen').waitFor();
	await page.getByRole('button', { name: 'Remove web-010.ams1.example.net' }).click();
	await page.getByText('10 hosts chosen').waitFor();
	await page.getByRole('button', { name: 'Next' }).click();
	await page.getByLabel('Description').fill(`Of the e2e tests: ${name}`);
	await page.getByRole('button', { name: 'in two weeks' }).click();
	await page.getByRole('button', { name: 'Add a reference' }).click();
	await page.getByLabel('Name of reference 1').fill('OPS-1');
	expect(await page.getByRole('button', { name: 'Next' }).isDisabled()).toBe(true);
	await page.getByLabel('Address of reference 1').fill('https://tickets.example.net/OPS-1');
	await screen('new-quest-schedule');
	await page.getByRole('button', { name: 'Next' }).click();
	await page.getByText('1 host is not known yet and will be made').waitFor();
	await screen('new-quest-review');
	// What is begun outlives that somebody looks elsewhere, and a reload.
	await page.getByRole('link', { name: 'Hosts', exact: true }).click();
	await page.getByRole('link', { name: 'New quest' }).click();
	page.on('dialog', (dialog) => dialog.accept());
	await page.goto('/v1/quest/new?step=review');
	await page.getByRole('button', { name: 'Start quest with 10 labors' }).click();
	await page.waitForURL(/\/v1\/quests\/\d+$/);
	const id = Number(/\d+$/.exec(page.url())![0]);
	expect(await api('GET', `/quests/${id}?progressInfo=true`)).toMatchObject({
		totalLabors: 10,
		references: [{ label: 'OPS-1' }]
	});
	await page.goto('/v1/quest/new');
	await page.getByText('Choose a fate.').waitFor();
});

test('a quest whose answer is lost is found, and not begun a second time', async ({ open, screen, expectErrors }) => {
	expectErrors(/ERR_CONNECTION_RESET/);
	const { name } = await chain();
	const description = `Lost on its way: ${name}`;
	const page = await upToReview(open, `${name}-lost.example.net`, description);
	let sent = 0;
	await page.route('**/api/v1/quests?brief=true', async (route) => {
		sent++;
		await route.fetch();
		await route.abort('connectionreset');
	});
	await page.getByRole('button', { name: 'Start quest with 1 labor' }).dblclick();
	await page.getByRole('heading', { name: 'The quest was made' }).waitFor();
	await screen('new-quest-lost');
	await page.getByRole('button', { name: /^Open quest/ }).click();
	await page.getByRole('heading', { level: 1, name: new RegExp(description) }).waitFor();
	expect(sent).toBe(1);
	expect((await quests()).quests.filter((quest) => quest.description === description)).toHaveLength(1);
});

test('while a quest is being made it can’t be sent again, and leaving is asked for', async ({ open, screen }) => {
	const { name } = await chain();
	const page = await upToReview(open, `${name}-slow.example.net`, `Slow: ${name}`);
	let goOn = () => {};
	const held = new Promise<void>((done) => (goOn = done));
	await page.route('**/api/v1/quests?brief=true', async (route) => {
		await held;
		await route.continue();
	});
	const asked: string[] = [];
	page.on('dialog', (dialog) => {
		asked.push(dialog.message());
		void dialog.dismiss();
	});
	await page.getByRole('button', { name: 'Start quest with 1 labor' }).click();
	await page.getByText('Making the quest with 1 host').waitFor();
	await screen('new-quest-creating');
	expect(await page.getByRole('button', { name: /Start quest|Back|Discard/ }).count()).toBe(0);
	await page.getByRole('link', { name: 'Labors', exact: true }).click();
	await expect.poll(() => asked).toEqual([expect.stringMatching(/its answer has not come yet/)]);
	expect(page.url()).toMatch(/quest\/new/);
	goOn();
	await page.waitForURL(/\/v1\/quests\/\d+$/);
});

test('what the server refuses is said in its own words, and can be mended', async ({ open, expectErrors }) => {
	expectErrors(/status of 400/);
	const { name } = await chain();
	const page = await upToReview(open, `${name}-refused.example.net`, `Refused: ${name}`);
	await page.route('**/api/v1/quests?brief=true', (route) =>
		route.continue({ postData: JSON.stringify({ ...route.request().postDataJSON(), fateId: 999999 }) })
	);
	await page.getByRole('button', { name: 'Start quest with 1 labor' }).click();
	await page.getByText('Bad fate id 999999').waitFor();
	await page.getByRole('button', { name: 'Back' }).click();
	await page.getByLabel('Description').waitFor();
});
