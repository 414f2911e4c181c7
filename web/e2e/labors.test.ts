/** Labors: mine, all, of a query; filters that are links; and a table of 20,000. */
import { api, expect, rowsOf, test, type Page } from './browser.ts';
import { chainOf, quest } from './world.ts';

const shown = (page: Page, n: number) =>
	expect
		.poll(() => page.getByRole('grid', { name: 'Labors' }).getAttribute('aria-rowcount'), { timeout: 10_000 })
		.toBe(String(n + 1));
const total = async (query: string) => (await api<{ total: number }>('GET', `/labors/table?${query}`)).total;
const values = (page: Page, name: string) => new URL(page.url()).searchParams.getAll(name);

test('labors are mine, all, or those of a query, as many as the server counts', async ({ open, screen }) => {
	const { hosts, prefix } = await quest(4, 'Labors that are mine');
	for (const hostname of hosts.slice(0, 3)) await api('PUT', `/hosts/${hostname}`, { owner: 'admin' });
	const page = await open('/v1/labors/?mine=true');
	const grid = page.getByRole('grid', { name: 'Labors' });
	await shown(page, await total('open=true&mine=true'));
	await page.keyboard.press('/');
	await page.keyboard.type(prefix);
	await shown(page, 3);
	await screen('labors-mine');
	await page.getByRole('button', { name: 'Mine', exact: true }).click();
	await page.getByRole('heading', { level: 1, name: 'Open labors' }).waitFor();
	await shown(page, 4);
	await page.getByRole('searchbox').fill('');
	await shown(page, await total('open=true'));

	const box = page.getByRole('combobox', { name: 'Of hosts' });
	await box.fill(`${prefix}-1* or ${prefix}-2*`);
	await box.press('Enter');
	await shown(page, 2);
	expect(values(page, 'byQuery')).toEqual([`${prefix}-1* or ${prefix}-2*`]);
	const found = await grid.getByRole('link', { name: prefix }).allTextContents();
	expect(found.sort()).toEqual([hosts[0], hosts[1]]);
});

test('filters and order stand in the address: a reload keeps them, the back button takes them back one by one', async ({
	open
}) => {
	const { id, hosts, prefix, done, name } = await quest(5, 'Filtered');
	await done(hosts[1]!, hosts[3]!);
	const page = await open(`/v1/labors/?open=false&quest=${id}`);
	await shown(page, 5);
	await page.getByRole('button', { name: 'Status' }).first().click();
	await page.getByRole('checkbox', { name: /^Done/ }).check();
	await page.keyboard.press('Escape');
	await shown(page, 2);
	expect(values(page, 'status')).toEqual(['done']);
	const host = page.getByRole('columnheader', { name: 'Host' });
	await host.getByRole('button').click();
	await host.getByRole('button').click();
	await expect.poll(() => host.getAttribute('aria-sort')).toBe('descending');
	await page.getByRole('searchbox').fill(prefix);
	const seen = () => rowsOf(page, 'Labors').getByRole('link', { name: prefix }).allTextContents();
	await expect.poll(seen).toEqual([hosts[3], hosts[1]]);
	const address = page.url();

	await page.reload();
	await expect.poll(seen).toEqual([hosts[3], hosts[1]]);
	expect(page.url()).toBe(address);
	expect(await page.getByRole('searchbox').inputValue()).toBe(prefix);

	await rowsOf(page, 'Labors').first().getByRole('link', { name: hosts[3]! }).click();
	await page.getByRole('heading', { level: 1, name: hosts[3]! }).waitFor();
	await page.goBack();
	await expect.poll(seen).toEqual([hosts[3], hosts[1]]);
	expect(page.url()).toBe(address);
	await page.goBack();
	await shown(page, 5);
	expect([values(page, 'status'), values(page, 'quest')]).toEqual([[], [String(id)]]);
	expect(
		await rowsOf(page, 'Labors')
			.filter({ hasText: `${name} required` })
			.count()
	).toBe(5);
});

test('a labor has a page of its own, from which its chain is moved on', async ({ open, screen }) => {
	const { fates, name } = await chainOf('required', 'ready', 'done');
	const { id, hosts } = await quest(2, `One labor: ${name}`, { fate: fates['required']! });
	const page = await open(`/v1/labors/?quest=${id}`);
	const row = page.getByRole('row', { name: hosts[1]! });
	await row.dblclick({ position: { x: 400, y: 12 } });
	await page.getByRole('heading', { level: 1, name: `${name} required: ${hosts[1]}` }).waitFor();
	await page.getByRole('button', { name: 'Acknowledge', exact: true }).click();
	await page.getByText('by admin@').first().waitFor();
	await page.getByRole('button', { name: 'Throw event' }).click();
	const dialog = page.getByRole('dialog');
	await dialog.getByText('What it will do').waitFor();
	await dialog.getByRole('button', { name: new RegExp(`^Throw ${name} ready`) }).click();
	await page.getByText('The chain stands at').waitFor();
	await screen('labor-moved');
	await page
		.getByRole('link', { name: `${name} ready`, exact: true })
		.first()
		.click();
	await page.getByRole('heading', { level: 1, name: `${name} ready: ${hosts[1]}` }).waitFor();
});

