import { expect, it } from 'vitest';
import { changesOf } from './changes.ts';

it('only what is not as it was given is sent', () => {
	const given = { name: 'a', active: true, when: null as string | null, types: [{ state: 'failed' }] };
	expect(changesOf(given, { ...given, types: [{ state: 'failed' }] })).toEqual({});
	expect(changesOf(given, { name: '', active: true, when: 'now', types: [] })).toEqual({ name: '', when: 'now', types: [] });
	expect(changesOf({ ...given, when: 'now' }, given)).toEqual({ when: null });
});
