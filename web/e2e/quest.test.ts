/** The page of a quest: its labors are chosen, moved on, acknowledged, moved away and taken out; it is edited, its owners get mail. */
import { readFileSync } from 'node:fs';
import { api, expect, rowsOf, server, test, type Locator, type Page } from './browser.ts';
import { chainOf, happens, progress, quest, unique } from './world.ts';

interface Labors {
	labors: { id: number; fateId: number; completionTime: string | null; ackUser: string | null; host: { hostname: string } }[];
}
const laborsOf = async (id: number) => (await api<Labors>('GET', `/labors?questId=${id}&limit=all&expand=hosts`)).labors;
/** How many labors of the quest are open at that fate, and how many of all are closed. */
const standing = async (id: number, ...fates: number[]) => {
	const all = await laborsOf(id);
	const open = fates.map((fate) => all.filter((labor) => labor.fateId === fate && labor.completionTime === null).length);
	return { open, closed: all.filter((labor) => labor.completionTime !== null).length };
};
const row = (page: Page, host: string) => page.getByRole('row', { name: host });
const choose = async (page: Page, ...hosts: string[]) => {
	for (const host of hosts) await row(page, host).getByRole('gridcell').first().click();
	await page.getByText(`${hosts.length} ${hosts.length === 1 ? 'labor' : 'labors'} selected`).waitFor();
};
const words = async (of: Locator) => (await of.textContent())!.replaceAll(/\s+/g, ' ').trim();

test('labors are found, chosen and moved on by keyboard alone, and what that will do is told before', async ({
	open,
	screen
}) => {
	const { id, name, prefix } = await quest(12, 'Done by keyboard');
	const page = await open(`/v1/quests/${id}`);
	const grid = page.getByRole('grid', { name: 'Labors' });
	await page.keyboard.press('/');
	await page.keyboard.type(`${prefix}-1`); // 1, 10, 11 and 12
	await expect.poll(() => grid.getAttribute('aria-rowcount')).toBe('5');
	await grid.focus();
	await page.keyboard.press('Control+a');
	await page.getByText('4 labors selected').waitFor();
	const button = page.getByRole('button', { name: 'Throw event' });
	await button.focus();
	await page.keyboard.press('Enter');

	const dialog = page.getByRole('dialog', { name: 'Throw an event for 4 hosts' });
	await dialog.getByText('What it will do').waitFor();
	const last = dialog.getByRole('button', { name: `Throw ${name} completed for 4 hosts` });
	await expect.poll(() => last.isEnabled()).toBe(true);
	await expect.poll(() => dialog.textContent()).toMatch(/closes 4 labors/i);
	await screen('quest-throw');
	await last.focus();
	await page.keyboard.press('Enter');
	await dialog.waitFor({ state: 'detached' });

	await expect.poll(() => row(page, `${prefix}-11.`).textContent()).toContain('Done');
	expect(await progress(id)).toMatchObject({ totalLabors: 12, completedLabors: 4 });
});

test('what an event is foretold to do is what it then does, to the labor', async ({ open }) => {
	const { name, types, fates } = await chainOf('required', 'ready', 'done');
	const [required, ready] = [fates['required']!, fates['ready']!];
	const { id, hosts } = await quest(8, `Foretold: ${name}`, { fate: required });
	await happens(types['ready']!, ...hosts.slice(0, 3));
	expect(await standing(id, required, ready)).toEqual({ open: [5, 3], closed: 3 });
	const page = await open(`/v1/quests/${id}`);
	await expect.poll(() => row(page, hosts[0]!).textContent()).toContain(`${name} ready`);
	await choose(page, hosts[0]!, hosts[1]!, hosts[4]!, hosts[5]!, hosts[6]!);
	await page.getByRole('button', { name: 'Throw event' }).click();
	const dialog = page.getByRole('dialog', { name: 'Throw an event for 5 hosts' });
	await dialog.getByRole('radio', { name: `${name} ready` }).check();
	const effects = dialog.getByRole('list').filter({ hasText: 'closes' });
	await expect.poll(() => effects.getByRole('listitem').count()).toBe(3);
	expect(await Promise.all((await effects.getByRole('listitem').all()).map(words))).toEqual([
		`closes 3 labors “${name} required” of quest ${id}`,
		`opens 3 labors “${name} ready” of quest ${id}`,
		'is only journalled on 2 of the 5 hosts'
	]);
	await dialog.getByRole('textbox', { name: 'Note' }).fill(`by the book of ${name}`);
	await dialog.getByRole('button', { name: `Throw ${name} ready for 5 hosts` }).click();
	await dialog.waitFor({ state: 'detached' });
	expect(await standing(id, required, ready)).toEqual({ open: [2, 6], closed: 6 });
	const { events } = await api<{ events: { note: string; user: string }[] }>(
		'GET',
		`/events?eventTypeId=${types['ready']!}&limit=all`
	);
	expect(events.filter(({ note }) => note === `by the book of ${name}`)).toHaveLength(5);
	await expect
		.poll(() =>
			rowsOf(page, 'Labors')
				.filter({ hasText: `${name} ready` })
				.count()
		)
		.toBe(6);
});

