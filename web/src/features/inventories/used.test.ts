import { describe, expect, it } from 'vitest';
import type { Schemas } from '#lib/api/client.ts';
import { usesOf } from './used.ts';

const list = {
	role: 'OWNER',
	owner: { id: 1, username: 'admin' },
	superusers: 1,
	access: [
		{
			...{ member: 1, member_type: 'user', name: 'admin', role: 'OWNER' },
			by: [{ kind: 'owner' }, { kind: 'project', id: 3, name: 'site' }, { kind: 'inventory', id: 9, name: 'b' }]
		},
		{
			...{ member: 2, member_type: 'team', name: 'ops', role: 'EDITOR' },
			by: [
				{ kind: 'grant', role: 'EDITOR' },
				{ kind: 'project', id: 3, name: 'site' },
				{ kind: 'inventory', id: 4, name: null }
			]
		},
		{ member: 5, member_type: 'user', name: 'ann', role: 'EXECUTOR', by: [{ kind: 'inventory', id: 7, name: 'a' }] }
	]
} as Schemas['AccessList'];

describe('where something is used', () => {
	it('is what people see it by, each once, inventories first, those one does not see last', () => {
		expect(usesOf(list).uses.map(({ kind, id, name }) => [kind, id, name])).toEqual([
			['inventory', 7, 'a'],
			['inventory', 9, 'b'],
			['inventory', 4, null],
			['project', 3, 'site']
		]);
		expect(usesOf(list).more).toBe(false);
	});

	it('may be elsewhere, too, where not all reasons are told', () => {
		const many = { ...list, access: [{ ...list.access[2]!, more: true as const }] };
		expect(usesOf(many)).toEqual({ uses: [{ kind: 'inventory', id: 7, name: 'a' }], more: true });
	});
});
