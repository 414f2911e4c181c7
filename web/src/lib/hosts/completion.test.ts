import { describe, expect, it } from 'vitest';
import { lookup, offers } from './completion.svelte.ts';
import { placeAt } from './query.ts';

const place = (text: string) => placeAt(text, text.length);
const put = (text: string, found = {}) => offers(place(text), found).map((offer) => offer.put);

describe('what is looked for', () => {
	it.each([
		['web', { kinds: ['hosts', 'tags', 'owners', 'groups'], q: 'web' }],
		['owner=te', { kinds: ['owners'], q: 'te' }],
		['host=w', { kinds: ['hosts'], q: 'w' }],
		['labor=sys', { kinds: ['eventTypes'], q: 'sys' }],
		['quest=4', { kinds: ['quests'], q: '4' }],
		['site=', { kinds: ['tags'], q: 'site=' }],
		['site=am', { kinds: ['tags'], q: 'site=am' }],
		['owner=', undefined],
		['', undefined],
		['web1 ', undefined]
	])('%s', (text, wanted) => expect(lookup(place(text))).toEqual(wanted));
});

describe('what is offered', () => {
	it('first of all are the keys', () => expect(put('')).toEqual(['name=', 'owner=', 'tag=', 'group=', 'labor=', 'quest=']));
	it('are keys that begin so, and not', () => {
		expect(put('na')).toEqual(['name=']);
		expect(put('n')).toEqual(['name=', 'not']);
	});
	it('are conditions that hosts meet, then hosts', () =>
		expect(
			put('web', { tags: ['role=web', 'web'], owners: ['team web'], groups: ['web'], hosts: [{ hostname: 'web-1' }] })
		).toEqual(['role=web', 'tag=web', 'owner="team web"', 'group=web', 'web-1']));
	it('is a tag called as one of our keys as a tag', () =>
		expect(put('x', { tags: ['owner=x', 'Not=x'] })).toEqual(['tag="owner=x"', 'tag="Not=x"']));
	it('are values of the key', () => {
		expect(put('labor=s', { eventTypes: [{ category: 'system-reboot', state: 'required' }] })).toEqual([
			'system-reboot-required'
		]);
		expect(put('quest=4', { quests: [{ id: 4, description: 'Reboot' }] })).toEqual(['4']);
		expect(put('site=a', { tags: ['site=ams1', 'offsite=a'] })).toEqual(['ams1']);
	});
	it('is what joins behind a condition', () => {
		expect(put('web1 ')).toEqual(['and', 'or', 'and not']);
		expect(put('web1 a')).toEqual(['and', 'and not']);
	});
});
