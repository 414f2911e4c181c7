import { describe, expect, it } from 'vitest';
import { things, type Kind } from '../things.ts';
import { may, rankOf, roles, rolesInWords, type Verb } from './role.ts';

const verbs: Verb[] = ['see', 'execute', 'sync', 'edit', 'delete', 'link', 'grant', 'own'];
const mayAll = (role: string | null | undefined) => verbs.filter((verb) => may(role, verb));

describe('a role', () => {
	it('may what those before it may, and more', () => {
		expect(mayAll('EXECUTOR')).toEqual(['see', 'execute', 'sync']);
		expect(mayAll('EDITOR')).toEqual(['see', 'execute', 'sync', 'edit', 'delete', 'link']);
		expect(mayAll('MASTER')).toEqual(['see', 'execute', 'sync', 'edit', 'delete', 'link', 'grant']);
		expect(mayAll('OWNER')).toEqual(verbs);
	});

	it('that is none, unknown or not asked for may nothing', () => {
		expect([mayAll(null), mayAll(undefined), mayAll('KING'), mayAll('')]).toEqual([[], [], [], []]);
	});

	it('is sorted by how much it may, not by its name', () => {
		const all = ['OWNER', null, 'EDITOR', 'MASTER', 'EXECUTOR'];
		expect(all.sort((a, b) => rankOf(a) - rankOf(b))).toEqual([null, 'EXECUTOR', 'EDITOR', 'MASTER', 'OWNER']);
	});

	it('is said in words for each kind of thing', () => {
		for (const kind of Object.keys(things) as Kind[]) expect(rolesInWords(kind).map(([role]) => role)).toEqual([...roles]);
		expect(rolesInWords('team')[1]).toEqual(['EDITOR', 'also changes who is in it, deletes it']);
	});
});
