/**
 * What script/bench measures of the page, by Chromium over the server that MOIRAI_E2E names: figures, written as JSON into the file
 * MOIRAI_FIGURES. MOIRAI_QUESTS: the quests whose tables are looked at, smallest first; MOIRAI_SECONDS: how long things change.
 * MOIRAI_RUNS: a run that is over and one that is not, both long; MOIRAI_PSQL: words for psql, by which more is written into the latter.
 */
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import type { CDPSession } from 'playwright-core';
import { afterAll, beforeAll } from 'vitest';
import { api, browser, expect, server, settled, signIn, test, type Page } from './browser.ts';
import { oneOfEach, polemarch } from './world.ts';

const figures: Record<string, Record<string, number>> = {};
const quests = (process.env['MOIRAI_QUESTS'] ?? '').split(' ').filter(Boolean).map(Number);
const runs = (process.env['MOIRAI_RUNS'] ?? '').split(' ').filter(Boolean).map(Number);
const seconds = Number(process.env['MOIRAI_SECONDS'] ?? 5);
const PAGES = {
	home: '/',
	'the list of quests': '/v1/quests/',
	'a quest': `/v1/quests/${quests[0]}`,
	'a new quest': '/v1/quest/new',
	labors: '/v1/labors/',
	hosts: '/v1/hosts/',
	'a host': '/v1/hosts/host1',
	events: '/v1/events/',
	'event types': '/v1/event-types/',
	fates: '/v1/fates',
	projects: '/projects',
	'a project': '/projects/:id',
	inventories: '/inventories',
	'an inventory': '/inventories/:id',
	groups: '/groups',
	'a group': '/groups/:id',
	'hosts of inventories': '/inventory-hosts',
	'a host of inventories': '/inventory-hosts/:id',
	runs: '/runs',
	'a new run': '/runs/new',
	'a run': '/runs/:id',
	schedules: '/schedules',
	'a schedule': '/schedules/:id',
	templates: '/templates',
	'a template': '/templates/:id',
	users: '/users',
	'a user': '/users/:id',
	teams: '/teams',
	'a team': '/teams/:id',
	'my account': '/me',
	audit: '/audit',
	letters: '/letters',
	webhooks: '/webhooks',
	about: '/about'
};

let ids: Record<string, number>;
beforeAll(async () => {
	ids = { ...(await oneOfEach()), '/runs/:id': runs[0]! };
});

afterAll(() => writeFileSync(process.env['MOIRAI_FIGURES']!, JSON.stringify(figures)));

/** A browser that has nothing yet, and what it then loads, in bytes as they travel, without headers. */
async function loading(signedIn = true) {
	const context = await (await browser()).newContext({ viewport: { width: 1440, height: 900 }, baseURL: server.url });
	if (signedIn) await signIn(context);
	const page = await context.newPage();
	const debug = await context.newCDPSession(page);
	await debug.send('Network.enable');
	const loaded = { code: 0, font: 0, requests: 0 };
	const known = new Map<string, { type: string; headers: number }>();
	debug.on('Network.responseReceived', ({ requestId, type, response }) => {
		loaded.requests++;
		known.set(requestId, { type, headers: response.encodedDataLength });
	});
	debug.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
		const { type, headers } = known.get(requestId) ?? { type: '', headers: 0 };
		if (type === 'Script' || type === 'Stylesheet') loaded.code += encodedDataLength - headers;
		if (type === 'Font') loaded.font += encodedDataLength - headers;
	});
	return { context, page, debug, loaded };
}

const KiB = (bytes: number) => bytes / 1024;

test.for(Object.entries(PAGES))('the first load of %s', async ([name, address]) => {
	const { context, page, loaded } = await loading();
	await page.goto(address.replace(':id', String(ids[address])));
	await page.locator('h1').waitFor();
	await settled(page);
	figures[`first load: ${name}`] = { code: KiB(loaded.code), font: KiB(loaded.font), requests: loaded.requests };
	await context.close();
});

