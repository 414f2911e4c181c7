/** Fates: the graph and the list say the same; one is added, changed and deleted, having said what its event would then do. */
import { api, expect, test, type Page } from './browser.ts';
import { chainOf, happens, quest } from './world.ts';

interface Fate {
	id: number;
	followsId: number | null;
	description: string;
}
const fate = (id: number) => api<Fate>('GET', `/fates/${id}`);
const text = (words: string | null) => (words ?? '').replaceAll(/\s+/g, ' ').trim();
const graph = (page: Page) => page.getByRole('group', { name: /^Graph/ });
const list = (page: Page) => page.locator('section').filter({ has: page.getByRole('heading', { name: 'The same as a list' }) });

/** The graph’s nodes, each as "its step: so many open". */
const drawn = (page: Page) =>
	graph(page)
		.getByRole('button')
		.evaluateAll((nodes) =>
			nodes.map((node) => `${node.getAttribute('title')}: ${/[\d,]+ open|end$/.exec(node.textContent.trim())?.[0]}`)
		);
/** And the list’s. */
const listed = (page: Page) =>
	list(page)
		.getByRole('link')
		.evaluateAll((links) =>
			links.map((link) => `${link.textContent.trim()}: ${/[\d,]+ open|end$/.exec(link.parentElement!.textContent.trim())?.[0]}`)
		);

test('the graph and the list say the same: each fate, and how many of its labors are open', async ({ open, screen }) => {
	const { name, types, fates } = await chainOf('required', 'ready', 'done');
	const { id, hosts } = await quest(7, `Drawn: ${name}`, { fate: fates['required']! });
	await happens(types['required']!, `${name}-of-no-quest.example.net`);
	await happens(types['ready']!, ...hosts.slice(0, 2));
	const page = await open(`/v1/fates/${fates['required']!}`);
	const at = (required: number, ready: number) => [
		`${name} required: ${required} open`,
		`${name} ready: ${ready} open`,
		`${name} done: end`
	];
	await expect.poll(() => drawn(page)).toEqual(at(6, 2));
	expect(await listed(page)).toEqual(at(6, 2));
	await screen('fate');
	await page.getByRole('combobox', { name: 'Labors of' }).selectOption(String(id));
	await expect.poll(() => drawn(page)).toEqual(at(5, 2));
	expect(await listed(page)).toEqual(at(5, 2));
	await happens(types['ready']!, hosts[2]!); // and it goes on by itself
	await expect.poll(() => drawn(page), { timeout: 3000 }).toEqual(at(4, 3));

	await graph(page).getByRole('button').first().focus();
	await page.keyboard.press('ArrowRight');
	await page.keyboard.press('Enter');
	await page.getByRole('heading', { level: 2, name: `${name} ready` }).waitFor();
	expect(new URL(page.url()).searchParams.get('step')).toBe(String(fates['ready']));
	expect(await list(page).locator('[aria-current=true]').textContent()).toContain(`${name} ready`);
	await page.getByRole('link', { name: '3', exact: true }).click();
	await page.getByRole('heading', { level: 1, name: 'Open labors' }).waitFor();
	await expect.poll(() => page.getByRole('grid').getAttribute('aria-rowcount')).toBe('4');
});

test('a fate is added, having said what its event would do; changed; and deleted', async ({ open, screen }) => {
	const { name, types, fates } = await chainOf('required', 'done');
	const skipped = await api<{ id: number }>('POST', '/eventtypes', {
		category: name,
		state: 'skipped',
		description: 'Not needed'
	});
	await happens(types['required']!, `${name}-1.example.net`, `${name}-2.example.net`);
	const page = await open(`/v1/fates/${fates['required']!}`);
	await page.getByRole('button', { name: 'Add fate' }).click();
	const adding = page.getByRole('dialog', { name: 'Add a fate' });
	await adding.getByRole('combobox', { name: 'By which event' }).click();
	await page.keyboard.type(`${name} skip`);
	await page.getByRole('option', { name: `${name} skipped` }).click();
	const effects = adding.getByRole('region', { name: 'What it would do' });
	await effects.getByText(`opens a labor “${name} skipped” on each host`).waitFor();
	await adding.getByRole('combobox', { name: 'Follows' }).selectOption(String(fates['required']));
	await adding.getByLabel('Description').fill('It was not needed');
	await expect
		.poll(async () => text(await effects.textContent()))
		.toMatch(new RegExp(`closes open labors “${name} required” \\(2 now\\) and ends their chain`));
	await screen('fate-add');
	await adding.getByRole('button', { name: 'Add fate' }).click();
	await page.getByText(/^Added fate \d+\.$/).waitFor();
	await page.getByRole('heading', { level: 2, name: `${name} skipped` }).waitFor();
	const id = Number(/\/fates\/(\d+)/.exec(page.url())![1]);
	expect(await fate(id)).toMatchObject({ followsId: fates['required'], description: 'It was not needed' });

	await page.getByRole('button', { name: 'Change', exact: true }).click();
	const changing = page.getByRole('dialog', { name: `Change fate ${id}: ${name} skipped` });
	await changing.getByLabel('Description').fill('Nobody needs it');
	await changing.getByRole('button', { name: `Change fate ${id}` }).click();
	await page.getByText('Nobody needs it').first().waitFor();
	expect(await fate(id)).toMatchObject({ followsId: fates['required'], description: 'Nobody needs it' });

	// What was foretold is what happens.
	await happens(skipped.id, `${name}-1.example.net`);
	await expect.poll(() => drawn(page)).toContain(`${name} required: 1 open`);
	const { labors } = await api<{ labors: { completionTime: string | null; closingFateId: number }[] }>(
		'GET',
		`/labors?hostname=${name}-1.example.net`
	);
	expect(labors.map((labor) => [labor.completionTime !== null, labor.closingFateId])).toEqual([[true, id]]);
});

test('a fate that nothing refers to is deleted', async ({ open }) => {
	const { name, fates } = await chainOf('required', 'ready', 'done');
	const page = await open(`/v1/fates/${fates['required']!}?step=${fates['done']!}`);
	await page.getByRole('button', { name: 'Delete', exact: true }).click();
	const dialog = page.getByRole('dialog', { name: `Delete fate ${fates['done']!}` });
	await dialog.getByText(`${name} done no longer closes labors “${name} ready”.`).waitFor();
	await dialog.getByRole('button', { name: `Delete fate ${fates['done']!}` }).click();
	await page.getByText(`Deleted fate ${fates['done']!}.`).waitFor();
	await expect.poll(() => listed(page)).toEqual([`${name} required: 0 open`, `${name} ready: end`]);
	await expect(fate(fates['done']!)).rejects.toThrow('404');
});