/** The rows that are wholly in sight below the table's head: which, and where. */
const inSight = (page: Page) =>
	page.getByRole('grid', { name: 'Labors' }).evaluate((grid) => {
		const box = grid.getBoundingClientRect();
		return [...grid.querySelectorAll('[role=row][aria-selected]')]
			.map((row) => ({ row, at: row.getBoundingClientRect() }))
			.filter(({ at }) => at.top >= box.top + 30 && at.bottom <= box.bottom)
			.map(({ row, at }) => ({ host: row.querySelector('a')!.textContent!, x: at.left + 18, y: (at.top + at.bottom) / 2 }));
	});
/** By the mouse, as a hand would: Playwright's own click scrolls first. */
const choose = (page: Page, { x, y }: { x: number; y: number }) => page.mouse.click(x, y);

test('of 20,000 rows, scrolled to the middle, the one that is clicked is chosen, and the table stays where it is', async ({
	open
}) => {
	const { id, prefix } = await quest(20_000, 'Twenty thousand');
	const page = await open(`/v1/quests/${id}`);
	await shown(page, 20_000);
	const grid = page.getByRole('grid', { name: 'Labors' });
	const middle = await grid.evaluate((one) => (one.scrollTop = Math.round(one.scrollHeight / 2)));
	expect(middle).toBeGreaterThan(10_000 * 30);
	await expect.poll(async () => (await inSight(page)).length).toBeGreaterThan(5);
	const before = await inSight(page);
	const third = before[2]!;
	await choose(page, third);
	await page.getByText('1 labor selected').waitFor();
	expect(await inSight(page)).toEqual(before);
	expect(await grid.evaluate((one) => one.scrollTop)).toBe(middle);
	const selected = rowsOf(page, 'Labors').and(page.locator('[aria-selected=true]'));
	expect(await selected.getByRole('link', { name: prefix }).allTextContents()).toEqual([third.host]);

	await page.keyboard.down('Shift');
	await choose(page, before[4]!);
	await page.keyboard.up('Shift');
	await page.getByText('3 labors selected').waitFor();
	expect(await inSight(page)).toEqual(before);
	await page.getByRole('button', { name: 'Select all 20,000 that match' }).click();
	await page.getByText('20,000 labors selected').waitFor();

	await page.getByRole('button', { name: 'Clear' }).click();
	await page.setViewportSize({ width: 1000, height: 1000 }); // the buttons take a line more
	await grid.scrollIntoViewIfNeeded();
	const fourth = (await inSight(page))[3]!;
	await choose(page, fourth);
	await page.getByText('1 labor selected').waitFor();
	expect((await inSight(page)).find(({ host }) => host === fourth.host)).toEqual(fourth);
});

test('by keys the row where one is stays in sight, beyond the lower edge, too', async ({ open }) => {
	const { id } = await quest(200, 'Longer than the window');
	const page = await open(`/v1/quests/${id}`);
	await shown(page, 200);
	const grid = page.getByRole('grid', { name: 'Labors' });
	await page.keyboard.press('/');
	await page.keyboard.press('Escape');
	await grid.focus();
	const active = () =>
		grid.evaluate(
			(one) => document.getElementById(one.getAttribute('aria-activedescendant') ?? '')?.querySelector('a')?.textContent
		);
	for (const [key, times] of [
		['ArrowDown', 25],
		['PageDown', 2],
		['End', 1],
		['ArrowUp', 20]
	] as const) {
		for (let i = 0; i < times; i++) await page.keyboard.press(key);
		await expect
			.poll(async () => (await inSight(page)).map((row) => row.host).includes((await active()) ?? ''), { message: key })
			.toBe(true);
	}
});

test('who looks at one of them and comes back finds the table as he left it: where he was, and what he had chosen', async ({
	open
}) => {
	const { id, prefix } = await quest(200, 'Left and come back to');
	const page = await open(`/v1/quests/${id}`);
	await shown(page, 200);
	const grid = page.getByRole('grid', { name: 'Labors' });
	const top = await grid.evaluate((one) => (one.scrollTop = 1500));
	await expect.poll(async () => (await inSight(page)).length).toBeGreaterThan(5);
	const before = await inSight(page);
	await choose(page, before[1]!);
	await choose(page, before[3]!);
	await page.getByText('2 labors selected').waitFor();
	await grid.getByRole('link', { name: before[2]!.host }).first().click();
	await page.getByRole('heading', { level: 1, name: prefix }).waitFor();
	await page.goBack();
	await page.getByText('2 labors selected').waitFor();
	await expect.poll(() => grid.evaluate((one) => one.scrollTop)).toBe(top);
	expect(await inSight(page)).toEqual(before);
});

test('a page that is left does not ask for what the next one’s address says', async ({ open }) => {
	const page = await open('/v1/labors/?mine=true');
	const asked: string[] = [];
	page.on('request', (request) => request.url().includes('/labors/table') && asked.push(request.url()));
	await page.getByRole('link', { name: 'Fates', exact: true }).click();
	await page.getByRole('heading', { level: 1, name: 'Fates' }).waitFor();
	expect(asked).toEqual([]);
});