test('the first load of the shell alone', async () => {
	const { context, page, loaded } = await loading(false);
	await page.goto('/');
	await page.getByLabel('Password').waitFor();
	await settled(page);
	figures['first load: shell'] = { code: KiB(loaded.code), font: KiB(loaded.font), requests: loaded.requests };
	await context.close();
});

const metrics = async (debug: CDPSession) =>
	Object.fromEntries((await debug.send('Performance.getMetrics')).metrics.map(({ name, value }) => [name, value]));

/** Until the labors of the quest are on the screen, in ms from the beginning of its navigation. */
async function untilRows(page: Page, quest: number): Promise<number> {
	await page.goto(`/v1/quests/${quest}`, { waitUntil: 'commit' });
	const seen = await page.waitForFunction(
		() => document.querySelector('[role=grid][aria-label=Labors] [aria-rowindex="10"]') !== null && performance.now(),
		null,
		{
			polling: 'raf'
		}
	);
	return (await seen.jsonValue()) as number;
}

test.for(quests)('the table of quest %d', async (quest) => {
	const took: number[] = [];
	for (let i = 0; i < 3; i++) {
		const { context, page } = await loading();
		took.push(await untilRows(page, quest));
		await context.close();
	}
	const { context, page, debug } = await loading();
	await debug.send('Performance.enable');
	await untilRows(page, quest);
	await settled(page);
	await page.waitForTimeout(1500);
	await debug.send('HeapProfiler.collectGarbage');
	const found = { milliseconds: took.sort((a, b) => a - b)[1]!, heap: (await metrics(debug))['JSHeapUsedSize']! / 2 ** 20 };

	const keys = await typing(page);
	const scrolled = await scrolling(page);
	figures[`table: ${quest}`] = { ...found, ...keys, ...scrolled };
	await context.close();
});

/** From a key in the filter to the next paint; and the longest task. */
async function typing(page: Page) {
	await page.evaluate(() => {
		const seen = { keys: [] as number[], longest: 0 };
		Object.assign(window, { seen });
		new PerformanceObserver((list) =>
			list.getEntries().forEach((one) => one.name === 'keydown' && seen.keys.push(one.duration))
		).observe({
			type: 'event',
			durationThreshold: 16
		} as PerformanceObserverInit);
		new PerformanceObserver((list) =>
			list.getEntries().forEach((one) => (seen.longest = Math.max(seen.longest, one.duration)))
		).observe({ type: 'longtask' });
	});
	const filter = page.getByPlaceholder('Filter host or owner');
	await filter.click();
	const typed = [...'host1', ...Array<string>(5).fill('Backspace'), ...'host9', ...Array<string>(5).fill('Backspace')];
	for (const key of typed) {
		await page.keyboard.press(key);
		await page.waitForTimeout(150);
	}
	const { keys, longest } = await page.evaluate(() => (window as unknown as { seen: { keys: number[]; longest: number } }).seen);
	// What was faster than 16 ms is not told.
	const all = [...keys, ...Array<number>(Math.max(0, typed.length - keys.length)).fill(16)].sort((a, b) => a - b);
	return { key: all[Math.ceil(all.length * 0.95) - 1]!, longest };
}

/** 45,000 pixels, 205 at each frame: how many frames, and how many of them took longer than two. */
async function scrolling(page: Page) {
	return page.getByRole('grid', { name: 'Labors' }).evaluate(
		(grid) =>
			new Promise<{ frames: number; slow: number }>((done) => {
				let slow = 0;
				let frames = -1;
				let before = 0;
				const frame = (now: number) => {
					if (frames >= 0 && now - before > 34) slow++;
					frames++;
					before = now;
					grid.scrollTop += 205;
					if (frames < 220) requestAnimationFrame(frame);
					else done({ frames, slow });
				};
				requestAnimationFrame(frame);
			})
	);
}

