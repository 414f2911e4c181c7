import { expect, it } from 'vitest';
import { whereOf } from './where.ts';

it('tells hosts by name from an inventory that was deleted, and a file from one that may not be seen', () => {
	expect(whereOf({ inventory: 13, inventory_name: 'prod', bare: false })).toBe('inventory');
	expect(whereOf({ inventory: 13, inventory_name: null, bare: false })).toBe('unseen');
	expect(whereOf({ inventory: null, inventory_name: 'inv/hosts', bare: false })).toBe('file');
	expect(whereOf({ inventory: 'inv/hosts', inventory_name: 'inv/hosts' })).toBe('file');
	expect(whereOf({ inventory: null, inventory_name: null, bare: true })).toBe('bare');
	expect(whereOf({ inventory: null, inventory_name: null, bare: false })).toBe('deleted');
});
