import { beforeEach, describe, expect, it } from 'vitest';
import { emptyRun, isRunBegun, keepRun, keepSchedule, readRun, takeSchedule, type RunDraft } from './draft.ts';

class Memory extends Map<string, string> {
	room = Infinity;
	getItem = (key: string) => this.get(key) ?? null;
	setItem = (key: string, value: string) => {
		if (value.length > this.room) throw new Error('no room');
		this.set(key, value);
	};
	removeItem = (key: string) => void this.delete(key);
}
let storage: Storage & Memory;
beforeEach(() => {
	storage = new Memory() as unknown as Storage & Memory;
	keepRun(1, emptyRun(), storage);
});

const ME = 7;
const begun: RunDraft = { ...emptyRun(), project: 3, playbook: 'site.yml', vars: { forks: 5 } };

describe('a run that somebody has begun', () => {
	it('is there again for him alone', () => {
		keepRun(ME, begun, storage);
		expect(readRun(ME, storage)).toEqual(begun);
		expect(readRun(8, storage)).toEqual(emptyRun());
	});
	it('is begun as soon as something would be missed', () => {
		expect(isRunBegun(emptyRun())).toBe(false);
		expect(isRunBegun({ ...emptyRun(), kind: 'MODULE', where: 'hosts' })).toBe(false);
		expect(isRunBegun({ ...emptyRun(), vars: { check: null } })).toBe(true);
	});
	it('leaves nothing behind when it is thrown away', () => {
		keepRun(ME, begun, storage);
		keepRun(ME, emptyRun(), storage);
		expect(storage.size).toBe(0);
	});
	it('has its secrets as long as the page lasts, and they are never written down', () => {
		const secret = { ...begun, vars: { forks: 5, 'private-key': 'S3CRET', 'extra-vars': { db_password: 'S3CRET' } } };
		keepRun(ME, secret, storage);
		expect([...storage.values()].join()).not.toContain('S3CRET');
		expect(readRun(ME, storage).vars).toEqual(secret.vars);
		expect(readRun(ME, storage).lost).toEqual([]);
	});
	it('has the arguments of a module that are secret as long as the page lasts, and they are never written down', () => {
		const secret = { ...begun, kind: 'MODULE' as const, args: 'name=anna password=S3CRET' };
		keepRun(ME, secret, storage);
		expect([...storage.values()].join()).not.toContain('S3CRET');
		expect(readRun(ME, storage)).toEqual(secret);
	});
	it('tells after a reload which secrets must be typed anew', () => {
		const written = JSON.stringify({ userId: ME, draft: { ...begun, lost: ['private-key'] } });
		storage.setItem('new run', written);
		expect(readRun(ME, storage)).toMatchObject({ vars: { forks: 5 }, lost: ['private-key'] });
	});
	it('says when the browser has no room for it', () => {
		storage.room = 10;
		expect(keepRun(ME, begun, storage)).toBe(false);
	});
});

it('a schedule is handed over once, with its secrets', () => {
	const draft = {
		kind: 'PLAYBOOK',
		project: 3,
		inventory: 4,
		mode: 'site.yml',
		vars: { 'vault-password-file': 'S3CRET' },
		lost: []
	} as const;
	keepSchedule(ME, draft, storage);
	expect([...storage.values()].join()).not.toContain('S3CRET');
	expect(takeSchedule(ME, storage)).toEqual(draft);
	expect(takeSchedule(ME, storage)).toBeUndefined();
});