test('a table of which 200 rows change each second', async () => {
	const quest = quests[0]!;
	const { context, page, debug } = await loading();
	await debug.send('Performance.enable');
	await untilRows(page, quest);
	await settled(page);
	await page.evaluate(() => {
		const seen = { longest: 0, many: 0 };
		Object.assign(window, { seen });
		new PerformanceObserver((list) =>
			list.getEntries().forEach((one) => ((seen.longest = Math.max(seen.longest, one.duration)), seen.many++))
		).observe({ type: 'longtask' });
	});
	const { columns } = await api<{ columns: { host: string[] } }>('GET', `/labors/table?questId=${quest}`);
	const hosts = columns.host;
	const quiet = await busy(debug, page, 2, () => undefined);
	let next = 0;
	const changing = await busy(debug, page, seconds, () =>
		api('POST', '/events?brief=true', { user: 'admin', eventTypeId: 2, hostnames: hosts.slice(next, (next += 50)) })
	);
	const { longest } = await page.evaluate(() => (window as unknown as { seen: { longest: number } }).seen);
	const done = new RegExp(`Done${next.toLocaleString('en-GB')}In progress`);
	await expect.poll(() => page.locator('main').textContent(), { timeout: 5000 }).toMatch(done);
	figures['live'] = { busy: changing, quiet, longest, changes: next };
	await context.close();
});

/** How many ms of each second the page's main thread was busy, while something is done four times a second. */
async function busy(debug: CDPSession, page: Page, during: number, deed: () => unknown): Promise<number> {
	const before = await metrics(debug);
	const deeds: unknown[] = [];
	for (let i = 0; i < during * 4; i++) {
		const at = Date.now();
		deeds.push(deed());
		await Promise.all(deeds);
		await page.waitForTimeout(Math.max(0, 250 - (Date.now() - at)));
	}
	const after = await metrics(debug);
	return ((after['TaskDuration']! - before['TaskDuration']!) / (after['Timestamp']! - before['Timestamp']!)) * 1000;
}

// ---- a run's output

/** The number of the last line in sight. */
const lastLine = () => Number([...document.querySelectorAll('.log .line .n a')].at(-1)?.textContent ?? 0);
const linesOf = async (run: number) => (await polemarch<{ count: number }>('GET', `/history/${run}/lines/?limit=1`)).count;

test.for(runs.slice(0, 1))('the output of run %d', async (run) => {
	const total = await linesOf(run);
	const took: number[] = [];
	for (let i = 0; i < 3; i++) {
		const { context, page } = await loading();
		await page.goto(`/runs/${run}`, { waitUntil: 'commit' });
		const seen = await page.waitForFunction(
			(total) => {
				const last = [...document.querySelectorAll('.log .line')].at(-1);
				return (last?.querySelector('.n')?.textContent?.trim() === String(total) && performance.now()) || undefined;
			},
			total,
			{ polling: 'raf' }
		);
		const answered = await page.evaluate(
			() => performance.getEntriesByType('resource').find(({ name }) => name.includes('/lines/')) as PerformanceResourceTiming
		);
		took.push(((await seen.jsonValue()) as number) - answered.responseEnd);
		await context.close();
	}
	const { context, page, debug } = await loading();
	await debug.send('Performance.enable');
	await page.goto(`/runs/${run}`);
	await page.locator('.log .line').first().waitFor();
	await settled(page);
	await page.waitForTimeout(1500);
	const heap = async () => {
		await debug.send('HeapProfiler.collectGarbage');
		return (await metrics(debug))['JSHeapUsedSize']! / 2 ** 20;
	};
	const atEnd = await heap();
	const scrolled = await page.locator('.log').evaluate(
		(log) =>
			new Promise<{ frames: number; slow: number }>((done) => {
				let [slow, frames, before] = [0, -1, 0];
				log.scrollTop = 0;
				const frame = (now: number) => {
					if (frames >= 0 && now - before > 34) slow++;
					frames++;
					before = now;
					log.scrollTop += 205;
					if (frames < 300) requestAnimationFrame(frame);
					else done({ frames, slow });
				};
				requestAnimationFrame(frame);
			})
	);
	// All of it, by the bar.
	for (let i = 0; i <= 100; i++) {
		await page.locator('.log').evaluate((log, i) => (log.scrollTop = ((log.scrollHeight - log.clientHeight) * i) / 100), i);
		await page.waitForTimeout(50);
	}
	figures['run'] = { milliseconds: took.sort((a, b) => a - b)[1]!, lines: total, heap: atEnd, after: await heap(), ...scrolled };
	await context.close();
});

