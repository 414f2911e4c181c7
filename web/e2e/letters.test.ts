/** What leaves the house: a webhook is made, what its server does not want is parked and sent again, and the audit tells of it. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll } from 'vitest';
import { expect, rowsOf, test } from './browser.ts';
import { chain, happens, PATIENCE, unique } from './world.ts';

/** What other servers were told; they want no more of it as long as `answer` says so. */
let answer = 410;
const told: { events: { note: string | null }[] }[] = [];
let other: Server;

beforeAll(
	() =>
		new Promise<void>((ready) => {
			other = createServer((request, response) => {
				let body = '';
				request.on('data', (part) => (body += part));
				request.on('end', () => {
					if (answer === 200) told.push(JSON.parse(body) as (typeof told)[0]);
					response.writeHead(answer).end();
				});
			}).listen(0, '127.0.0.1', ready);
		})
);
afterAll(() => void other.close());

test('a letter that was parked is sent again, and who did so is in the audit', async ({ open, screen }) => {
	const { name, required } = await chain();
	const address = `http://127.0.0.1:${(other.address() as AddressInfo).port}/${unique()}`;
	const page = await open('/webhooks');
	await page.getByRole('button', { name: 'New webhook' }).click();
	const form = page.getByRole('dialog', { name: 'New webhook' });
	await form.getByLabel('Address').fill(address);
	await form.getByRole('radio', { name: 'Only these' }).check();
	await form.getByRole('combobox', { name: 'Category of event 1' }).fill(name);
	await form.getByLabel('Secret').fill('of the e2e tests');
	await screen('webhook-new');
	await form.getByRole('button', { name: 'Create webhook' }).click();
	const row = page.getByRole('row', { name: address });
	await row.getByText('by a secret').waitFor();
	const id = (await row.getByRole('button', { name: /^Edit webhook/ }).getAttribute('aria-label'))!.replace(/\D+/, '');

	await happens(required, `host.${name}`);
	await page.goto('/letters?state=parked&channel=webhook');
	const parked = rowsOf(page, 'Letters').filter({ hasText: `to webhook ${id}` });
	await parked.getByText('Parked').waitFor(PATIENCE);
	await screen('letters');
	answer = 200;
	await parked.getByRole('gridcell').first().click();
	await page.getByRole('button', { name: 'Send it again' }).click();
	await page.getByRole('dialog').getByRole('button', { name: 'Send 1 letter again' }).click();
	await page.getByRole('status').getByText('1 letter is sent again.').waitFor();
	await expect.poll(() => told.length, PATIENCE).toBe(1);
	await page.mouse.move(5, 500); // under the pointer rows stay
	await parked.waitFor({ state: 'detached', ...PATIENCE });
	await page.goto(`/webhooks?id=${id}`);
	const letters = page.getByRole('dialog', { name: `Letters of webhook ${id}` });
	await letters.getByText('sent', { exact: true }).waitFor();
	await screen('webhook-letters');
	await page.keyboard.press('Escape');

	await row.getByRole('button', { name: 'Edit webhook' }).click();
	await page.getByRole('checkbox', { name: 'Active' }).uncheck();
	await page.getByRole('button', { name: 'Save' }).click();
	await row.getByText('Off').waitFor();
	await row.getByRole('button', { name: 'Delete webhook' }).click();
	await page
		.getByRole('dialog')
		.getByRole('button', { name: `Delete webhook ${id}` })
		.click();
	await row.waitFor({ state: 'detached' });

	await page.goto('/audit?kind=webhook');
	const lines = async () => (await rowsOf(page, 'Audit').allTextContents()).slice(0, 3).join('\n');
	await expect
		.poll(lines)
		.toMatch(new RegExp(`admin.*delete webhook ${id}.*\n.*admin.*update webhook.*\n.*admin.*create webhook`, 's'));
	await page.getByRole('combobox', { name: 'Kind of thing' }).selectOption({ label: 'letter' });
	await expect.poll(async () => (await rowsOf(page, 'Audit').first().textContent()) ?? '').toMatch(/admin.*retry letter/s);
	await rowsOf(page, 'Audit').first().getByRole('link').first().click();
	await page
		.getByRole('dialog', { name: /^Line \d+ of the audit/ })
		.getByText('retry', { exact: true })
		.waitFor();
	await screen('audit-line');
});
