/** Signing in, out, and anew in mid-work. */
import { api, expect, server, test, type Page } from './browser.ts';
import { quest, unique } from './world.ts';

async function signIn(page: Page, address: string) {
	await page.goto(address);
	await page.getByLabel('Name').fill('admin');
	await page.getByLabel('Password').fill(server.password);
	await page.keyboard.press('Enter');
	await page.getByRole('navigation', { name: 'Pages' }).waitFor();
}

/** The session of that page's cookie, ended elsewhere. */
async function endSession(page: Page) {
	const [cookie] = await page.context().cookies();
	const headers = { Cookie: `moirai=${cookie!.value}` };
	const { xsrfToken } = (await (await fetch(`${server.url}/api/v1/session`, { headers })).json()) as { xsrfToken: string };
	await fetch(`${server.url}/api/v1/session`, { method: 'DELETE', headers: { ...headers, 'X-XSRFToken': xsrfToken } });
}

const asked = (page: Page) => page.getByRole('dialog', { name: 'Sign in' });
async function signInAgain(page: Page) {
	await asked(page).getByLabel('Password').fill(server.password);
	await page.keyboard.press('Enter');
	await asked(page).waitFor({ state: 'detached' });
}

test('who has not signed in is asked to, and then sees the page that was asked for', async ({ visitor, expectErrors }) => {
	expectErrors(/status of 401/);
	await visitor.goto('/v1/quests/?filterClosed=false');
	await visitor.getByLabel('Name').fill('admin');
	await visitor.getByLabel('Password').fill(server.password);
	await visitor.getByRole('button', { name: 'Sign in', exact: true }).click();
	await visitor.getByRole('heading', { level: 1, name: 'Quests' }).waitFor();
	expect(visitor.url()).toBe(`${server.url}/v1/quests/?filterClosed=false`);
	const [cookie] = await visitor.context().cookies();
	expect(cookie).toMatchObject({ name: 'moirai', httpOnly: true, sameSite: 'Lax' });
});

test('a wrong password is refused in the words of the server, and typed anew', async ({ visitor, screen, expectErrors }) => {
	expectErrors(/status of 401/);
	await visitor.goto('/');
	await visitor.getByLabel('Name').fill('admin');
	await visitor.getByLabel('Password').fill('not it');
	await visitor.keyboard.press('Enter');
	await expect.poll(() => visitor.getByRole('alert').textContent()).toBe('Wrong name or password.');
	expect(await visitor.getByLabel('Password').inputValue()).toBe('');
	expect(await visitor.getByLabel('Name').inputValue()).toBe('admin');
	await screen('sign-in');
});

test('signing out ends the session and leads to where one signs in', async ({ visitor, expectErrors }) => {
	expectErrors(/status of 401/);
	await visitor.goto('/');
	await visitor.getByLabel('Name').fill('admin');
	await visitor.getByLabel('Password').fill(server.password);
	await visitor.keyboard.press('Enter');
	await visitor.getByRole('button', { name: /account/ }).click();
	const [cookie] = await visitor.context().cookies();
	await visitor.getByRole('button', { name: 'Sign out' }).click();
	await visitor.getByRole('button', { name: 'Sign in', exact: true }).waitFor();
	const answer = await fetch(`${server.url}/api/v1/session`, { headers: { Cookie: `moirai=${cookie!.value}` } });
	expect(answer.status).toBe(401);
});

test('a session that ends in mid-work is taken up again at the same place', async ({ visitor, screen, expectErrors }) => {
	expectErrors(/status of 401/);
	const { id, hosts, done } = await quest(3, 'A session ends in mid-work');
	await signIn(visitor, `/v1/quests/${id}`);
	const filter = visitor.getByPlaceholder('Filter host or owner');
	await filter.fill(hosts[1]!);
	const address = `${server.url}/v1/quests/${id}?q=${hosts[1]}`;
	await expect.poll(() => visitor.url()).toBe(address);

	await endSession(visitor);
	await done(hosts[1]!); // the page hears of it and asks
	await asked(visitor).waitFor();
	await screen('session-ended');
	await signInAgain(visitor);
	expect(visitor.url()).toBe(address);
	expect(await filter.inputValue()).toBe(hosts[1]);
	await expect.poll(() => visitor.getByRole('row', { name: hosts[1]! }).textContent()).toContain('Done');
});

test('a session that ends under an open dialog takes nothing of what was typed there', async ({ visitor, expectErrors }) => {
	expectErrors(/status of 401/);
	const { id, hosts, name } = await quest(3, 'A session ends in a dialog');
	const note = `Typed before the session ended: ${unique()}`;
	await signIn(visitor, `/v1/quests/${id}`);
	await visitor.getByRole('row', { name: hosts[1]! }).getByRole('gridcell').first().click();
	await visitor.getByRole('button', { name: 'Throw event' }).click();
	const dialog = visitor.getByRole('dialog', { name: 'Throw an event for 1 host' });
	await dialog.getByText('closes 1 labor').waitFor();
	await dialog.getByRole('textbox', { name: 'Note' }).fill(note);
	await endSession(visitor);
	const last = dialog.getByRole('button', { name: `Throw ${name} completed for 1 host` });
	await last.click();
	await asked(visitor).waitFor();
	for (let i = 0; i < 3; i++) await visitor.keyboard.press('Escape'); // it can't be sent away
	expect(await asked(visitor).isVisible()).toBe(true);
	await signInAgain(visitor);
	expect(await dialog.getByRole('textbox', { name: 'Note' }).inputValue()).toBe(note);
	await last.click();
	await dialog.waitFor({ state: 'detached' });
	const { events } = await api<{ events: { note: string }[] }>('GET', `/events?hostname=${hosts[1]!}&limit=all`);
	expect(events.filter((event) => event.note === note)).toHaveLength(1);
});

test('when two tabs have signed in anew, both can still write', async ({ visitor, expectErrors }) => {
	expectErrors(/status of 40[13]/);
	const { id, hosts, done } = await quest(4, 'In two tabs');
	await signIn(visitor, `/v1/quests/${id}`);
	const other = await visitor.context().newPage();
	await other.goto(`/v1/quests/${id}`);
	const tabs = [visitor, other];
	for (const tab of tabs) await tab.getByRole('row', { name: hosts[0]! }).waitFor();
	await endSession(visitor);
	await done(hosts[0]!);
	for (const tab of tabs) await asked(tab).waitFor();
	for (const tab of tabs) await signInAgain(tab);
	for (const [i, tab] of tabs.entries()) {
		await tab.bringToFront();
		const row = tab.getByRole('row', { name: hosts[i + 1]! });
		// What was done elsewhere is here: the rows are where they stay.
		const before = tab.getByRole('row', { name: hosts[i]! });
		await expect.poll(() => before.textContent(), { timeout: 15_000 }).toContain(i === 0 ? 'Done' : 'Acknowledged');
		await row.getByRole('gridcell').first().click();
		await tab.getByRole('button', { name: 'Acknowledge', exact: true }).click();
		await tab.getByRole('dialog').getByRole('button', { name: 'Acknowledge 1 labor' }).click();
		await expect.poll(() => row.textContent()).toContain('Acknowledged');
	}
	const { labors } = await api<{ labors: { ackUser: string | null }[] }>('GET', `/labors?questId=${id}&limit=all`);
	expect(labors.filter((labor) => labor.ackUser?.startsWith('admin@'))).toHaveLength(2);
});
