/** The server goes and comes back: the page says so, keeps what it shows, and is up to date again by itself. */
import { readdirSync, readFileSync } from 'node:fs';
import { afterEach } from 'vitest';
import { api, expect, says, server, stream, test, type Locator, type Page } from './browser.ts';
import { quest } from './world.ts';

/** script/server's own children of that name. */
function children(name: string): number[] {
	const found: number[] = [];
	for (const pid of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
		try {
			const [, command, rest] = /^\d+ \((.*)\) (.*)$/s.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))!;
			if (command === name && Number(rest!.split(' ')[1]) === server.pid) found.push(Number(pid));
		} catch {
			continue; // it has just ended
		}
	}
	return found;
}

/** They end, and script/server, which would start them again, waits until `comeBack`. */
function goAway(...names: string[]): void {
	process.kill(server.pid!, 'SIGSTOP');
	for (const pid of names.flatMap(children)) process.kill(pid, 'SIGTERM');
}

const comeBack = () => process.kill(server.pid!, 'SIGCONT');

const isThere = () => expect.poll(() => api('GET', '/ping').catch(() => undefined), { timeout: 20_000 }).toBeDefined();

afterEach(async () => {
	if (!server.pid) return;
	comeBack();
	await isThere();
});

const gone = /status of 50[234]|ERR_CONNECTION_REFUSED|ERR_CONNECTION_RESET|ERR_EMPTY_RESPONSE|ERR_INCOMPLETE_CHUNKED_ENCODING/;

/** The server is back: what happens then, perhaps before the page listens again, is seen nevertheless. */
async function isLiveAgain(page: Page, happens: () => Promise<unknown>, row: Locator) {
	comeBack();
	await isThere();
	await happens();
	await says(page, 'Live');
	await expect.poll(() => row.textContent(), { timeout: 5000 }).toContain('Done');
}

test.skipIf(!server.pid)(
	'without the server the page says "Reconnecting" and keeps what it shows; then it is live again',
	async ({ open, screen, expectErrors }) => {
		expectErrors(gone);
		const { id, hosts, done } = await quest(3, 'Seen without a server');
		const page = await open(`/v1/quests/${id}`);
		const row = page.getByRole('row', { name: hosts[0]! });
		await says(page, 'Live');
		goAway('nginx', 'moirai-fcgi');
		await says(page, 'Reconnecting');
		expect(await row.textContent()).toContain('Not started');
		await screen('away');
		await isLiveAgain(page, () => done(hosts[0]!), row);
	}
);

test.skipIf(!server.pid)(
	'so it does without workers, as soon as it asks for something',
	async ({ open, screen, expectErrors }) => {
		expectErrors(gone);
		const { id, hosts, done } = await quest(3, 'Seen without workers');
		const page = await open(`/v1/quests/${id}`);
		await says(page, 'Live');
		goAway('moirai-fcgi');
		await page.getByRole('link', { name: 'Hosts', exact: true }).click();
		await page.getByRole('alert').filter({ hasText: 'No worker answers.' }).waitFor();
		expect(await stream(page).textContent()).toBe('Reconnecting');
		await screen('away-workers');
		await page.goBack();
		await isLiveAgain(page, () => done(hosts[0]!), page.getByRole('row', { name: hosts[0]! }));
	}
);
