/** A morning's work without a mouse: from home to a quest, some of its labors moved on, and back. */
import { expect, says, tabTo, test } from './browser.ts';
import { progress, quest, soon, unique } from './world.ts';

test('by keys alone: from home to a quest, rows are chosen, an event is thrown, and back', async ({ open }) => {
	const description = `By keys: ${unique()}`;
	const { id, name } = await quest(6, description, { targetTime: soon() });
	const page = await open('/');
	await says(page, 'Live');
	const press = (...keys: string[]) =>
		keys.reduce((before, key) => before.then(() => page.keyboard.press(key)), Promise.resolve());
	/** Never is the focus nowhere, from where Tab would begin at the page's top. */
	const somewhere = () => expect.poll(() => page.evaluate(() => document.activeElement !== document.body)).toBe(true);

	await press('Tab');
	expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Skip to the page');
	await press('Enter');
	await tabTo(page.getByRole('link', { name: description }));
	await press('Enter');
	await page.getByRole('heading', { level: 1, name: description }).waitFor();
	await somewhere();

	const grid = page.getByRole('grid', { name: 'Labors' });
	await grid.waitFor();
	await tabTo(grid);
	await press('Home', 'ArrowDown', 'Shift+ArrowDown', 'Shift+ArrowDown');
	await page.getByText('3 labors selected').waitFor();
	await press(' ');
	await page.getByText('2 labors selected').waitFor();
	await tabTo(page.getByRole('button', { name: 'Throw event' }), 'Shift+Tab');
	await press('Enter');
	const dialog = page.getByRole('dialog', { name: 'Throw an event for 2 hosts' });
	await dialog.getByText('closes 2 labors').waitFor();
	await tabTo(dialog.getByRole('textbox', { name: 'Note' }));
	await page.keyboard.type('without a mouse');
	await tabTo(dialog.getByRole('button', { name: `Throw ${name} completed for 2 hosts` }));
	await press('Enter');
	await dialog.waitFor({ state: 'detached' });
	await somewhere();
	await expect.poll(() => grid.getByRole('row').filter({ hasText: 'Done' }).count()).toBe(2);
	expect(await progress(id)).toMatchObject({ totalLabors: 6, completedLabors: 2 });

	await press('g', 'd');
	const mine = page.getByRole('listitem').filter({ hasText: description });
	await expect.poll(() => mine.textContent()).toMatch(/33(\.3)?\s?%/);
	await somewhere();
	await press('?');
	await page.getByRole('dialog', { name: 'Keys' }).getByText('Go to Labors').waitFor();
	await press('Escape', 'g', 'l');
	await page.getByRole('heading', { level: 1, name: /labors/i }).waitFor();
});
