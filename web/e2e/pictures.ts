/**
 * The pictures of README.md and doc/manual/page.md: `npm run pictures` opens each screen over a new demo and writes doc/manual/pictures/*.webp.
 * They are made anew by hand where screens have changed; what the demo shows is the same each time, but for its times.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { api, settled, test } from './browser.ts';

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
	group: '/groups/1',
	templates: '/templates',
	template: '/templates/1',
	schedules: '/schedules',
	schedule: '/schedules/1',
	users: '/users',
	teams: '/teams',
	team: '/teams/1',
	me: '/me',
	letters: '/letters',
	webhooks: '/webhooks',
	audit: '/audit',
	about: '/about'
};

async function picture(page: Page, name: string) {
	const debug = await page.context().newCDPSession(page);
	const { data } = await debug.send('Page.captureScreenshot', { format: 'webp', quality: 80 });
	await debug.detach();
	writeFileSync(join(folder, `${name}.webp`), Buffer.from(data, 'base64'));
}

test.for(Object.entries(SCREENS))('%s', async ([name, address], { open }) => {
	const page = await open(address);
	await settled(page);
	await picture(page, name);
});

test('a run that failed on some hosts', async ({ open }) => {
	const runs = await api<{ results: { id: number; mode: string }[] }>('GET', '/polemarch/api/v1/history/?status=ERROR&limit=100');
	const { id } = runs.results.find(({ mode }) => mode === 'reboot.yml')!;
	const page = await open(`/runs/${id}`);
	await settled(page);
	await picture(page, 'run');
	await page.goto(`/runs/${id}?tab=hosts`);
	await settled(page);
	await picture(page, 'run-hosts');
});

test('who may what with a project', async ({ open }) => {
	const page = await open('/projects/1');
	await page.getByRole('button', { name: 'Access' }).click();
	await page.getByRole('dialog').getByText('marek').or(page.getByRole('dialog').getByText('team-web')).first().waitFor();
	await picture(page, 'access');
});

test('home and a run in the dark', async ({ open }) => {
	const page = await open('/');
	await page.emulateMedia({ colorScheme: 'dark' });
	await settled(page);
	await picture(page, 'home-dark');
});
