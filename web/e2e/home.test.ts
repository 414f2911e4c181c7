/** Home: what is late, what waits for me, and where that leads. */
import { toServer } from '../src/lib/time.ts';
import { api, expect, test, type Locator } from './browser.ts';
import { chainOf, happens, quest, soon, unique } from './world.ts';

interface HomeData {
	user: string;
	quests: { id: number; targetTime: string | null }[];
	atRisk: { id: number }[];
	waiting: { total: number; steps: { fateId: number; questId: number | null; labors: number }[] };
	failures: { id: number }[];
	today: { events: number; opened: number; closed: number };
}
const home = () => api<HomeData>('GET', '/home');
const count = (n: number) => n.toLocaleString('en-GB');
/** Where the links of a panel lead. */
const linked = (panel: Locator, to: RegExp) =>
	panel
		.getByRole('link')
		.evaluateAll((links) => links.map((link) => link.getAttribute('href')!))
		.then((all) => all.map((href) => to.exec(href)?.[1]).filter((id) => id !== undefined));
const panel = (page: { locator: (css: string) => Locator }, title: RegExp) =>
	page.locator('section').filter({ has: page.locator('h2').filter({ hasText: title }) });

test('home’s figures are the server’s, and mine that are overdue come first', async ({ open, screen }) => {
	const due = new Date(Date.now() + 1500);
	const { id } = await quest(3, `Late: ${unique()}`, { targetTime: toServer(due) });
	const after = await quest(3, `In time: ${unique()}`, { targetTime: soon() });
	await expect.poll(() => new Date() > due, { timeout: 3000 }).toBe(true);
	const page = await open('/');
	const told = await home();

	const mine = panel(page, /^My quests/);
	expect(await linked(mine, /quests\/(\d+)$/)).toEqual(told.quests.map((one) => String(one.id)));
	const standing = await mine.getByRole('listitem').allTextContents();
	const late = standing.map((text) => /overdue by/.test(text));
	expect(late).toEqual([...late].sort((a, b) => Number(b) - Number(a)));
	const place = (of: number) => told.quests.findIndex((one) => one.id === of);
	expect([late[place(id)], late[place(after.id)]]).toEqual([true, false]);
	expect(await mine.getByRole('heading').textContent()).toContain(`${late.filter(Boolean).length} overdue`);

	expect(await linked(panel(page, /at risk/), /quests\/(\d+)$/)).toEqual(told.atRisk.map((one) => String(one.id)));
	expect(await linked(panel(page, /^Recent failures/), /events\/(\d+)$/)).toEqual(told.failures.map((one) => String(one.id)));
	const waits = panel(page, /^Waits for me/);
	expect(await waits.getByRole('link', { name: /labors?$/ }).textContent()).toContain(count(told.waiting.total));
	const numbers = await waits.getByRole('row').locator('td:last-child').allTextContents();
	expect(numbers).toEqual(told.waiting.steps.slice(0, 10).map((step) => count(step.labors)));
	const today = (await page.getByText(/^\s*Today/).textContent())!.replaceAll(/\s+/g, ' ');
	expect(today).toContain(
		`${count(told.today.events)} events, ${count(told.today.opened)} labors opened, ${count(told.today.closed)} closed`
	);
	await screen('home-late');
});

test('what waits for me appears at home by itself, and leads to its labors', async ({ open }) => {
	const { fates, name, types } = await chainOf('required', 'ready', 'done');
	const { id, hosts } = await quest(3, `Waits: ${name}`, { fate: fates['required']! });
	for (const hostname of hosts) await api('PUT', `/hosts/${hostname}`, { owner: 'admin' });
	const page = await open('/');
	const row = panel(page, /^Waits for me/).getByRole('row', { name: `Quest ${id}` });
	await expect.poll(() => row.textContent()).toMatch(/3\s*$/);
	await happens(types['ready']!, hosts[0]!);
	const [required, ready] = [row.filter({ hasText: `${name} required` }), row.filter({ hasText: `${name} ready` })];
	await expect.poll(() => required.textContent(), { timeout: 3000 }).toMatch(/2\s*$/);
	await expect.poll(() => ready.textContent()).toMatch(/1\s*$/);
	await required.getByRole('link', { name: `${name} required` }).click();
	await page.getByRole('heading', { level: 1, name: 'Labors that wait for me' }).waitFor();
	const grid = page.getByRole('grid', { name: 'Labors' });
	await expect.poll(() => grid.getAttribute('aria-rowcount')).toBe('3');
	expect(await grid.getByRole('row', { name: hosts[0]! }).count()).toBe(0);
	await page.goBack();
	await row
		.first()
		.getByRole('link', { name: `Quest ${id}` })
		.click();
	await page.getByRole('heading', { level: 1, name: `Waits: ${name}` }).waitFor();
});

test('a quest and a failure are opened from home', async ({ open }) => {
	const { id } = await quest(2, `From home: ${unique()}`, { targetTime: soon() });
	const page = await open('/');
	await page
		.getByRole('link', { name: /^From home/ })
		.and(page.locator(`a[href="/v1/quests/${id}"]`))
		.click();
	await page.getByRole('heading', { level: 1, name: /From home/ }).waitFor();
	await page.goBack();
	const [failure] = (await home()).failures;
	await page.locator(`a[href="/v1/events/${failure!.id}"]`).click();
	await page.waitForURL(`**/v1/events/${failure!.id}`);
	await page.goBack();
	await page.getByRole('link', { name: 'All of mine' }).click();
	await page.waitForURL(/byCreator=admin/);
});
