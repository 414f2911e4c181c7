/** Runs of a real Ansible: a project's playbook is started, watched, read, cancelled, and run again where it failed. */
import { beforeAll } from 'vitest';
import { expect, rowsOf, server, test, type Page } from './browser.ts';
import { gate, inventoryOf, over, PATIENCE, polemarch, repository, run, runOf, startedOn, sync, unique } from './world.ts';

const play = (...tasks: string[]) =>
	`- name: See to the hosts\n  hosts: all\n  gather_facts: false\n  tasks:\n${tasks.map((task) => `    - ${task}\n`).join('')}`;
const check = (broken: string) => `#!/bin/sh
case $1 in ${broken}) echo "$1 is broken" >&2; exit 3 ;; esac
echo "$1 is well"
`;

const name = unique();
const [good, bad] = [
	[`good-1.${name}`, `good-2.${name}`],
	[`bad-1.${name}`, `bad-2.${name}`]
];
const barrier = gate();
let files: ReturnType<typeof repository>;
let inventory: number;
let project: number;
/** The run of the first test: long, and failed on some. */
let failed: number;

beforeAll(async () => {
	files = repository({
		'site.yml': play(
			'{ name: Say hello, raw: echo hello }',
			`{ name: Wait, raw: '${barrier.until}' }`,
			`{ name: Say much, debug: { msg: "{{ range(1, 301) | map('regex_replace', '^', 'word ') | list }}" } }`,
			'{ name: Check, script: "check.sh {{ inventory_hostname }}" }',
			'{ name: Say goodbye, raw: echo goodbye }'
		),
		'check.sh': check('bad-*'),
		'long.yml': play('{ name: Begin, raw: echo begun }', '{ name: Take long, raw: sleep 300 }')
	});
	inventory = await inventoryOf(`all of ${name}`, [...good, ...bad]);
});

const output = (page: Page) => page.getByRole('region', { name: /^Output of run/ });
const status = (page: Page, text: string) => page.locator('header').getByText(text, { exact: true });
/** The line one has come to. */
const current = (page: Page) => output(page).locator('.line.current');

