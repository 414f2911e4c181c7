/** Search: any host, quest or page by a few letters of it. */
import { expect, test, type Page } from './browser.ts';
import { quest, unique } from './world.ts';

const find = (page: Page) => page.getByRole('dialog', { name: 'Find' });
const heading = (page: Page, name: string | RegExp) => page.getByRole('heading', { level: 1, name }).waitFor();

test('Ctrl K finds a host, a quest and a page, and Enter opens what was typed', async ({ open, screen }) => {
	const sought = `Sought: ${unique()}`;
	const { hosts, prefix, id } = await quest(12, sought);
	const page = await open('/');
	await page.keyboard.press('Control+k');
	const box = find(page).getByRole('combobox');
	const waits = () => expect.poll(() => box.evaluate((one) => one === document.activeElement)).toBe(true);
	await waits();
	await box.fill(prefix);
	await find(page).getByRole('option', { name: hosts[0]! }).waitFor();
	await screen('search');
	// Quickly, one letter more, while the answer for the others is shown: it is not the first of those that opens.
	await box.fill(hosts[11]!);
	await page.keyboard.press('Enter');
	await heading(page, hosts[11]!);
	expect(await find(page).count()).toBe(0);

	await page.keyboard.press('Control+k');
	await box.fill(sought);
	await find(page)
		.getByRole('option', { name: `${id} ${sought}` })
		.click();
	await heading(page, sought);
	await page.keyboard.press('Control+k');
	await waits(); // each time it is opened
	await page.keyboard.type('event ty');
	await find(page).getByRole('option', { name: 'Event types' }).waitFor();
	await page.keyboard.press('Enter');
	await heading(page, 'Event types');
});

test('what is typed right after Ctrl K is meant for it, though it is not there yet', async ({ page }) => {
	await page.route(/Palette-/, async (route) => {
		await new Promise((over) => setTimeout(over, 500));
		await route.continue();
	});
	await page.goto('/v1/hosts/');
	await heading(page, 'Hosts');
	await page.keyboard.press('Control+k');
	await page.keyboard.type('gq web');
	await expect.poll(() => find(page).getByRole('combobox').inputValue()).toBe('gq web');
	expect(new URL(page.url()).pathname).toBe('/v1/hosts/');
});

test('/ is search where there is nothing to filter, and Esc leaves the page as it was', async ({ open }) => {
	const page = await open('/');
	await page.keyboard.press('/');
	await find(page).waitFor();
	await page.keyboard.press('Escape');
	await expect.poll(() => find(page).count()).toBe(0);
	await page.keyboard.press('g');
	await page.keyboard.press('q');
	await heading(page, 'Quests');
	await page.keyboard.press('/');
	expect(await page.getByRole('searchbox').evaluate((box) => box === document.activeElement)).toBe(true);
	expect(await find(page).count()).toBe(0);
});

test('what nobody knows is not found, and that is said', async ({ open }) => {
	const page = await open('/v1/hosts/');
	await page.getByRole('button', { name: /^Find a host, quest, project or page/ }).click();
	await find(page).getByRole('combobox').fill('nobody knows it');
	await find(page).getByText('Nothing matches “nobody knows it”.').waitFor();
});