test.for(runs.slice(1))('a run that says 1,000 lines a second: %d', async (run) => {
	const { context, page, debug } = await loading();
	await debug.send('Performance.enable');
	const blank = await context.newPage();
	await page.goto(`/runs/${run}`);
	await page.waitForFunction(() => document.querySelector('.log .line') !== null);
	await settled(page);
	const stop = write(run);
	try {
		// What the machine lets a page do that does nothing at all, meanwhile.
		await blank.bringToFront();
		await watchFrames(blank);
		await blank.waitForTimeout(seconds * 1000);
		const idle = await framesOf(blank);
		await blank.close();
		await page.bringToFront();
		await page.waitForTimeout(1500);
		await watchFrames(page);
		const before = await metrics(debug);
		let lag = 0;
		for (let i = 0; i < seconds * 2; i++) {
			await page.waitForTimeout(500);
			const shown = await page.evaluate(lastLine);
			lag = Math.max(lag, (await linesOf(run)) - shown);
		}
		const after = await metrics(debug);
		const spent = (name: string) => after[name]! - before[name]!;
		const { frames, slow, longest } = await framesOf(page);
		figures['run live'] = {
			...{ frames, slow, longest, lag, blank: idle.slow, busy: (spent('TaskDuration') / spent('Timestamp')) * 1000 }
		};
	} finally {
		stop();
	}
	await context.close();
});

/** A hundred lines, ten times a second, until what it gives is called. */
function write(run: number): () => void {
	const psql = spawn('psql', ['-qAtX', '-v', 'ON_ERROR_STOP=1', ...process.env['MOIRAI_PSQL']!.split(' ')], {
		stdio: ['pipe', 'ignore', 'inherit']
	});
	const statement = `with r as (update work.runs set lines = lines + 100 where id = ${run} returning output_day, lines - 100 as before)
		insert into work.lines select output_day, ${run}, before + n, format(E'\\x1b[0;32mok: [host%s.example.com] => words, as many as there are as a rule\\x1b[0m', n)
		from r, generate_series(1, 100) n;\n`;
	const timer = setInterval(() => psql.stdin.write(statement), 100);
	return () => (clearInterval(timer), psql.stdin.end());
}

interface Frames {
	frames: number;
	/** How many came more than 50 ms after the one before. */
	slow: number;
	/** The longest task, in ms. */
	longest: number;
}

const watchFrames = (page: Page) =>
	page.evaluate(() => {
		const seen = { frames: 0, slow: 0, longest: 0 };
		Object.assign(window, { framesSeen: seen });
		let before = 0;
		const frame = (now: number) => {
			if (before > 0) {
				seen.frames++;
				if (now - before > 50) seen.slow++;
			}
			before = now;
			requestAnimationFrame(frame);
		};
		requestAnimationFrame(frame);
		new PerformanceObserver((list) =>
			list.getEntries().forEach((one) => (seen.longest = Math.max(seen.longest, one.duration)))
		).observe({ type: 'longtask' });
	});
const framesOf = (page: Page) => page.evaluate(() => (window as unknown as { framesSeen: Frames }).framesSeen);
