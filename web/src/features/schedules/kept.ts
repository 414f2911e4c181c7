/** A new schedule that somebody has begun: what is typed outlives a reload. Secrets are never written down (lib/runs/draft.ts). */
import { keepSchedule, takeSchedule } from '#lib/runs/draft.ts';
import { draftOf, newForm, withDraft, type Form } from './schedule.ts';

const KEY = 'schedule form';

interface Begun {
	form: Form;
	lost: readonly string[];
}

export function keep(userId: number, form: Form, lost: readonly string[], storage: Storage = sessionStorage): void {
	const { name, type, every, unit, crontab, saveResult, enabled } = form;
	try {
		storage.setItem(KEY, JSON.stringify({ userId, part: { name, type, every, unit, crontab, saveResult, enabled } }));
		keepSchedule(userId, draftOf(form, lost), storage);
	} catch {
		// The browser keeps nothing: then a reload forgets.
	}
}

/** That, once. */
export function kept(userId: number, storage: Storage = sessionStorage): Begun | undefined {
	try {
		const found = JSON.parse(storage.getItem(KEY) ?? '') as { userId: number; part: Partial<Form> };
		if (found.userId !== userId) return undefined;
		const draft = takeSchedule(userId, storage);
		const form = { ...newForm(), ...found.part };
		return draft ? { form: withDraft(form, draft), lost: draft.lost } : { form, lost: [] };
	} catch {
		return undefined;
	}
}

export function forget(storage: Storage = sessionStorage): void {
	storage.removeItem(KEY);
	takeSchedule(0, storage);
}
