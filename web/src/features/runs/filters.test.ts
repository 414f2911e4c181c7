import { describe, expect, it } from 'vitest';
import { askedOf, byOf, byText, cancellable, deletable, type Run } from './filters.ts';

const asked = (text: string) => askedOf(new URLSearchParams(text));

describe('which runs', () => {
	it('are all unless told', () => expect(asked('sort=-id')).toEqual({}));
	it('are those of several statuses, said as values or with commas', () => {
		expect(asked('status=RUN&status=DELAY')).toEqual({ status: 'DELAY,RUN' });
		expect(asked('status=ERROR,OFFLINE')).toEqual({ status: 'ERROR,OFFLINE' });
		expect(asked('status=NONSENSE')).toEqual({});
	});
	it('are those of a user, of a schedule, of any schedule', () => {
		expect(asked('by=7')).toEqual({ initiator_type: 'users', initiator: '7' });
		expect(asked('by=scheduler:3')).toEqual({ initiator_type: 'scheduler', initiator: '3' });
		expect(asked('by=scheduler')).toEqual({ initiator_type: 'scheduler' });
		expect(asked('by=anna')).toEqual({});
	});
	it.each(['7', 'scheduler', 'scheduler:3', 'users'])('by=%s stays as it is', (text) => expect(byText(byOf(text)!)).toBe(text));
	it('are those that came to a host, from a time on, of a playbook', () =>
		expect(asked('host=web-1&from=2026-11-14T17:00&to=2026-11-15&mode=site.yml&project=3&inventory=4')).toEqual({
			host: 'web-1',
			mode: 'site.yml',
			project: '3',
			inventory: '4',
			start_time__gte: '2026-11-14T17:00:00.000Z',
			start_time__lt: '2026-11-15T00:00:00.000Z'
		}));
});

it('what is over is deleted, what is not is cancelled, as far as one may', () => {
	const runs = [
		{ id: 1, status: 'RUN', may: ['cancel', 'delete'] },
		{ id: 2, status: 'OK', may: ['cancel', 'delete'] },
		{ id: 3, status: 'ERROR', may: ['cancel'] },
		{ id: 4, status: 'DELAY' }
	] as Run[];
	expect(cancellable(runs).map(({ id }) => id)).toEqual([1]);
	expect(deletable(runs).map(({ id }) => id)).toEqual([2]);
});
