/**
 * The pictures of README.md and doc/manual/page.md: `npm run pictures` opens each screen over a new demo and writes doc/manual/pictures/*.webp.
 * They are made anew by hand where screens have changed; what the demo shows is the same each time, but for its times.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { beforeAll } from 'vitest';
import { api, settled, test } from './browser.ts';
import { polemarch } from './world.ts';

const folder = join(import.meta.dirname, '../../doc/manual/pictures');
mkdirSync(folder, { recursive: true });

const SCREENS: Record<string, string> = {
	home: '/',
	quests: '/v1/quests/',
	quest: '/v1/quests/6',
	'new-quest': '/v1/quest/new',
	labors: '/v1/labors/',
	hosts: '/v1/hosts/',
	host: '/v1/hosts/web-001.ams1.example.net',
	events: '/v1/events/',
	'event-types': '/v1/event-types/',
	fates: '/v1/fates',
	runs: '/runs',
	'new-run': '/runs/new?project=1&playbook=hello.yml&inventory=2',
	projects: '/projects',
	project: '/projects/1',
	inventories: '/inventories',
	inventory: '/inventories/1?tab=groups',
	'inventory-text': '/inventories/1?tab=text',
	groups: '/groups',
	group: '/groups/1',
	'inventory-hosts': '/inventory-hosts',
	'inventory-host': '/inventory-hosts/1',
	templates: '/templates',
	template: '/templates/1',
	schedules: '/schedules',
	schedule: '/schedules/1',
	users: '/users',
	user: '/users/2',
	teams: '/teams',
	team: '/teams/1',
	me: '/me',
	letters: '/letters',
	webhooks: '/webhooks',
	audit: '/audit',
	about: '/about'
};

/** What no demo does: it writes to nobody. */
beforeAll(async () => {
	await api('POST', '/webhooks', {
		url: 'https://ci.example.net/moirai',
		secret: 'secret',
		eventTypes: [{ category: 'deploy' }]
	});
	const deployed = { user: 'admin', category: 'deploy', state: 'failed', note: 'health check failed: rolled back' };
	await api('POST', '/events', { ...deployed, hostnames: ['web-001.ams1.example.net', 'web-002.ams1.example.net'] });
	await polemarch('PATCH', '/inventories/2/', { vars: { ansible_connection: 'local', greeting: 'Good morning' } });
});

/** Until all is here: nothing more is asked for. */
async function shown(page: Page) {
	await settled(page);
	await page.waitForTimeout(700);
	await settled(page);
}

async function picture(page: Page, name: string) {
	await shown(page);
	const debug = await page.context().newCDPSession(page);
	const { data } = await debug.send('Page.captureScreenshot', { format: 'webp', quality: 75 });
	await debug.detach();
	writeFileSync(join(folder, `${name}.webp`), Buffer.from(data, 'base64'));
}

/** The newest run of the demo that failed on some hosts. */
async function failed() {
	const { results } = await polemarch<{ results: { id: number; mode: string }[] }>('GET', '/history/?status=ERROR&limit=100');
	return results.find(({ mode }) => mode === 'reboot.yml')!.id;
}

test.for(Object.entries(SCREENS))('%s', async ([name, address], { open }) => {
	await picture(await open(address), name);
});

test('one labor', async ({ open }) => {
	const { labors } = await api<{ labors: { id: number }[] }>('GET', '/labors?open=true&questId=6&limit=1');
	await picture(await open(`/v1/labors/${labors[0]!.id}`), 'labor');
});

test('a run that failed on some hosts', async ({ open }) => {
	const id = await failed();
	const page = await open(`/runs/${id}`);
	await picture(page, 'run');
	await page.goto(`/runs/${id}?tab=hosts`);
	await picture(page, 'run-hosts');
	await page.setViewportSize({ width: 390, height: 844 });
	await page.goto(`/runs/${id}`);
	await picture(page, 'run-narrow');
});

test('who may what with a project', async ({ open }) => {
	const page = await open('/projects/1');
	await page.getByRole('button', { name: 'Access' }).click();
	await page.getByRole('dialog').getByText('given as master').waitFor();
	await picture(page, 'access');
});

test('the variables of an inventory', async ({ open }) => {
	const page = await open('/inventories/2?tab=variables');
	await page.getByRole('button', { name: 'Edit variables' }).click();
	await page.getByRole('dialog').waitFor();
	await picture(page, 'variables');
});

test('home and a run in the dark', async ({ open }) => {
	const page = await open('/');
	await page.emulateMedia({ colorScheme: 'dark' });
	await picture(page, 'home-dark');
	await page.goto(`/runs/${await failed()}`);
	await picture(page, 'run-dark');
});
