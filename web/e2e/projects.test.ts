/** Projects and schedules: a repository of git is fetched, what is wrong with it is said, its playbooks are run by the clock. */
import { afterAll, beforeAll } from 'vitest';
import { expect, rowsOf, test, type Page } from './browser.ts';
import { inventoryOf, PATIENCE, polemarch, projectOf, repository, unique } from './world.ts';

const PLAYBOOK = '- hosts: all\n  gather_facts: false\n  tasks:\n    - ansible.builtin.ping:\n';
let files: ReturnType<typeof repository>;
beforeAll(() => void (files = repository({ 'site.yml': PLAYBOOK })));

const made: string[] = [];
afterAll(async () => {
	for (const path of made) await polemarch('DELETE', path).catch(() => {});
});

/** A project that has been synchronized, and an inventory with this machine. */
async function site(): Promise<{ project: number; inventory: number; name: string }> {
	const name = unique();
	const project = await projectOf(files.path, name);
	const inventory = await inventoryOf(`all of ${name}`, [`host.${name}`]);
	made.push(`/projects/${project}/`, `/inventories/${inventory}/`);
	return { project, inventory, name };
}

const status = (page: Page) =>
	page
		.getByRole('main')
		.getByRole('status')
		.filter({ hasText: /^(Waiting|Synchronizing|Synchronized|Failed)$/ });

test('a project is made, fetched, fetched again, and says what git says where it can’t be', async ({ open, screen }) => {
	const name = unique();
	const page = await open('/projects');
	await page.getByRole('button', { name: 'New project' }).click();
	const form = page.getByRole('dialog', { name: 'New project' });
	await form.getByLabel(/^Name/).fill(name);
	await form.getByLabel('Repository', { exact: true }).fill(files.path);
	await screen('project-new');
	await form.getByRole('button', { name: 'Make project' }).click();
	await page.getByRole('heading', { level: 1, name }).waitFor();
	made.push(new URL(page.url()).pathname + '/');
	await status(page).filter({ hasText: 'Synchronized' }).waitFor(PATIENCE);
	await expect.poll(() => rowsOf(page, 'Playbooks').count()).toBe(1);

	files.commit({ 'second.yml': PLAYBOOK });
	await page.getByRole('button', { name: 'Synchronize' }).click();
	await expect.poll(() => rowsOf(page, 'Playbooks').count(), PATIENCE).toBe(2);
	await screen('project');

	await page.getByRole('button', { name: 'Edit' }).click();
	const edit = page.getByRole('dialog', { name: `Edit ${name}` });
	await edit.getByLabel('Repository', { exact: true }).fill(`${files.path}/nowhere`);
	await edit.getByRole('button', { name: 'Save' }).click();
	await page.getByRole('heading', { name: 'It could not be synchronized' }).waitFor(PATIENCE);
	await page.getByText('No such file or directory').waitFor();
	await screen('project-failed');

	await page.getByRole('button', { name: 'Delete' }).click();
	await page.getByRole('dialog').getByRole('button', { name: 'Delete project' }).click();
	await page.getByRole('heading', { level: 1, name: 'Projects' }).waitFor();
	await page.getByRole('searchbox').fill(name);
	await page.getByText('No project matches').waitFor();
});

test('each part of a project’s page opens', async ({ open, screen }) => {
	const { project } = await site();
	for (const tab of ['inventories', 'runs', 'schedules', 'settings']) {
		const page = await open(`/projects/${project}?tab=${tab}`);
		await page.getByRole('navigation', { name: 'Parts of the project' }).waitFor();
		await screen(`project-${tab}`);
	}
});

test('a schedule is made, is said in words, runs, and is turned off', async ({ open, screen, expectErrors }) => {
	const { project, name, inventory } = await site();
	const page = await open(`/schedules?new=1&project=${project}`);
	const form = page.getByRole('dialog', { name: 'New schedule' });
	await form.getByLabel(/^Name/).fill(name);
	await expect.poll(() => form.getByRole('combobox', { name: 'Project' }).inputValue()).toBe(name);
	const pick = async (label: string, text: string) => {
		await form.getByRole('combobox', { name: label }).fill(text);
		await page.getByRole('option', { name: text }).first().click();
	};
	await pick('Playbook', 'site.yml');
	await pick('On the inventory', `all of ${name}`);

	const crontab = form.getByLabel('Crontab');
	expectErrors(/periodic-tasks\/next/);
	await crontab.fill('30 4 * * foo');
	await form.getByText("Invalid weekday literal 'foo'.").waitFor();
	await form.getByRole('button', { name: 'Monday to Friday' }).click();
	expect(await crontab.inputValue()).toBe('0 6 * * mon-fri');
	await form.getByText('At 06:00, Monday through Friday').waitFor();
	await expect
		.poll(() =>
			form
				.getByRole('listitem')
				.filter({ has: page.locator('time') })
				.count()
		)
		.toBe(5);
	await screen('schedule-new');
	await form.getByRole('radio', { name: 'At an interval' }).check();
	await form.getByLabel('Every', { exact: true }).fill('3');
	await form.getByLabel('Unit').selectOption('second');
	await form.getByText('Every 3 seconds').waitFor();
	await form.getByRole('button', { name: 'Make schedule' }).click();

	await page.getByRole('heading', { level: 1, name }).waitFor();
	await page.getByRole('main').getByText('OK', { exact: true }).first().waitFor(PATIENCE);
	const flip = page.getByRole('switch');
	await flip.click();
	await expect.poll(() => flip.getAttribute('aria-checked')).toBe('false');
	await page.getByText('It is off. If it were on:').waitFor();
	await screen('schedule');
	const of = () =>
		polemarch<{ count: number }>('GET', `/history/?project=${project}&status=DELAY,RUN`).then(({ count }) => count);
	await expect.poll(of, PATIENCE).toBe(0);

	await page.getByRole('button', { name: 'Run now' }).click();
	await page
		.getByRole('dialog')
		.getByRole('button', { name: /^Run on \d+ hosts?$/ })
		.click();
	await page.waitForURL(/\/runs\/\d+$/);
	expect(await polemarch<{ inventory: number }>('GET', `/history/${page.url().split('/').at(-1)}/`)).toMatchObject({ inventory });
	await expect.poll(of, PATIENCE).toBe(0);
});
