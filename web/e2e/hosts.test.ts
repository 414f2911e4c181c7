/** Hosts: found, chosen, looked at, renamed, merged. */
import { api, expect, test, type Page } from './browser.ts';
import { chain } from './world.ts';

const rows = (page: Page, label: string) => page.getByRole('grid', { name: label }).locator('.rows [role=row]');
const count = (page: Page, text: string | RegExp) =>
	expect.poll(() => page.locator('.tools .n').textContent(), { timeout: 10_000 }).toMatch(text);
let next = 0;
/** A host of this test alone, with an open labor. */
async function host(): Promise<string> {
	const { name, required } = await chain();
	const hostname = `${name}-host-${++next}.example.net`;
	await api('POST', '/events', { user: 'admin', eventTypeId: required, hostname });
	return hostname;
}

test('hosts are found by letters of their names and by a query that completes itself', async ({ open, screen }) => {
	const page = await open('/v1/hosts/');
	await page.keyboard.press('/');
	await page.keyboard.type('WEB-01');
	await count(page, /^\s*\d+ hosts\s*$/);
	const box = page.getByRole('combobox', { name: /Query/ });
	await box.pressSequentially('site=am');
	await page.getByRole('option', { name: 'ams1' }).waitFor();
	await screen('host-query');
	await page.keyboard.press('ArrowDown');
	await page.keyboard.press('Enter');
	await page.keyboard.press('Enter');
	await expect.poll(() => new URL(page.url()).searchParams.get('hostQuery')).toBe('site=ams1');
	expect(new URL(page.url()).searchParams.get('q')).toBe('WEB-01');
	await expect.poll(() => rows(page, 'Hosts').first().textContent()).toMatch(/^\s*web-01\d\.ams1/);
});

test('a query that the server refuses is marked where it is wrong', async ({ open, screen, expectErrors }) => {
	expectErrors(/status of 400/);
	const page = await open('/v1/hosts/?hostQuery=owner%3Danna+site%3Dams1');
	await page.getByText('The query can’t be understood').waitFor();
	expect(await page.locator('mark').textContent()).toBe('site');
	await screen('host-query-refused');
	await page.getByRole('button', { name: 'Show all hosts' }).click();
	await count(page, /hosts/);
});

test('by keys alone: hosts are chosen, and a quest is begun with them', async ({ open, screen }) => {
	const { name } = await chain();
	const page = await open('/v1/hosts/?hostQuery=site%3Dams1&q=db-00');
	const grid = page.getByRole('grid', { name: 'Hosts' });
	while ((await page.evaluate(() => document.activeElement?.getAttribute('role'))) !== 'grid') await page.keyboard.press('Tab');
	await page.keyboard.press('Control+a');
	const n = await rows(page, 'Hosts').count();
	await page.getByText(`${n} hosts selected`).waitFor();
	await screen('hosts-selected');
	expect(await grid.getAttribute('aria-multiselectable')).toBe('true');
	await page.getByRole('button', { name: 'New quest with them' }).press('Enter');
	await page.getByRole('radio', { name: new RegExp(`${name} required`) }).press('Space');
	await page.getByRole('button', { name: 'Next' }).press('Enter');
	expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Which hosts take part?');
	await page.getByText(`${n} hosts chosen`).waitFor();
});

test('a host shows what waits on it and what happened, live', async ({ open, screen }) => {
	const { name, completed } = await chain();
	const hostname = await host();
	const page = await open(`/v1/hosts/${hostname}`);
	await page.getByRole('heading', { name: '1 open labor' }).waitFor();
	await page.getByText(`1 way on: ${name} completed`).waitFor();
	await page.getByRole('button', { name: `Acknowledge ${name} required` }).click();
	await page.getByText('acknowledged by admin@').waitFor();
	await page.getByRole('table').getByRole('link', { name: /UTC/ }).first().focus();
	expect(await page.locator('.timeline output').textContent()).toMatch(/^\s*\d{4}-\d\d-\d\d \d\d:\d\d UTC\s*$/);
	await screen('host');
	await api('POST', '/events', { user: 'admin', eventTypeId: completed, hostname, note: 'by hand' });
	await page.getByText('by hand').waitFor({ timeout: 2000 });
	await page.getByRole('heading', { name: '0 open labors' }).waitFor({ timeout: 2000 });
	await page.evaluate(() => ((window as { kept?: boolean }).kept = true));
	await page.locator('.timeline a').first().press('Enter');
	await page.waitForURL(/\/v1\/(labors|events)\/\d+$/);
	expect(await page.evaluate(() => (window as { kept?: boolean }).kept)).toBe(true); // a link in a drawing loads nothing anew
});

test('a host gets an owner and tags, which lead to others that have them', async ({ open }) => {
	const hostname = await host();
	const page = await open(`/v1/hosts/${hostname}`);
	await page.getByRole('button', { name: 'Edit' }).click();
	await page.getByLabel('Owner').fill('infra-core');
	await page.getByRole('textbox', { name: 'Tags' }).fill(`env=e2e\nof ${hostname}`);
	await page.getByRole('button', { name: 'Save' }).click();
	await page.getByRole('link', { name: `of ${hostname}` }).waitFor();
	expect(await api('GET', `/hosts/${hostname}?limit=0`)).toMatchObject({
		owner: 'infra-core',
		tags: ['env=e2e', `of ${hostname}`]
	});
	await page.getByRole('link', { name: `of ${hostname}` }).click();
	await count(page, /^\s*1 host\s*$/);
});

test('merging two hosts says what moves, and the button names it', async ({ open, screen }) => {
	const [from, to] = [await host(), await host()];
	const page = await open(`/v1/hosts/${from}`);
	await page.getByRole('button', { name: 'Rename or merge' }).click();
	await page.getByLabel('New name').fill(to);
	const merge = page.getByRole('button', { name: `Merge 1 event and 1 labor into ${to}` });
	await merge.waitFor();
	await screen('host-merge');
	await merge.click();
	await page.getByRole('heading', { level: 1, name: to }).waitFor();
	await page.getByRole('heading', { name: '2 open labors' }).waitFor();
	expect(await api('GET', `/events?hostname=${from}&limit=1`)).toMatchObject({ totalEvents: 0 });
});

test('a host that is not there says so', async ({ open, expectErrors }) => {
	expectErrors(/status of 404/);
	const page = await open('/v1/hosts/nobody%2Fknows%20it');
	await page.getByText('There is no host nobody/knows it').waitFor();
});