test('labors are acknowledged all at once, and those that were already are left as they are', async ({ open, screen }) => {
	const { id, hosts, done } = await quest(5, 'Acknowledged at once');
	await done(hosts[4]!);
	const page = await open(`/v1/quests/${id}`);
	await choose(page, hosts[0]!, hosts[1]!, hosts[4]!);
	await page.getByRole('button', { name: 'Acknowledge', exact: true }).click();
	const dialog = page.getByRole('dialog', { name: 'Acknowledge 2 labors' });
	await dialog.waitFor();
	await screen('quest-acknowledge');
	await dialog.getByRole('button', { name: 'Acknowledge 2 labors' }).click();
	await expect.poll(() => row(page, hosts[1]!).textContent()).toContain('Acknowledged');
	await dialog.waitFor({ state: 'detached' });
	const acked = (await laborsOf(id)).filter((labor) => labor.ackUser?.startsWith('admin@'));
	expect(acked.map((labor) => labor.host.hostname).sort()).toEqual([hosts[0], hosts[1]]);
	expect(await row(page, hosts[2]!).textContent()).toContain('Not started');
});

test('labors are moved to another quest, and count there', async ({ open, screen }) => {
	const from = await quest(4, 'Moved away from');
	const to = await quest(2, `Moved to ${unique()}`);
	const page = await open(`/v1/quests/${from.id}`);
	await choose(page, from.hosts[1]!, from.hosts[2]!, from.hosts[3]!);
	await page.getByRole('button', { name: 'Move to quest' }).click();
	const dialog = page.getByRole('dialog', { name: 'Move 3 labors to another quest' });
	await dialog.getByRole('searchbox').fill((await progress(to.id)).description);
	await expect.poll(() => dialog.getByRole('radio').count()).toBe(1);
	await dialog.getByRole('radio').check();
	await screen('quest-move');
	await dialog.getByRole('button', { name: `Move 3 labors to quest ${to.id}` }).click();
	await page.mouse.move(5, 500); // rows stay where they are while the pointer is on them
	await expect.poll(() => rowsOf(page, 'Labors').count()).toBe(1);
	expect((await progress(from.id)).totalLabors).toBe(1);
	expect((await progress(to.id)).totalLabors).toBe(5);
	await page.getByRole('link', { name: 'Show it' }).click();
	await row(page, from.hosts[2]!).waitFor();
});

test('a quest gets another description, owner and due time', async ({ open, screen }) => {
	const { id } = await quest(2, 'Before it was edited', { targetTime: '2099-01-01 12:00:00' });
	const page = await open(`/v1/quests/${id}`);
	const description = `Edited: ${unique()}`;
	await page.getByRole('button', { name: 'Edit', exact: true }).click();
	const dialog = page.getByRole('dialog', { name: `Edit quest ${id}` });
	await dialog.getByLabel('Description').fill(description);
	await dialog.getByRole('textbox', { name: 'Owner' }).fill('priya');
	await dialog.getByLabel(/^Due/).fill('2098-02-03T04:05');
	await screen('quest-edit');
	await dialog.getByRole('button', { name: 'Save' }).click();
	await page.getByRole('heading', { level: 1, name: description }).waitFor();
	expect(await progress(id)).toMatchObject({ description, targetTime: expect.stringMatching(/^2098-02-03 04:05:00/) as string });
	expect((await progress(id)).creator).toMatch(/^priya@/);
	await page.getByText('2098-02-03 04:05 UTC').first().waitFor();
});

test('an event is thrown on what was chosen when the dialog was opened, whatever happens to it meanwhile', async ({ open }) => {
	const { id, hosts, name, done } = await quest(3, 'Thrown as it was seen');
	const page = await open(`/v1/quests/${id}`);
	await choose(page, hosts[0]!, hosts[1]!);
	await page.getByRole('button', { name: 'Throw event' }).click();
	const dialog = page.getByRole('dialog', { name: 'Throw an event for 2 hosts' });
	await dialog.getByText('closes 2 labors').waitFor();
	await dialog.getByRole('textbox', { name: 'Note' }).fill('as it was seen');
	await done(hosts[0]!, hosts[1]!);
	await expect.poll(async () => (await progress(id)).completedLabors).toBe(2);
	await page.getByText('Where labors stand').waitFor();
	await expect.poll(() => page.locator('main').textContent()).toContain('2 of 3 labors');
	expect(await dialog.getByRole('textbox', { name: 'Note' }).inputValue()).toBe('as it was seen');
	await dialog.getByRole('button', { name: `Throw ${name} completed for 2 hosts` }).click();
	await dialog.waitFor({ state: 'detached' });
	const { events } = await api<{ events: { note: string }[] }>('GET', `/events?hostname=${hosts[1]!}&limit=all`);
	expect(events.filter(({ note }) => note === 'as it was seen')).toHaveLength(1);
});

