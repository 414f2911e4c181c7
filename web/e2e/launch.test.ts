/** What begins a run: some hosts of an inventory, hosts that a query means, a template, a schedule. */
import { beforeAll } from 'vitest';
import { expect, rowsOf, test, type Page } from './browser.ts';
import { inventoryOf, over, PATIENCE, polemarch, projectOf, quest, repository, runOf, startedOn, unique } from './world.ts';

const name = unique();
const hosts = [1, 2, 3, 4].map((i) => `host-${i}.${name}`);
let project: number;
let inventory: number;

beforeAll(async () => {
	const play = '- hosts: all\n  connection: local\n  gather_facts: false\n  tasks:\n    - raw: "echo {{ word | default(1) }}"\n';
	project = await projectOf(repository({ 'site.yml': play }).path, name);
	inventory = await inventoryOf(`all of ${name}`, hosts);
});

const status = (page: Page, text: string) => page.locator('header').getByText(text, { exact: true });
const inventoryText = async (id: number) =>
	(await runOf(id)).raw_inventory
		.split('\n')
		.filter((line) => line.includes(name) && !line.startsWith('#'))
		.map((line) => line.trim());

test('a module is run on hosts chosen from an inventory; who is not in it is taken out first', async ({ open, screen }) => {
	const page = await open(`/runs/new?project=${project}&inventory=${inventory}`);
	await page.getByRole('radio', { name: /^A module/ }).check();
	const module = page.getByRole('combobox', { name: 'Module' });
	await module.fill('ansible.builtin.command');
	await page.getByRole('option', { name: 'ansible.builtin.command' }).click();
	await page.getByLabel('Its arguments').fill('echo hello');
	await page.getByRole('radio', { name: /^Some hosts of an inventory/ }).check();
	await page.getByText('Choose from the hosts of the inventory').click();
	for (const host of hosts.slice(1, 3))
		await rowsOf(page, 'Hosts of the inventory').filter({ hasText: host }).getByRole('gridcell').first().click();
	await page.getByRole('button', { name: 'Add 2 hosts' }).click();
	await page.getByRole('textbox', { name: 'Host names' }).fill(`${hosts[1]} stranger.${name}`);
	await page.getByRole('button', { name: 'Add 1 host' }).click();
	await page.getByText('Added 1 host, 1 other was chosen already.').waitFor();
	await page.getByText('1 host is not in the inventory:').waitFor();
	await screen('launch-strangers');
	await page.getByRole('button', { name: 'Take out 1 host' }).click();
	await page.getByRole('button', { name: 'Run on 2 hosts' }).click();
	const id = await startedOn(page);
	await status(page, 'OK').waitFor(PATIENCE);
	expect(await over(id)).toEqual({ [hosts[1]!]: 'changed', [hosts[2]!]: 'changed' });
	expect(await inventoryText(id)).toEqual(hosts.slice(1, 3));
	expect(await runOf(id)).toMatchObject({ kind: 'MODULE', mode: 'ansible.builtin.command', inventory });
});

test('a playbook is run on the hosts that a query means, with a variable', async ({ open, screen }) => {
	const { id: meant, hosts: ofQuest } = await quest(3);
	const page = await open(`/runs/new?project=${project}&playbook=site.yml`);
	await page.getByRole('radio', { name: /^Hosts by name/ }).check();
	await page.getByRole('tab', { name: 'Query' }).click();
	await page.getByRole('combobox', { name: 'Query' }).fill(`quest=${meant} and not name=${ofQuest[2]}`);
	await page.getByRole('button', { name: 'Add these hosts' }).click();
	await page.getByText('Added 2 hosts.').waitFor();
	await page.getByRole('button', { name: 'Add variable' }).click();
	await page.getByRole('textbox', { name: 'Name of new variable' }).fill('word');
	await page.getByRole('textbox', { name: 'Value of word' }).fill('wonderful');
	await page.getByText('with 1 variable').waitFor();
	await screen('launch-query');
	await page.getByRole('button', { name: 'Run on 2 hosts' }).click();
	const id = await startedOn(page);
	await page
		.getByRole('region', { name: /^Output of run/ })
		.getByText('wonderful')
		.first()
		.waitFor(PATIENCE);
	expect(await over(id)).toEqual({ [ofQuest[0]!]: 'changed', [ofQuest[1]!]: 'changed' });
	expect(await runOf(id)).toMatchObject({
		inventory: null,
		hosts: ofQuest.slice(0, 2),
		execute_args: { 'extra-vars': { word: 'wonderful' } }
	});
});

