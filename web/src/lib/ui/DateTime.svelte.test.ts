import { cleanup, fireEvent, render, screen } from '@testing-library/svelte';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { clock } from '#lib/clock.svelte.ts';
import DateTime from './DateTime.svelte';

let given: Date | undefined;
beforeEach(() => {
	clock.zone = 'UTC';
	given = new Date('2026-12-04T15:00:00Z');
});
afterEach(cleanup);

function show() {
	const props = {
		label: 'Due',
		get value() {
			return given;
		},
		set value(at) {
			given = at;
		}
	};
	render(DateTime, props);
	return screen.getByLabelText<HTMLInputElement>(/^Due/);
}

it('a year typed digit by digit stays in the box, and is given on when it is whole', async () => {
	const box = show();
	await fireEvent.focus(box);
	for (const year of ['0002', '0020', '0202']) {
		await fireEvent.input(box, { target: { value: `${year}-12-04T15:00` } });
		expect(box.value).toBe(`${year}-12-04T15:00`);
		expect(given).toEqual(new Date('2026-12-04T15:00:00Z'));
	}
	await fireEvent.input(box, { target: { value: '2027-12-04T15:00' } });
	expect(given).toEqual(new Date('2027-12-04T15:00:00Z'));
});

it('what was left half typed gives way to the time that counts', async () => {
	const box = show();
	await fireEvent.focus(box);
	vi.spyOn(box.validity, 'badInput', 'get').mockReturnValue(true);
	await fireEvent.input(box, { target: { value: '' } });
	expect(given).toEqual(new Date('2026-12-04T15:00:00Z'));
	await fireEvent.blur(box);
	expect(box.value).toBe('2026-12-04T15:00');
});

it('what is emptied is no time any more', async () => {
	const box = show();
	await fireEvent.focus(box);
	await fireEvent.input(box, { target: { value: '' } });
	expect(given).toBeUndefined();
});