test('what was typed in a dialog is not lost by a click beside it, nor by Esc, unasked', async ({ open, screen }) => {
	const { id } = await quest(2, 'Half written');
	const page = await open(`/v1/quests/${id}`);
	await page.getByRole('button', { name: 'Edit', exact: true }).click();
	const dialog = page.getByRole('dialog', { name: `Edit quest ${id}` });
	const description = dialog.getByLabel('Description');
	await description.fill('Half written, and a word more');
	await page.mouse.click(5, 500);
	await dialog.getByRole('alert').filter({ hasText: 'would be lost' }).waitFor();
	await screen('dialog-unsaved');
	await dialog.getByRole('button', { name: 'Keep on writing' }).click();
	for (let i = 0; i < 3; i++) await page.keyboard.press('Escape');
	expect(await description.inputValue()).toBe('Half written, and a word more');
	await dialog.getByRole('button', { name: 'Throw it away' }).click();
	await dialog.waitFor({ state: 'detached' });
	await page.getByRole('button', { name: 'Edit', exact: true }).click();
	expect(await description.inputValue()).toBe('Half written');
	await page.keyboard.press('Escape'); // nothing was typed: nothing is asked
	await dialog.waitFor({ state: 'detached' });
});

test('host names are copied, and exported as text and with all there is to know as CSV', async ({ open, watched }) => {
	const { id, hosts, name, done } = await quest(3, 'Exported');
	await api('PUT', `/hosts/${hosts[0]!}`, { owner: 'anna, of "web"' });
	await done(hosts[1]!);
	await watched.context.grantPermissions(['clipboard-read', 'clipboard-write']);
	const page = await open(`/v1/quests/${id}`);
	await choose(page, hosts[0]!, hosts[1]!);
	const out = async (item: RegExp) => {
		await page.getByRole('button', { name: /Names/ }).first().click();
		const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: item }).click()]);
		return { name: file.suggestedFilename(), text: readFileSync(await file.path(), 'utf8') };
	};
	expect(await out(/text file/)).toEqual({ name: 'hosts.txt', text: `${hosts[0]!}\n${hosts[1]!}\n` });
	const csv = await out(/CSV/);
	expect(csv.name).toBe('labors.csv');
	const lines = csv.text
		.replace(/^\uFEFF/, '')
		.trim()
		.split(/\r?\n/);
	expect(lines).toHaveLength(3);
	expect(lines[0]).toMatch(/^"host","owner","step","status","quest","labor",/);
	expect(lines[1]).toContain(`"${hosts[0]!}","anna, of ""web""","${name} required","Not started",${id},`);
	expect(lines[2]).toContain(`"${hosts[1]!}","","${name} required","Done",${id},`);
	await page.getByRole('button', { name: /Names/ }).first().click();
	await page.getByRole('button', { name: 'Copy 2 host names' }).click();
	await page.getByText('Copied 2 host names.').waitFor();
	expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(`${hosts[0]!}\n${hosts[1]!}\n`);
});

test.skipIf(!server.pid)('a mail to owners says who gets it, and gets there', async ({ open, screen }) => {
	const { id, hosts } = await quest(3, `Mailed: ${unique()}`);
	await api('PUT', `/hosts/${hosts[0]!}`, { owner: 'anna' });
	await api('PUT', `/hosts/${hosts[1]!}`, { owner: 'priya' });
	const page = await open(`/v1/quests/${id}`);
	await page.getByRole('button', { name: 'Mail owners' }).click();
	const dialog = page.getByRole('dialog', { name: `Mail the owners of quest ${id}` });
	await dialog.getByRole('checkbox', { name: /^those whom its labors are for/ }).uncheck();
	await dialog.getByText('Choose to whom.').waitFor();
	await dialog.getByRole('checkbox', { name: /^the owners of all/ }).check();
	await dialog.getByText('1 host without an owner').waitFor();
	const told = await api<{ to: string[] }>('GET', `/quests/${id}/mail?serverOwners=true`);
	expect(told.to.map((address) => address.split('@')[0]).sort()).toEqual(['anna', 'priya']);
	expect(await dialog.locator('.mono').textContent()).toContain(told.to.join(', '));
	await dialog.getByLabel('Subject').fill(`To the owners of ${id}`);
	await dialog.getByLabel('Message').fill('Work is about to begin.');
	await screen('quest-mail');
	await dialog.getByRole('button', { name: 'Send to 2 addresses' }).click();
	await dialog.waitFor({ state: 'detached' });
	const { letters } = await api<{ letters: { subject: string; recipients: string[] }[] }>(
		'GET',
		'/letters?kind=quest-mail&limit=10'
	);
	const [letter] = letters.filter(({ subject }) => subject === `To the owners of ${id}`);
	expect(letter!.recipients.sort()).toEqual(told.to.sort());
});
