import { describe, expect, it } from 'vitest';
import { forget, keep, kept } from './kept.ts';
import { newForm } from './schedule.ts';

function memory(): Storage {
	const items = new Map<string, string>();
	return {
		getItem: (key: string) => items.get(key) ?? null,
		setItem: (key: string, value: string) => void items.set(key, value),
		removeItem: (key: string) => void items.delete(key)
	} as unknown as Storage;
}

const form = {
	...newForm(),
	name: 'nightly',
	project: 7,
	playbook: 'site.yml',
	inventory: 'hosts',
	crontab: '0 5 * * *',
	vars: { forks: 8 }
};

describe('a schedule that was begun', () => {
	it('is there after a reload, for whoever began it', () => {
		const storage = memory();
		keep(1, form, [], storage);
		expect(kept(2, storage)).toBeUndefined();
		expect(kept(1, storage)).toEqual({ form, lost: [] });
	});

	it('is forgotten once it is made or thrown away', () => {
		const storage = memory();
		keep(1, form, [], storage);
		forget(storage);
		expect(kept(1, storage)).toBeUndefined();
	});

	it('has no secret written down', () => {
		const storage = memory();
		keep(1, { ...form, vars: { 'private-key': 'swordfish' } }, [], storage);
		expect(JSON.stringify(['schedule form', 'new schedule'].map((key) => storage.getItem(key)))).not.toContain('swordfish');
	});
});
