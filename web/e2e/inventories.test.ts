/** Inventories: made, filled by names, with variables and a secret among them, taken in and given out as text. */
import { readFileSync } from 'node:fs';
import { expect, rowsOf, test } from './browser.ts';
import { inventoryOf, over, polemarch, unique } from './world.ts';

const HIDDEN = '[~~ENCRYPTED~~]';

test('an inventory is made, and hosts are put into it by names, with counters; who is missing is made when one says so', async ({
	open,
	screen
}) => {
	const name = unique();
	const hosts = [1, 2].map((i) => `there-${i}.${name}`);
	for (const host of hosts) await polemarch('POST', '/hosts/', { name: host });
	const page = await open('/inventories');
	await page.getByRole('button', { name: 'New inventory' }).click();
	const form = page.getByRole('dialog', { name: 'New inventory' });
	await form.getByLabel('Name').fill(name);
	await form.getByRole('button', { name: 'Create inventory' }).click();
	await page.getByRole('heading', { level: 1, name }).waitFor();

	await page.getByRole('button', { name: 'Add hosts' }).first().click();
	const adding = page.getByRole('dialog', { name: `Add hosts to ${name}` });
	await adding.getByRole('button', { name: 'By names or a query' }).click();
	await adding.getByRole('textbox', { name: 'Host names' }).fill([...hosts, `missing.${name}`].join('\n'));
	await adding.getByRole('tabpanel').getByRole('button', { name: 'Add 3 hosts' }).click();
	await screen('inventory-add');
	await adding.getByRole('button', { name: 'Add 3 hosts' }).click();
	await adding.getByText(`2 hosts are in ${name} now.`).waitFor();
	await adding.getByText('1 of 3 was not found: not there, or not for you to see.').waitFor();
	await screen('inventory-missing');
	await adding.getByRole('button', { name: 'Make this host, and add it' }).click();
	await page.getByRole('status').getByText(`1 host is in ${name} now, made anew.`).waitFor();
	await expect.poll(() => rowsOf(page, 'Hosts').count()).toBe(3);
	await screen('inventory');

	await rowsOf(page, 'Hosts').filter({ hasText: 'there-1' }).getByRole('gridcell').first().click();
	await page.getByRole('button', { name: 'Remove', exact: true }).click();
	await page
		.getByRole('dialog')
		.getByRole('button', { name: `Remove ${hosts[0]}` })
		.click();
	await expect.poll(() => rowsOf(page, 'Hosts').count()).toBe(2);
	const left = await polemarch<{ hosts: { name: string }[] }>(
		'GET',
		`/inventories/${new URL(page.url()).pathname.split('/')[2]}/`
	);
	expect(left.hosts.map((host) => host.name).sort()).toEqual([`missing.${name}`, hosts[1]]);
});

