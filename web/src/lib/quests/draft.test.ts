import { beforeEach, describe, expect, it } from 'vitest';
import { emptyDraft, isBegun, keepDraft, readDraft, withHosts } from './draft.ts';

class Memory {
	#kept = new Map<string, string>();
	room = Infinity;
	getItem = (key: string) => this.#kept.get(key) ?? null;
	removeItem = (key: string) => this.#kept.delete(key);
	setItem(key: string, value: string) {
		if (value.length > this.room) throw new DOMException('full', 'QuotaExceededError');
		this.#kept.set(key, value);
	}
	get size() {
		return this.#kept.size;
	}
}

describe('a draft', () => {
	let memory: Memory;
	const storage = () => memory as unknown as Storage;
	beforeEach(() => (memory = new Memory()));

	it('is kept', () => {
		const draft = { ...emptyDraft(), fateId: 3, hosts: ['web-1'], description: 'Reboot' };
		expect(keepDraft(1, draft, storage())).toBe(true);
		expect(readDraft(1, storage())).toEqual(draft);
	});

	it('is that of who began it', () => {
		keepDraft(1, { ...emptyDraft(), hosts: ['web-1'] }, storage());
		expect(readDraft(2, storage())).toEqual(emptyDraft());
	});

	it('without anything in it leaves nothing behind', () => {
		keepDraft(1, { ...emptyDraft(), hosts: ['web-1'] }, storage());
		expect(keepDraft(1, emptyDraft(), storage())).toBe(true);
		expect(memory.size).toBe(0);
	});

	it('that is too large is not kept by half', () => {
		keepDraft(1, { ...emptyDraft(), hosts: ['web-1'] }, storage());
		memory.room = 1000;
		expect(keepDraft(1, { ...emptyDraft(), hosts: Array.from({ length: 200 }, (_, i) => `web-${i}`) }, storage())).toBe(false);
		expect(readDraft(1, storage())).toEqual(emptyDraft());
	});

	it('that an older page has left is made whole', () => {
		memory.setItem('new quest', '{"userId":1,"draft":{"hosts":["a"]}}');
		expect(readDraft(1, storage())).toEqual({ ...emptyDraft(), hosts: ['a'] });
		memory.setItem('new quest', 'what?');
		expect(readDraft(1, storage())).toEqual(emptyDraft());
	});

	it('is begun once something is in it that can be lost', () => {
		expect(isBegun({ ...emptyDraft(), fateId: 1, description: ' ' })).toBe(false);
		expect(isBegun({ ...emptyDraft(), pasted: 'web-1' })).toBe(true);
	});

	it('takes each host once', () =>
		expect(withHosts({ ...emptyDraft(), hosts: ['b', 'a'] }, ['c', 'a', 'c']).hosts).toEqual(['b', 'a', 'c']));
});
