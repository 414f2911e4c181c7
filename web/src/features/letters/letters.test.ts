import { describe, expect, it } from 'vitest';
import { about, mayRetry, toldContent, urgent, wayOf, type Letter } from './letters.ts';

const letter = (id: number, state: Letter['state'], more: Partial<Letter> = {}) =>
	({ id, state, recipients: null, subject: null, webhookId: null, questId: null, ...more }) as Letter;

it('what is parked comes first, then what waits, and of each the newest as they came', () => {
	const all = [
		letter(6, 'sent'),
		letter(5, 'waiting'),
		letter(4, 'parked'),
		letter(3, 'sending'),
		letter(2, 'parked'),
		letter(1, 'sent')
	];
	expect(urgent(all).map(({ id }) => id)).toEqual([4, 2, 5, 3, 6, 1]);
});

it('only what is parked or waits can be sent again', () => {
	expect((['parked', 'waiting', 'sending', 'sent'] as const).map((state) => mayRetry(letter(1, state)))).toEqual([
		true,
		true,
		false,
		false
	]);
});

describe('a letter says', () => {
	it('what it is about and to whom', () => {
		expect(about(letter(1, 'sent', { subject: 'Quest 5', recipients: ['a@b.c', 'd@e.f'] }))).toBe('Quest 5, to a@b.c, d@e.f');
		expect(about(letter(1, 'sent', { webhookId: 3 }))).toBe('to webhook 3');
		expect(about(letter(1, 'sent', { questId: 3 }))).toBe('of quest 3');
		expect(about(letter(1, 'sent', { kind: 'run' }))).toBe('to a hook of runs');
		expect(about(letter(1, 'sent'))).toBe('');
	});

	it('what is in it, of a form a line for each field', () => {
		const body = 'type=after_execution&payload=%7B%22status%22%3A%22OK%22%7D';
		expect(toldContent({ body, type: 'application/x-www-form-urlencoded', hook: 1 })).toEqual([
			['body', 'type: after_execution\npayload: {"status":"OK"}'],
			['type', 'application/x-www-form-urlencoded'],
			['hook', '1']
		]);
		expect(toldContent({ body: 'a=b', type: 'text/plain' })[0]).toEqual(['body', 'a=b']);
	});

	it('by which way it goes, also where two go by one', () => {
		const ways = [
			{ channel: 'webhook', kind: 'events' },
			{ channel: 'webhook', kind: 'run' },
			{ channel: 'script', kind: 'run' },
			{ channel: 'hook', kind: 'event' }
		] as const;
		expect(ways.map((way) => wayOf(letter(1, 'sent', way)))).toEqual([
			'Webhook',
			'Hook of runs, by HTTP',
			'Hook of runs, by script',
			'Script of events'
		]);
	});
});