test('variables keep their types; a secret is not shown again, and is kept when others are changed', async ({ open, screen }) => {
	const name = unique();
	const id = await inventoryOf(name, [`h.${name}`]);
	const page = await open(`/inventories/${id}?tab=variables`);
	const form = page.getByRole('dialog', { name: `Variables of ${name}` });
	const variable = (which: string) => form.getByRole('group', { name: `Variable ${which}` });
	await page.getByRole('button', { name: 'Edit variables' }).click();
	await form.getByRole('button', { name: 'Add variable' }).click();
	await form.getByRole('textbox', { name: 'Name of new variable' }).fill('http_port');
	await variable('http_port').getByRole('combobox', { name: 'Type of' }).selectOption('number');
	await variable('http_port').getByRole('textbox', { name: 'Value of' }).fill('8080');
	await form.getByRole('button', { name: 'Add a connection variable' }).click();
	await page.getByRole('button', { name: /^ansible_password/ }).click();
	await variable('ansible_password').getByLabel('Value of').fill('s3cret-e2e');
	await screen('variables-edit');
	await form.getByRole('button', { name: 'Save variables' }).click();
	await form.waitFor({ state: 'detached' });
	await page.getByRole('row', { name: 'ansible_password' }).getByText('hidden', { exact: true }).waitFor();
	expect(await page.content()).not.toContain('s3cret-e2e');

	await page.getByRole('button', { name: 'Edit variables' }).click();
	await variable('ansible_password').getByText('hidden, kept as it is').waitFor();
	await form.getByRole('button', { name: 'Edit as YAML' }).click();
	const text = form.getByRole('textbox', { name: 'Variables as YAML' });
	expect(await text.inputValue()).toContain(HIDDEN);
	await text.fill((await text.inputValue()).replace('8080', '[8081, "8082"]'));
	await form.getByRole('button', { name: 'Save variables' }).click();
	await form.waitFor({ state: 'detached' });
	await page.getByRole('row', { name: 'http_port' }).getByText('List or map').waitFor();
	const { vars } = await polemarch<{ vars: Record<string, unknown> }>('GET', `/inventories/${id}/`);
	expect(vars).toMatchObject({ http_port: [8081, '8082'], ansible_password: HIDDEN });

	// Ansible is given it as it was.
	const { results } = await polemarch<{ results: { id: number }[] }>('GET', '/projects/?status=OK&limit=1');
	const { history_id: run } = await polemarch<{ history_id: number }>('POST', `/projects/${results[0]!.id}/execute-module/`, {
		module: 'assert',
		args: `that="ansible_password == 's3cret-e2e'"`,
		group: 'all',
		inventory: id
	});
	expect(await over(run)).toEqual({ [`h.${name}`]: 'ok' });
});

test('a text is tried before it is taken in, what is wrong is said with its line, and it comes out as it went in', async ({
	open,
	screen,
	expectErrors
}) => {
	expectErrors(/status of 400/);
	const name = unique();
	const text = `[web]\nweb-1.${name} http_port=80\nweb-2.${name}\n\n[web:vars]\nansible_password=s3cret-e2e\n`;
	const page = await open('/inventories');
	await page.getByRole('button', { name: 'Import' }).click();
	const form = page.getByRole('dialog', { name: 'Import an inventory' });
	await form.getByLabel('Name').fill(name);
	const area = form.getByRole('textbox', { name: /^Text/ });
	await area.fill(text + '[web:nonsense]\n');
	await form.getByRole('button', { name: 'See what it would make' }).click();
	await form.getByRole('alert').waitFor();
	await form.getByRole('button', { name: 'Go to line 7' }).waitFor();
	await screen('import-refused');
	await area.fill(text);
	await form.getByRole('button', { name: 'See what it would make' }).click();
	const found = form.getByRole('region', { name: 'What would be made' });
	await found.getByText('2 hosts and 1 group with 2 variables.').waitFor();
	await found.getByText('1 of them is a secret: kept sealed, and not shown again.').waitFor();
	await screen('import');
	const named = () => polemarch<{ count: number }>('GET', `/inventories/?name=${name}`).then(({ count }) => count);
	expect(await named()).toBe(0);
	await form.getByRole('button', { name: 'Import 2 hosts and 1 group' }).click();
	await page.getByRole('heading', { level: 1, name }).waitFor();
	expect(await named()).toBe(1);

	await page.getByRole('link', { name: 'As text' }).click();
	const shown = page.getByRole('region', { name: 'The inventory as INI' });
	await shown.getByText(`web-1.${name}`).first().waitFor();
	await screen('inventory-text');
	const waiting = page.waitForEvent('download');
	await page.getByRole('link', { name: 'Download' }).click();
	const given = readFileSync(await (await waiting).path(), 'utf8');
	expect(given).toMatch(new RegExp(`web-1\\.${name} .*http_port=80`));
	expect(given).toContain(HIDDEN);
	expect(given).not.toContain('s3cret-e2e');
	await page.getByRole('button', { name: 'YAML' }).click();
	await page.getByRole('region', { name: 'The inventory as YAML' }).getByText('http_port: ').waitFor();
});
