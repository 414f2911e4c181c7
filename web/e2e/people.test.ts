/** Users, teams, rights and what one's own account can do: by two browsers with two users. */
import { expect, server, test, type Page } from './browser.ts';
import { as, newUser, PASSWORD, polemarch, unique } from './world.ts';

const access = (page: Page) => page.getByRole('dialog', { name: /^Access to/ });

test('what somebody is given he sees and may at once, what is taken he sees no more', async ({ open, screen }) => {
	const { username } = await newUser();
	const inventory = await polemarch<{ id: number; name: string }>('POST', '/inventories/', { name: unique() });
	const theirs = await as(username, PASSWORD, '/inventories');
	await theirs.getByRole('heading', { level: 1, name: 'Inventories' }).waitFor();
	expect(await theirs.getByText(inventory.name).count()).toBe(0);

	const page = await open(`/inventories/${inventory.id}`);
	await page.getByRole('button', { name: 'Access' }).click();
	await page.getByRole('combobox', { name: 'Give access to' }).fill(username);
	await page.getByRole('option', { name: username }).click();
	await page.getByRole('button', { name: 'Give access', exact: true }).click();
	await page.getByRole('combobox', { name: `Role of ${username}` }).waitFor();
	await screen('rights');

	await theirs.goto(`/inventories/${inventory.id}`);
	await theirs.getByRole('heading', { level: 1, name: inventory.name }).waitFor();
	expect(await theirs.getByRole('button', { name: 'Delete' }).count()).toBe(0);
	await theirs.getByRole('button', { name: 'Access' }).click();
	await access(theirs).getByText('given as executor').waitFor();
	expect(await access(theirs).getByRole('combobox').count()).toBe(0);
	await theirs.keyboard.press('Escape');

	await page.getByRole('combobox', { name: `Role of ${username}` }).selectOption('EDITOR');
	await theirs.getByRole('button', { name: 'Delete' }).waitFor();

	await page.getByRole('button', { name: `Take what was given to ${username}` }).click();
	await page.getByRole('combobox', { name: `Role of ${username}` }).waitFor({ state: 'detached' });
	// While he looks at it.
	await theirs.getByRole('button', { name: 'Delete' }).waitFor({ state: 'detached' });
	await theirs.getByRole('main').getByText('You do not have permission to perform this action.').first().waitFor();
	await theirs.context().close();
});

test('an executor of a project is offered to run it and not to change it; an editor is, as soon as he is one', async () => {
	const { id: member, username } = await newUser();
	const { id, name } = await polemarch<{ id: number; name: string }>('POST', '/projects/', {
		name: unique(),
		repository: 'MANUAL',
		vars: { repo_type: 'MANUAL' }
	});
	const give = (role: string) => polemarch('POST', `/projects/${id}/permissions/`, [{ member, member_type: 'user', role }]);
	await give('EXECUTOR');
	const page = await as(username, PASSWORD, `/projects/${id}?tab=schedules`);
	await page.getByRole('heading', { level: 1, name }).waitFor();
	await page.getByRole('main').getByRole('link', { name: 'Run', exact: true }).waitFor();
	await page.getByRole('button', { name: 'Synchronize' }).waitFor();
	const changes = [page.getByRole('button', { name: 'Edit' }), page.getByRole('button', { name: 'Delete' })];
	const offered = async () => Promise.all(changes.map((one) => one.count()));
	expect(await offered()).toEqual([0, 0]);
	expect(await page.getByRole('main').getByText('New schedule').count()).toBe(0);
	await give('EDITOR');
	await expect.poll(offered).toEqual([1, 1]);
	await page.getByRole('main').getByText('New schedule').waitFor();
	await page.context().close();
});