test('what was begun is there again after a reload, and becomes a template that is run', async ({ open, screen }) => {
	const page = await open(`/runs/new?project=${project}&inventory=${inventory}`);
	await page.getByRole('combobox', { name: 'Playbook' }).fill('site');
	await page.getByRole('option', { name: 'site.yml' }).click();
	await page.getByRole('button', { name: 'Run on 4 hosts' }).waitFor();
	await page.waitForTimeout(400); // so long it waits for the next key
	await page.reload();
	await page.getByRole('button', { name: 'Run on 4 hosts' }).waitFor();
	expect(await page.getByRole('combobox', { name: 'Playbook' }).inputValue()).toBe('site.yml');
	await page.getByRole('button', { name: 'Save as a template' }).click();
	const saving = page.getByRole('dialog', { name: 'Save as a template' });
	await saving.getByLabel('Name').fill(name);
	await saving.getByRole('button', { name: 'Save the template' }).click();
	await page.getByRole('status').getByRole('link', { name: 'Open it' }).click();
	await page.getByRole('heading', { level: 1, name }).waitFor();
	await screen('template');
	await page.getByRole('button', { name: 'Run', exact: true }).click();
	const asked = page.getByRole('dialog', { name: `Run ${name}?` });
	await screen('template-run');
	await asked.getByRole('button', { name: 'Run on 4 hosts' }).click();
	const id = await startedOn(page);
	await status(page, 'OK').waitFor(PATIENCE);
	expect(Object.keys(await over(id)).sort()).toEqual(hosts);
});

test('a run becomes a schedule; a crontab that is none is refused; it is turned off and on in the list', async ({
	open,
	screen,
	expectErrors
}) => {
	expectErrors(/periodic-tasks\/next/);
	const page = await open(`/runs/new?project=${project}&playbook=site.yml&inventory=${inventory}`);
	await page.getByRole('button', { name: 'Make a schedule of it' }).click();
	const form = page.getByRole('dialog', { name: 'New schedule' });
	await expect.poll(() => form.getByRole('combobox', { name: 'On the inventory' }).inputValue()).toBe(`all of ${name}`);
	expect(await form.getByRole('combobox', { name: 'Playbook' }).inputValue()).toBe('site.yml');
	await form.getByLabel(/^Name/).fill(name);
	await form.getByLabel('Crontab').fill('61 * * * *');
	await form.locator('[aria-invalid=true]').first().waitFor();
	await form.getByLabel('Crontab').fill('15 3 * * sun');
	await form.getByText('At 03:15, only on Sunday').waitFor();
	const times = form.getByRole('listitem').filter({ has: page.locator('time') });
	await expect.poll(async () => (await times.allTextContents()).filter((time) => /^Sun .*03:15/.test(time))).toHaveLength(5);
	await form.getByRole('button', { name: 'Make schedule' }).click();
	await page.getByRole('heading', { level: 1, name }).waitFor();

	await page.goto(`/schedules?q=${name}`);
	const flip = rowsOf(page, 'Schedules').getByRole('switch');
	const enabled = async () =>
		(await polemarch<{ results: { enabled: boolean }[] }>('GET', `/periodic-tasks/?name=${name}`)).results[0]!.enabled;
	for (const [pressed, now] of [
		[false, 'false'],
		[true, 'true']
	] as const) {
		await flip.click();
		await expect.poll(() => flip.getAttribute('aria-checked')).toBe(now);
		await expect.poll(enabled).toBe(pressed);
	}
	await screen('schedules');
});
