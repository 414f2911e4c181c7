import { describe, expect, it } from 'vitest';
import { href, match, type Route } from './router.svelte.ts';

const load = () => Promise.reject(new Error('not loaded'));
const routes: Route[] = [
	{ pattern: '/', title: 'home', load },
	{ pattern: '/v1/quests', title: 'list', load },
	{ pattern: '/v1/quests/:id', title: 'one', load },
	{ pattern: '/v1/quest/new', title: 'new', load },
	{ pattern: '/v1/hosts/:name', title: 'host', load }
];
const found = (path: string) => {
	const hit = match(routes, path);
	return hit && [hit.route.title, hit.parts];
};

describe('which page an address leads to', () => {
	it.each([
		['/', ['home', {}]],
		['/v1/quests', ['list', {}]],
		['/v1/quests/', ['list', {}]],
		['/v1/quests/42', ['one', { id: '42' }]],
		['/v1/quest/new', ['new', {}]],
		['/v1/hosts/web-1.example.net', ['host', { name: 'web-1.example.net' }]],
		['/v1/hosts/a%2Fb%20c', ['host', { name: 'a/b c' }]]
	])('%s', (path, page) => expect(found(path)).toEqual(page));

	it.each([
		'/v1/quests/x',
		'/v1/quests/1/2',
		'/nowhere',
		'/v1/hosts/%ff',
		'/v1/quests/99999999999999999',
		'/v1/quests/1234567890123456789'
	])('none: %s', (path) => expect(found(path)).toBeUndefined());
});

describe('an address with a query', () => {
	it('leaves out what is not set and repeats lists', () =>
		expect(href('/v1/labors/', { q: '', mine: true, step: ['a b', 'c'], owner: null, host: undefined, n: 0 })).toBe(
			'/v1/labors/?mine=true&step=a+b&step=c&n=0'
		));
	it('is the path alone where nothing is set', () => expect(href('/v1/labors/', { mine: false })).toBe('/v1/labors/'));
});
