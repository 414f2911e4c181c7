/** What happens elsewhere appears: by the stream, without one, and after it was refused. */
import { expect, says, stream, test, type Locator, type Page } from './browser.ts';
import { quest, soon } from './world.ts';

const WITHIN = 2000;
const STREAM = '**/api/v1/live';

/** Notices are heard, and the page is never loaded anew from here on. */
async function watching(page: Page): Promise<void> {
	await says(page, 'Live');
	await page.evaluate(() => ((window as { kept?: boolean }).kept = true));
}

async function changes(
	page: Page,
	what: () => Promise<string | null>,
	from: RegExp,
	to: RegExp,
	happens: () => Promise<unknown>
) {
	await expect.poll(what).toMatch(from);
	await happens();
	await expect.poll(what, { timeout: WITHIN, interval: 20 }).toMatch(to);
	expect(await page.evaluate(() => (window as { kept?: boolean }).kept)).toBe(true);
}

const cells = async (row: Locator) => (await row.getByRole('gridcell').allTextContents()).join(' | ');

test('what happens elsewhere is on the page of its quest within two seconds', async ({ open }) => {
	const { id, hosts, done } = await quest(4, 'Seen on its own page');
	const page = await open(`/v1/quests/${id}`);
	await watching(page);
	const row = page.getByRole('row', { name: hosts[2]! });
	await changes(
		page,
		() => row.textContent(),
		/Not started/,
		/Done/,
		() => done(hosts[2]!)
	);
});

test('and in the list of quests', async ({ open }) => {
	const { id, hosts, done } = await quest(4, 'Seen in the list');
	const page = await open('/v1/quests/?q=seen+in+the+list');
	await watching(page);
	const row = page.getByRole('row').filter({ has: page.locator(`a[href="/v1/quests/${id}"]`) });
	await changes(
		page,
		() => cells(row),
		/\| 0(\.0)?\s?%/,
		/\| 25(\.0)?\s?%/,
		() => done(hosts[0]!)
	);
});

test('and at home, for whose quest it is', async ({ open }) => {
	const { id, hosts, done } = await quest(4, 'Seen at home', { targetTime: soon() });
	const page = await open('/');
	await watching(page);
	const mine = page.getByRole('listitem').filter({ has: page.locator(`a[href="/v1/quests/${id}"]`) });
	await changes(
		page,
		() => mine.textContent(),
		/\b0(\.0)?\s?%/,
		/\b50(\.0)?\s?%/,
		() => done(hosts[0]!, hosts[1]!)
	);
});

test('a new quest comes into the list by itself', async ({ open }) => {
	const name = `Come by itself ${Date.now()}`;
	const page = await open(`/v1/quests/?q=${encodeURIComponent(name.toLowerCase())}`);
	await watching(page);
	await changes(
		page,
		() => page.getByRole('grid').textContent(),
		/No quest matches/,
		new RegExp(name),
		() => quest(2, name)
	);
});

test('where there is no stream the page says "Polling", and what happens appears all the same', async ({
	page,
	open,
	expectErrors
}) => {
	expectErrors(/status of 404/);
	await page.route(STREAM, (route) => route.fulfill({ status: 404 }));
	const { id, hosts, done } = await quest(4, 'Seen by polling');
	await open(`/v1/quests/${id}`);
	await says(page, 'Polling');
	const row = page.getByRole('row', { name: hosts[2]! });
	expect(await row.textContent()).toContain('Not started');
	await done(hosts[2]!);
	await expect.poll(() => row.textContent(), { timeout: 6000 }).toContain('Done');
	await done(hosts[3]!); // not once, but on and on
	await expect.poll(() => page.getByRole('row', { name: hosts[3]! }).textContent(), { timeout: 6000 }).toContain('Done');
	expect(await stream(page).textContent()).toBe('Polling');
	expect(await page.getByRole('alert').allTextContents()).toEqual([]);
});

test('while the stream is refused the page polls; once it is back, nothing of what it would have told is missed', async ({
	page,
	open,
	expectErrors
}) => {
	expectErrors(/status of 503/);
	const { id, hosts, done } = await quest(4, 'Seen after a refusal');
	let refusing = true;
	await page.route(STREAM, (route) => (refusing ? route.fulfill({ status: 503 }) : route.continue()));
	await open(`/v1/quests/${id}`);
	const isDone = (tab: Page, host: string) =>
		expect.poll(() => tab.getByRole('row', { name: host }).textContent(), { timeout: 6000 }).toContain('Done');
	await done(hosts[0]!);
	await isDone(page, hosts[0]!);
	expect(await stream(page).textContent()).not.toBe('Live');

	// In the background it does not ask. By what another tab shows the notice has gone out.
	await page.evaluate(() => Object.defineProperty(document, 'visibilityState', { value: 'hidden' }));
	const other = await page.context().newPage();
	await other.goto(`/v1/quests/${id}`);
	await says(other, 'Live');
	await done(hosts[3]!);
	await isDone(other, hosts[3]!);
	expect(await page.getByRole('row', { name: hosts[3]! }).textContent()).toContain('Not started');
	refusing = false;
	await says(page, 'Live');
	await isDone(page, hosts[3]!);
	expect(await page.getByRole('alert').allTextContents()).toEqual([]);
});

test('rows that somebody has chosen stay where they are while others go and come', async ({ open }) => {
	const { id, hosts, prefix, done } = await quest(9, 'Chosen while things change');
	const page = await open(`/v1/quests/${id}?status=waiting`);
	await watching(page);
	const names = () => page.getByRole('grid', { name: 'Labors' }).getByRole('link', { name: prefix }).allTextContents();
	const before = await names();
	await page.getByRole('row', { name: hosts[4]! }).getByRole('gridcell').first().click();
	await page.getByText('1 labor selected').waitFor();
	await done(hosts[0]!, hosts[1]!);
	const first = page.getByRole('row', { name: hosts[0]! });
	await expect.poll(() => first.textContent(), { timeout: WITHIN }).toContain('Done');
	expect(await names()).toEqual(before);
	await page.mouse.move(5, 500);
	await page.getByRole('button', { name: 'Clear' }).click();
	await page.mouse.move(5, 500);
	await expect.poll(async () => (await names()).length).toBe(7);
});