test('what a team is given its members have, and its owner can be another', async ({ open, screen }) => {
	const { username } = await newUser();
	const team = await polemarch<{ id: number; name: string }>('POST', '/teams/', { name: unique() });
	const project = await polemarch<{ id: number; name: string }>('POST', '/projects/', {
		name: unique(),
		repository: 'MANUAL',
		vars: { repo_type: 'MANUAL' }
	});
	await polemarch('POST', `/projects/${project.id}/permissions/`, [{ member: team.id, member_type: 'team', role: 'EXECUTOR' }]);
	const theirs = await as(username, PASSWORD, `/projects/${project.id}`);
	await theirs.getByText('You do not have permission to perform this action.').waitFor();

	const page = await open(`/teams/${team.id}`);
	await page.getByRole('button', { name: 'Add members' }).click();
	await page.getByRole('combobox', { name: 'Find users' }).fill(username);
	await page.getByRole('option', { name: username }).click();
	await page.getByRole('button', { name: 'Add 1 member' }).click();
	await page.getByRole('grid', { name: 'Members' }).getByText(username).waitFor();
	await screen('team');
	await theirs.goto(`/projects/${project.id}`);
	await theirs.getByRole('heading', { level: 1, name: project.name }).waitFor();

	await page.getByRole('button', { name: 'Access' }).click();
	await page.getByRole('button', { name: 'Change owner' }).click();
	await page.getByRole('combobox', { name: 'New owner' }).fill(username);
	await page.getByRole('option', { name: username }).click();
	await page.getByRole('button', { name: `Make ${username} the owner` }).click();
	await page.getByRole('status').getByText(`${username} owns ${team.name} now.`).waitFor();
	await theirs.goto(`/teams/${team.id}`);
	await theirs.getByRole('button', { name: 'Add members' }).waitFor();
	await theirs.context().close();
});

test('a user who is made signs in, has a password of his own, and is nobody any more when he is deactivated', async ({
	open
}) => {
	const username = unique();
	const page = await open('/users');
	await page.getByRole('button', { name: 'New user' }).click();
	await page.getByLabel('Name to sign in by').fill(username);
	await page.getByLabel('Password').fill(PASSWORD);
	await page.getByRole('button', { name: 'Create user' }).click();
	await page.getByRole('heading', { level: 1, name: username }).waitFor();

	const theirs = await as(username, PASSWORD, '/me');
	expect(await theirs.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Audit' }).count()).toBe(0);
	await theirs.getByLabel('New password').fill('another');
	await theirs.getByLabel('Once more').fill('another');
	await theirs.getByRole('button', { name: 'Change password' }).click();
	await theirs.getByRole('status').getByText('You have a new password.').waitFor();

	await page.getByRole('button', { name: 'Deactivate' }).click();
	await page.getByRole('button', { name: `Deactivate ${username}` }).click();
	await page.getByText('Inactive').waitFor();
	await theirs.reload();
	await theirs.getByLabel('Name').fill(username);
	await theirs.getByLabel('Password').fill('another');
	await theirs.keyboard.press('Enter');
	await expect.poll(() => theirs.getByRole('alert').textContent()).toBe('Wrong name or password.');
	await theirs.context().close();
});

test('a session is ended from another one, and asks to be signed in again', async () => {
	const { username } = await newUser();
	const lost = await as(username, PASSWORD, '/me');
	const page = await as(username, PASSWORD, '/me');
	await page.getByText('this one').waitFor();
	await page.getByRole('button', { name: /^End the session/ }).click();
	await page.getByRole('status').getByText('The session has ended.').waitFor();
	await page.getByRole('button', { name: /^End the session/ }).waitFor({ state: 'detached' });
	await lost.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Projects' }).click();
	await lost.getByRole('dialog', { name: 'Sign in' }).getByLabel('Password').fill(PASSWORD);
	await lost.keyboard.press('Enter');
	await lost.getByRole('heading', { level: 1, name: 'Projects' }).waitFor();
	for (const one of [lost, page]) await one.context().close();
});

test('a token is shown once, reads, and does not write', async ({ open, screen }) => {
	const page = await open('/me');
	const name = unique();
	await page.getByRole('button', { name: 'New token' }).click();
	await page.getByLabel('Name', { exact: true }).fill(name);
	await page.getByRole('button', { name: 'Create token' }).click();
	const made = page.getByRole('group', { name: 'The new token' });
	const token = (await made.locator('code').first().textContent())!;
	await screen('token');
	const ask = (method: string, path: string) =>
		fetch(`${server.url}/api/v1${path}`, {
			method,
			headers: { Authorization: `Token ${token}`, 'Content-Type': 'application/json' },
			...(method === 'GET' ? {} : { body: JSON.stringify({ hostname: unique() }) })
		}).then(({ status }) => status);
	expect([await ask('GET', '/hosts'), await ask('POST', '/hosts')]).toEqual([200, 403]);
	await made.getByRole('button', { name: 'I have it' }).click();
	await page.reload();
	await page.getByRole('button', { name: `Delete the token ${name}` }).click();
	expect(await page.content()).not.toContain(token);
	await page.getByRole('button', { name: `Delete ${name}` }).click();
	await page.getByRole('status').getByText(`Deleted the token ${name}.`).waitFor();
	expect(await ask('GET', '/hosts')).toBe(401);
});
