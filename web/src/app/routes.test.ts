import { describe, expect, it } from 'vitest';
import { match } from '#lib/router.svelte.ts';
import { linksFor, routes, sectionsFor } from './routes.ts';

const titles = (superuser: boolean) => linksFor(superuser).map(({ title }) => title);

describe('the side’s links', () => {
	it('are of pages, each with a key of its own', () => {
		const links = linksFor(true);
		expect(links.filter(({ href }) => !match(routes, href))).toEqual([]);
		expect(new Set(links.map(({ key }) => key)).size).toBe(links.length);
	});

	it('that only an administrator can use are shown to him alone', () => {
		expect(titles(true).filter((title) => !titles(false).includes(title))).toEqual(['Letters', 'Webhooks', 'Audit']);
		expect(sectionsFor(false).map(({ title }) => title)).toEqual(['Work', 'Automation', 'Administration']);
	});
});
