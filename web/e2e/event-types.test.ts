/** Event types: found, added, described, deleted. */
import { api, expect, rowsOf, test } from './browser.ts';
import { chainOf, unique } from './world.ts';

interface Types {
	eventTypes: { id: number; category: string; state: string; description: string; restricted: boolean }[];
}
const typesOf = async (category: string) => (await api<Types>('GET', `/eventtypes?category=${category}&limit=all`)).eventTypes;

test('an event type is added, described anew and deleted, and the table follows', async ({ open, screen }) => {
	const category = unique();
	const page = await open('/v1/event-types/');
	const before = Number(await page.getByRole('grid').getAttribute('aria-rowcount'));
	await page.getByRole('button', { name: 'Add event type' }).click();
	const adding = page.getByRole('dialog', { name: 'Add an event type' });
	await adding.getByLabel('Category').fill('system-reboot');
	await adding.getByLabel('State').fill('required');
	await adding.getByText('There is a system-reboot required already.').waitFor();
	expect(await adding.getByRole('button', { name: 'Add event type' }).isDisabled()).toBe(true);
	await adding.getByLabel('Category').fill(category);
	await adding.getByLabel('Description').fill('As it was added');
	await adding.getByRole('checkbox', { name: /^restricted/ }).check();
	await screen('event-type-add');
	await adding.getByRole('button', { name: 'Add event type' }).click();

	const one = page.getByRole('dialog', { name: `${category} required` });
	await one.getByText('is only journalled: no fate has it').waitFor();
	await screen('event-type');
	expect(await typesOf(category)).toMatchObject([{ state: 'required', description: 'As it was added', restricted: true }]);
	await one.getByLabel('Description').fill('As it was changed');
	await one.getByRole('button', { name: 'Save description' }).click();
	await one.waitFor({ state: 'detached' });
	const row = page.getByRole('row', { name: `${category} required` });
	await page.getByRole('searchbox').fill(category);
	await expect.poll(() => row.textContent()).toMatch(/restricted.*As it was changed/);
	expect(await typesOf(category)).toMatchObject([{ description: 'As it was changed' }]);

	await row.getByRole('button', { name: `${category} required` }).click();
	await one.getByRole('button', { name: 'Delete', exact: true }).click();
	await one.getByRole('button', { name: `Delete ${category} required` }).click();
	await page.getByText('No event type matches').waitFor();
	expect(await typesOf(category)).toEqual([]);
	await page.getByRole('button', { name: 'Show all' }).click();
	await expect.poll(() => page.getByRole('grid').getAttribute('aria-rowcount')).toBe(String(before));
});

test('event types are filtered by words, and say what they open and close', async ({ open }) => {
	const { name, fates } = await chainOf('required', 'done');
	const page = await open(`/v1/event-types/?q=${name}`);
	await expect.poll(() => rowsOf(page, 'Event types').count()).toBe(2);
	await page.getByRole('searchbox').fill(`done ${name}`);
	await expect.poll(() => rowsOf(page, 'Event types').count()).toBe(1);
	expect(await rowsOf(page, 'Event types').textContent()).toContain(`${name} required`); // which it closes
	expect(new URL(page.url()).searchParams.get('q')).toBe(`done ${name}`);
	await page.getByRole('searchbox').fill(`required ${name}`);
	const opens = rowsOf(page, 'Event types').getByRole('link', { name: 'a labor' });
	expect(await opens.getAttribute('href')).toBe(`/v1/fates/${fates['required']!}`);
	await rowsOf(page, 'Event types').getByRole('button').click();
	const one = page.getByRole('dialog', { name: `${name} required` });
	await one.getByText('Never yet.').waitFor();
	expect(await one.getByRole('button', { name: 'Delete', exact: true }).isDisabled()).toBe(true);
});
