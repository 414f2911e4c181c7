/**
 * What the e2e tests of the screens need. A test that gets `page` has Debian's Chromium, 1440 by 900, in a context of its own, with the
 * admin signed in; it fails by itself when the page says an error on the console, throws, or does what the Content-Security-Policy forbids.
 *
 *	import { expect, test } from './browser.ts';
 *
 *	test('hosts are found by name', async ({ open, screen }) => {
 *		const page = await open('/v1/hosts/?q=web-042');
 *		await expect.poll(() => page.getByRole('row').count()).toBe(2);
 *		await screen('hosts-found');          // light, dark and 390 wide: no axe violation, nothing to scroll sideways, e2e/out/*.png
 *	});
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { AxeResults, RunOptions } from 'axe-core';
import { chromium, type Browser, type BrowserContext, type Locator, type Page } from 'playwright-core';
import { afterAll, test as base, expect, inject } from 'vitest';

export { expect };
export type { Locator, Page };

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const out = join(import.meta.dirname, 'out');
/** A run of all tests, whose pictures nobody looks at, says MOIRAI_PICTURES=no. */
const pictures = process.env['MOIRAI_PICTURES'] !== 'no';
const WIDE = { width: 1440, height: 900 };
const NARROW = { width: 390, height: 844 };

export const server = inject('server');

let chrome: Promise<Browser> | undefined;
export const browser = () =>
	(chrome ??= chromium.launch({
		executablePath: '/usr/bin/chromium',
		args: [
			'--headless',
			'--no-sandbox',
			'--disable-gpu',
			'--disable-quic',
			'--no-first-run',
			'--disable-background-networking',
			'--disable-component-update',
			'--disable-sync'
		]
	}));
afterAll(async () => (await chrome)?.close());

