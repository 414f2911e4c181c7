import { describe, expect, it } from 'vitest';
import { toldAdded, toldMissing, toldRemoved } from './words.ts';

const changed = (total: number, operated: number, created?: number) => ({
	...{ total, operated, not_found: total - operated, failed_list: [] },
	...(created !== undefined && { created })
});

describe('what became of a change', () => {
	it('is said with how many are in it now, and which of them are new', () => {
		expect(toldAdded(changed(12, 12), 'hosts', 'web')).toBe('12 hosts are in web now.');
		expect(toldAdded(changed(1, 1), 'inventories', 'site')).toBe('1 inventory is in site now.');
		expect(toldAdded(changed(1200, 1200, 3), 'hosts', 'web')).toBe('1,200 hosts are in web now, 3 of them made anew.');
		expect(toldAdded(changed(2, 2, 2), 'hosts', 'web')).toBe('2 hosts are in web now, made anew.');
		expect(toldAdded(changed(2, 0), 'groups', 'web')).toBe('Nothing was put into web.');
	});

	it('is said with how many are no longer in it', () => {
		expect(toldRemoved(changed(2, 2), 'groups', 'all')).toBe('2 groups are in all no more.');
		expect(toldRemoved(changed(1, 1), 'hosts', 'all')).toBe('1 host is in all no more.');
	});

	it('is said with what was not found, where something was not', () => {
		expect(toldMissing(changed(5, 5))).toBeUndefined();
		expect(toldMissing(changed(5, 3))).toBe('2 of 5 were not found: not there, or not for you to see.');
		expect(toldMissing(changed(5, 4))).toBe('1 of 5 was not found: not there, or not for you to see.');
		expect(toldMissing(changed(2, 0))).toBe('All 2 were not found: not there, or not for you to see.');
		expect(toldMissing(changed(1, 0))).toBe('It was not found: not there, or not for you to see.');
	});
});
