/** The journal: filtered, added to, and what comes in while it is open. */
import { api, expect, rowsOf, says, test, type Page } from './browser.ts';
import { chain, chainOf, happens, quest, unique } from './world.ts';

const events = (page: Page) => page.getByRole('grid', { name: 'Events' });
const total = async (query: string) => (await api<{ totalEvents: number }>('GET', `/events?limit=1&${query}`)).totalEvents;
const counted = (page: Page, n: number) =>
	page
		.getByRole('status')
		.filter({ hasText: new RegExp(`^\\s*${n.toLocaleString('en-GB')} events?\\s*$`) })
		.waitFor();
const kept = (page: Page) => page.evaluate(() => (window as { kept?: boolean }).kept);

test('events are filtered by what happened, on which hosts and when, and the address tells', async ({ open, screen }) => {
	const { name, types } = await chainOf('required', 'done');
	const hosts = [1, 2, 3].map((i) => `${name}-${i}.example.net`);
	await happens(types['required']!, ...hosts);
	await happens(types['done']!, hosts[0]!);
	const page = await open('/v1/events/');
	await page
		.getByRole('button', { name: /^Event/ })
		.first()
		.click();
	await page.getByRole('textbox', { name: 'Find among Event' }).fill(name);
	await page.getByRole('checkbox', { name: `${name} required` }).check();
	await counted(page, 3);
	await page.getByRole('checkbox', { name: `${name} done` }).check();
	await counted(page, 4);
	await page.keyboard.press('Escape');
	const box = page.getByRole('combobox', { name: 'Of hosts' });
	await box.fill(`${hosts[0]!} or ${hosts[1]!}`);
	await box.press('Enter');
	await counted(page, 3);
	await screen('events-filtered');
	const asked = new URL(page.url()).searchParams;
	expect(asked.getAll('type').map(Number)).toEqual([types['required'], types['done']]);
	expect(
		await total(`eventTypeId=${types['required']!}&eventTypeId=${types['done']!}&hostQuery=${hosts[0]!}+or+${hosts[1]!}`)
	).toBe(3);
	expect(await rowsOf(page, 'Events').first().textContent()).toMatch(new RegExp(`${hosts[0]!}.*done`));
	await page.reload();
	await counted(page, 3);
	await page.getByRole('button', { name: /^Time/ }).click();
	await page.getByLabel(/^To/).fill('2020-01-01T00:00');
	await page.keyboard.press('Tab');
	await page.getByText('No event matches').waitFor();
	expect(new URL(page.url()).searchParams.get('to')).toBe('2020-01-01T00:00');
	await page.keyboard.press('Escape');
	await page.goBack(); // a time that was typed figure by figure is no step of its own
	await counted(page, 4);
});

test('an event is thrown on hosts by their names, and stands on top', async ({ open, screen }) => {
	const { name, required } = await chain();
	const hosts = [1, 2].map((i) => `${unique()}-${i}.example.net`);
	const page = await open('/v1/events/');
	await page.getByRole('button', { name: 'Throw event' }).click();
	const dialog = page.getByRole('dialog');
	await dialog.getByLabel('Host names').fill(`${hosts[0]!}, ${hosts[1]!}\n${hosts[0]!}`);
	await dialog.getByRole('button', { name: 'Add 2 hosts' }).click();
	await screen('events-hosts');
	await dialog.getByRole('button', { name: 'Choose the event' }).click();
	await page.getByRole('dialog', { name: 'Throw an event for 2 hosts' }).waitFor();
	await dialog.getByRole('combobox').click();
	await page.keyboard.type(`${name} req`);
	await page.getByRole('option', { name: `${name} required` }).click();
	await dialog.getByText('2 hosts not known yet').waitFor();
	expect(await dialog.getByRole('listitem').filter({ hasText: 'opens' }).textContent()).toContain(`2 labors “${name} required”`);
	await dialog.getByRole('textbox', { name: 'Note' }).fill('seen by hand');
	await dialog.getByRole('button', { name: `Throw ${name} required for 2 hosts` }).click();
	await dialog.waitFor({ state: 'detached' });
	await page.mouse.move(5, 500);
	const top = rowsOf(page, 'Events').filter({ hasText: 'seen by hand' });
	await expect.poll(() => top.count()).toBe(2);
	await expect.poll(() => rowsOf(page, 'Events').first().textContent()).toMatch(new RegExp(`${hosts[1]!}|${hosts[0]!}`));
	expect(await total(`eventTypeId=${required}&hostname=${hosts[0]!}`)).toBe(1);
});

test('more than fifty that come in where nobody reads are simply there, and the page goes on', async ({ open }) => {
	const page = await open('/v1/events/');
	await says(page, 'Live');
	await page.evaluate(() => ((window as { kept?: boolean }).kept = true));
	const { hosts } = await quest(90, 'Ninety at once');
	await expect
		.poll(() => rowsOf(page, 'Events').first().textContent(), { timeout: 5000 })
		.toMatch(new RegExp(hosts[0]!.replace(/-1\..*/, '')));
	await page.getByRole('link', { name: 'Fates', exact: true }).click();
	await page.getByRole('heading', { level: 1, name: 'Fates' }).waitFor();
	expect(await kept(page)).toBe(true);
});

test('who reads further down stays where he is, and is told how many have come in', async ({ open }) => {
	const { completed } = await chain();
	const page = await open('/v1/events/');
	await says(page, 'Live');
	await events(page).hover();
	await page.mouse.wheel(0, 1500);
	await expect.poll(() => events(page).evaluate((grid) => grid.scrollTop)).toBe(1500);
	const seen = () => rowsOf(page, 'Events').nth(20).textContent();
	const before = await seen();
	const host = `${unique()}.example.net`;
	await happens(completed, host);
	const news = page.getByRole('button', { name: '1 new, show' });
	await news.waitFor({ timeout: 3000 });
	expect(await events(page).evaluate((grid) => grid.scrollTop)).toBe(1500);
	expect(await seen()).toBe(before);
	await news.click();
	await expect.poll(() => rowsOf(page, 'Events').first().textContent()).toContain(host);
	expect(await news.count()).toBe(0);
});

test('older events come as one scrolls', async ({ open }) => {
	const page = await open('/v1/events/');
	const count = async () => Number(await events(page).getAttribute('aria-rowcount'));
	const first = await count();
	await events(page).evaluate((grid) => grid.scrollTo(0, grid.scrollHeight));
	await expect.poll(count).toBeGreaterThan(first);
	await rowsOf(page, 'Events').last().dblclick();
	await page.waitForURL(/\/v1\/events\/\d+$/);
});