/** The API, asked by the admin by password, beside the browser: what somebody else does elsewhere. */
export async function api<T = unknown>(method: string, path: string, body?: unknown): Promise<T> {
	const answer = await fetch(`${server.url}/api/v1${path}`, {
		method,
		headers: {
			Authorization: `Basic ${btoa(`admin:${server.password}`)}`,
			...(body === undefined ? {} : { 'Content-Type': 'application/json' })
		},
		...(body === undefined ? {} : { body: JSON.stringify(body) })
	});
	const said = await answer.text();
	if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${said}`);
	return JSON.parse(said) as T;
}

let secret: Promise<string> | undefined;
/** A session's cookie, the same for all tests of a file: signing in costs a password's hash. */
const session = () =>
	(secret ??= fetch(`${server.url}/api/v1/session`, {
		method: 'POST',
		headers: { 'Content-Type': 'application/json' },
		body: JSON.stringify({ username: 'admin', password: server.password })
	}).then((answer) => /moirai=([^;]+)/.exec(answer.headers.get('set-cookie') ?? '')![1]!));

export async function signIn(context: BrowserContext): Promise<void> {
	await context.addCookies([{ name: 'moirai', value: await session(), url: server.url, httpOnly: true, sameSite: 'Lax' }]);
}

/** Fails with what is wrong, where, and how it can be mended. */
export async function axe(page: Page, rules: RunOptions = {}): Promise<void> {
	// By the debugger's protocol, which the page's Content-Security-Policy does not stop.
	const debug = await page.context().newCDPSession(page);
	const evaluate = (expression: string) =>
		debug.send('Runtime.evaluate', { expression, awaitPromise: true, returnByValue: true });
	if (!(await evaluate('"axe" in window')).result.value) await evaluate(axeSource);
	const options = JSON.stringify({ resultTypes: ['violations'], ...rules });
	const { result, exceptionDetails } = await evaluate(`axe.run(document, ${options})`);
	await debug.detach();
	if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
	const found = (result.value as AxeResults).violations.map(
		({ id, impact, help, nodes }) =>
			`${id} (${impact}): ${help}\n` +
			nodes.map((node) => `\t${node.html}\n\t${node.failureSummary?.replaceAll('\n', '\n\t')}`).join('\n')
	);
	expect(found.join('\n'), `axe at ${page.url()}`).toBe('');
}

/** How many pixels of the page can only be seen by scrolling sideways. */
export const beyond = (page: Page) =>
	page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

/** Until nothing is asked for any more and nothing moves. */
export async function settled(page: Page): Promise<void> {
	await expect.poll(() => page.locator('.loading, [aria-busy="true"]').count(), { timeout: 10_000 }).toBe(0);
	await page.evaluate(async () => {
		await document.fonts.ready;
		await Promise.allSettled(
			document
				.getAnimations()
				.filter((one) => one.effect?.getComputedTiming().iterations !== Infinity)
				.map((one) => one.finished)
		);
	});
}

/** What the bar says of the stream of changes. */
export const stream = (page: Page) => page.getByRole('banner').getByText(/^(Connecting|Live|Polling|Reconnecting)$/);
export const says = (page: Page, state: string) => expect.poll(() => stream(page).textContent(), { timeout: 15_000 }).toBe(state);

/** The rows of a table that are in the document, without its head. */
export const rowsOf = (page: Page, label: string) =>
	page
		.getByRole('grid', { name: label })
		.getByRole('row')
		.filter({ hasNot: page.getByRole('columnheader') });

/** By keys alone: until that has the focus. */
export async function tabTo(to: Locator, key = 'Tab'): Promise<void> {
	const has = () => to.evaluate((one) => one === document.activeElement);
	for (let i = 0; i < 200 && !(await has()); i++) await to.page().keyboard.press(key);
	expect(await has(), `${to} is reached by ${key}`).toBe(true);
}

interface Fixtures {
	/** Nobody has signed in. */
	visitor: Page;
	/** The admin has. */
	page: Page;
	/** Goes to that address of ours and waits for its heading. */
	open: (address: string) => Promise<Page>;
	/** Looks at the page as it stands: light and dark, wide and narrow; leaves pictures of that name in e2e/out. */
	screen: (name: string) => Promise<void>;
	/** Errors of the console that the test is about, such as /status of 401/. */
	expectErrors: (like: RegExp) => void;
	watched: { context: BrowserContext; allowed: RegExp[] };
}

export const test = base.extend<Fixtures>({
	watched: async ({ task }, use) => {
		const errors: string[] = [];
		const allowed: RegExp[] = [];
		const context = await (
			await browser()
		).newContext({ viewport: WIDE, baseURL: server.url, reducedMotion: 'reduce', timezoneId: 'UTC', locale: 'en-GB' });
		context.setDefaultTimeout(10_000);
		context.on(
			'console',
			(message) => message.type() === 'error' && errors.push(`${message.text()} (${message.location().url})`)
		);
		context.on('weberror', (error) => errors.push(String(error.error().stack ?? error.error())));
		await use({ context, allowed });
		if (task.result?.errors?.length)
			await context
				.pages()
				.at(-1)
				?.screenshot({ path: join(out, `failed-${task.name.replaceAll(/\W+/g, '-')}.png`) });
		await context.close();
		expect(errors.filter((error) => !allowed.some((like) => like.test(error)))).toEqual([]);
	},
	visitor: async ({ watched }, use) => use(await watched.context.newPage()),
	page: async ({ watched }, use) => {
		await signIn(watched.context);
		await use(await watched.context.newPage());
	},
	open: async ({ page }, use) =>
		use(async (address) => {
			await page.goto(address);
			await page.locator('h1').first().waitFor();
			await settled(page);
			return page;
		}),
	screen: async ({ watched }, use) => use((name) => look(watched.context.pages().at(-1)!, name)),
	expectErrors: async ({ watched }, use) => use((like) => void watched.allowed.push(like))
});

async function look(page: Page, name: string): Promise<void> {
	const shot = async (how: string) => pictures && (await page.screenshot({ path: join(out, `${name}-${how}.png`) }));
	await page.emulateMedia({ colorScheme: 'light' });
	await axe(page);
	await shot('light');
	// Dark is other colours, narrow another layout: what else there is to say was said.
	await page.emulateMedia({ colorScheme: 'dark' });
	await axe(page, { runOnly: ['color-contrast'] });
	await shot('dark');
	await page.setViewportSize(NARROW);
	expect(await beyond(page), `${page.url()} is wider than ${NARROW.width} px`).toBe(0);
	await axe(page, { rules: { 'color-contrast': { enabled: false } } });
	await shot('narrow');
	await page.setViewportSize(WIDE);
	await page.emulateMedia({ colorScheme: 'light' });
}