test('a project is made, synchronized and run; lines come as they are said; what failed is found, mended, and run again only there', async ({
	open,
	screen
}) => {
	const page = await open('/projects');
	await page.getByRole('button', { name: 'New project' }).click();
	const form = page.getByRole('dialog', { name: 'New project' });
	await form.getByLabel(/^Name/).fill(name);
	await form.getByLabel('Repository', { exact: true }).fill(files.path);
	await form.getByRole('button', { name: 'Make project' }).click();
	await page.getByRole('heading', { level: 1, name }).waitFor();
	project = Number(new URL(page.url()).pathname.split('/').at(-1));
	await page.getByRole('link', { name: 'Run site.yml' }).click(PATIENCE);

	await page.getByRole('combobox', { name: 'Inventory' }).fill(`all of ${name}`);
	await page.getByRole('option', { name: `all of ${name}` }).click();
	await page.getByRole('grid', { name: 'Hosts of the inventory' }).getByText(bad[1]!).waitFor();
	await screen('launch');
	await page.getByRole('button', { name: 'Run on 4 hosts' }).click();
	failed = await startedOn(page);

	// It waits at the gate: what was said by then is there, and is followed by the rest when it opens.
	await output(page).getByText('TASK [Wait]').waitFor(PATIENCE);
	await status(page, 'Running').waitFor();
	await page.getByRole('button', { name: 'Follow' }).and(page.locator('[aria-pressed=true]')).waitFor();
	expect(await output(page).getByText('TASK [Say much]').count()).toBe(0);
	expect((await runOf(failed)).status).toBe('RUN');
	await page.evaluate(() => ((window as { kept?: boolean }).kept = true));
	barrier.open();
	await output(page).getByText('PLAY RECAP').waitFor(PATIENCE);
	await status(page, 'Failed').waitFor();
	expect(await page.evaluate(() => (window as { kept?: boolean }).kept)).toBe(true);
	expect(await over(failed)).toEqual({
		...{ [good[0]!]: 'changed', [good[1]!]: 'changed' },
		...{ [bad[0]!]: 'failed', [bad[1]!]: 'failed' }
	});

	await page.getByRole('button', { name: /^Next failure/ }).click();
	await expect.poll(() => current(page).textContent()).toMatch(/fatal: \[bad-\d.*FAILED!/);
	await screen('run-failed');
	await page.keyboard.press('n');
	await page.getByRole('button', { name: /^Next failure\s*2 of 2$/ }).waitFor();

	files.commit({ 'check.sh': check('nobody') });
	await sync(project);
	await page.getByRole('link', { name: 'Run again on 2 failed hosts' }).click();
	await page.getByText(`As run ${failed} was, on the hosts on which it did not end well.`).waitFor();
	const meant = page.getByRole('grid', { name: 'Hosts of the run' });
	await expect.poll(async () => (await meant.getByText(name).allTextContents()).sort()).toEqual(bad);
	await screen('launch-again');
	await page.getByRole('button', { name: 'Run on 2 hosts' }).click();
	const again = await startedOn(page);
	await status(page, 'OK').waitFor(PATIENCE);
	await page.getByRole('list', { name: 'Hosts by outcome' }).getByText('changed 2').waitFor();

	// Ansible was given only these: no --limit over more of them.
	expect(await over(again)).toEqual({ [bad[0]!]: 'changed', [bad[1]!]: 'changed' });
	const { raw_inventory, raw_args, hosts } = await runOf(again);
	expect(hosts?.sort()).toEqual(bad);
	expect(raw_inventory).toContain(bad[0]);
	expect(raw_inventory).not.toContain('good-');
	expect(raw_args).not.toContain('limit');
});

test('a run that failed opens at its first failure; all its lines are searched; tasks fold', async ({ open, screen }) => {
	const page = await open(`/runs/${failed}`);
	await expect.poll(() => current(page).textContent()).toMatch(/fatal: \[bad-/);

	// Far from what is on the screen.
	const search = page.getByRole('searchbox', { name: /^Search all lines/ });
	await search.fill('word 250');
	await page.getByRole('search').getByText('1 of 4').waitFor();
	await expect.poll(() => current(page).textContent()).toContain('"word 250"');
	const first = await current(page).locator('.n').textContent();
	await search.press('Enter');
	await page.getByRole('search').getByText('2 of 4').waitFor();
	await expect.poll(async () => Number(await current(page).locator('.n').textContent())).toBe(Number(first) + 304);
	await screen('run-search');
	await search.fill('nobody says that');
	await page.getByRole('search').getByText('Nothing found').waitFor();
	await search.fill('');

	const tasks = page.getByRole('navigation', { name: 'Plays and tasks' });
	await tasks.getByRole('button', { name: 'Say much', exact: true }).click();
	const title = output(page).locator('.line', { hasText: 'Say much' });
	await title.getByRole('button', { name: /^Fold from line/ }).click();
	await title.getByText(/… 1,2\d\d lines/).waitFor();
	await output(page).getByText('TASK [Check]').waitFor();
	await screen('run-folded');
	await tasks.getByRole('button', { name: 'Fold Say much' }).click();
	await output(page).getByText('"word 1"').first().waitFor();
});

test('a link to a line opens there, and lines are marked by a press and one with Shift', async ({ open }) => {
	const page = await open(`/runs/${failed}#L600`);
	const marked = output(page).locator('.line.marked .n');
	await expect.poll(() => marked.allTextContents()).toEqual(['600']);
	await expect.poll(() => output(page).getByRole('link', { name: '600', exact: true }).isVisible()).toBe(true);
	await output(page)
		.getByRole('link', { name: '603', exact: true })
		.click({ modifiers: ['Shift'] });
	await expect.poll(() => page.url()).toBe(`${server.url}/runs/${failed}#L600-603`);
	await page.getByRole('button', { name: 'Copy 4 lines' }).waitFor();
	await page.getByRole('searchbox').fill(':12');
	await page.keyboard.press('Enter');
	await expect.poll(() => marked.allTextContents()).toEqual(['12']);
});

test('its hosts are filtered by what came of them; what Ansible was given is told', async ({ open, screen }) => {
	const page = await open(`/runs/${failed}`);
	await page.getByRole('list', { name: 'Hosts by outcome' }).getByRole('link', { name: 'failed 2' }).click();
	const rows = rowsOf(page, 'Hosts of the run');
	await expect.poll(() => rows.count()).toBe(2);
	expect((await rows.allTextContents()).join()).toMatch(/bad-1.*Check.*is broken.*bad-2/s);
	await screen('run-hosts');
	await page.getByRole('link', { name: 'Details' }).click();
	await page.getByText('ansible-playbook site.yml').waitFor();
	await page.getByRole('button', { name: 'Show it' }).click();
	await page.getByText(good[0]!).first().waitFor();
	await screen('run-details');
});

test('a run is cancelled after one has been asked, and is stopped at once', async ({ open, screen }) => {
	const id = await run(project, 'long.yml', inventory);
	const page = await open(`/runs/${id}`);
	await output(page).getByText('TASK [Take long]').waitFor(PATIENCE);
	await page.getByRole('button', { name: 'Cancel run', exact: true }).click();
	const asked = page.getByRole('dialog', { name: `Cancel run ${id}` });
	await asked.getByRole('button', { name: 'Let it go on' }).click();
	await asked.waitFor({ state: 'detached' });
	expect((await runOf(id)).status).toBe('RUN');
	await page.getByRole('button', { name: 'Cancel run', exact: true }).click();
	await screen('run-cancel');
	await asked.getByRole('button', { name: `Cancel run ${id}` }).click();
	await status(page, 'Stopped').waitFor(PATIENCE);
	expect(Object.values(await over(id))).toEqual(Array(4).fill('interrupted'));
	await page.getByRole('button', { name: 'Delete record' }).waitFor();
	expect(await page.getByRole('button', { name: 'Cancel run', exact: true }).count()).toBe(0);
});

test('the list of runs has them by project, status and host', async ({ open, screen }) => {
	const page = await open(`/runs?project=${project}`);
	const rows = rowsOf(page, 'Runs');
	await expect.poll(async () => (await rows.count()) >= 3).toBe(true);
	await page.getByRole('button', { name: 'Status' }).first().click();
	await page.getByRole('checkbox', { name: 'Failed' }).check();
	await page.keyboard.press('Escape');
	await expect.poll(() => rows.count()).toBe(1);
	await rows.getByText('2 failed').waitFor();
	await screen('runs');
	await page.goto(`/runs?host=${bad[0]}&status=OK`);
	await expect.poll(() => rows.count()).toBe(1);
	const { count } = await polemarch<{ count: number }>('GET', `/history/?host=${bad[0]}&status=OK`);
	expect(count).toBe(1);
	await page.goto(`/runs?host=${good[0]}&status=OK`);
	await page.getByText('No run matches').waitFor();
});
