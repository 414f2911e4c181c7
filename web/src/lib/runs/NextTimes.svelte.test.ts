import { server } from '#lib/testing/server.ts';
import { cleanup, render, screen } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import WithQueries from '#lib/testing/WithQueries.svelte';
import NextTimes from './NextTimes.svelte';

let answer: { status?: number; body: unknown };

beforeEach(() => {
	server.asked = [];
	answer = {
		body: {
			zone: 'Europe/Berlin',
			next: [
				'2026-12-01T03:30:00Z',
				'2026-12-02T03:30:00Z',
				'2026-12-03T03:30:00Z',
				'2026-12-04T03:30:00Z',
				'2026-12-05T03:30:00Z'
			]
		}
	};
	server.answer = () => answer;
});
afterEach(cleanup);

const show = (given: Record<string, unknown>) => render(WithQueries as never, { component: NextTimes, given } as never);
const times = async () => {
	await screen.findAllByRole('listitem');
	return [...document.querySelectorAll('time')].map((time) => time.textContent);
};

describe('the next times of a schedule', () => {
	it('are those of the clock by which crontabs go, as the server reckons them', async () => {
		show({ type: 'CRONTAB', schedule: '30 4 * * *' });
		expect((await times())[0]).toMatch(/^Tue 2026-12-01 04:30 /);
		expect(document.querySelectorAll('li')).toHaveLength(5);
		expect(server.asked).toEqual(['/polemarch/periodic-tasks/next/?type=CRONTAB&schedule=30 4 * * *']);
		expect(screen.getByText('By the clock of the server (Europe/Berlin).')).toBeTruthy();
	});

	it('of an interval that is running go on from when it is due, not from now', async () => {
		answer = { body: { zone: 'UTC', next: ['2026-12-01T00:00:00Z'] } };
		show({ type: 'INTERVAL', schedule: '7200', first: '2026-12-01T10:15:00Z' });
		expect((await times()).map((time) => time.slice(0, 20))).toEqual(
			['10:15', '12:15', '14:15', '16:15', '18:15'].map((time) => `Tue 2026-12-01 ${time}`)
		);
	});

	it('are none where it is never due, and that is said', async () => {
		answer = { body: { zone: 'UTC', next: [] } };
		show({ type: 'CRONTAB', schedule: '0 0 30 2 *' });
		await screen.findByText('It is never due.');
	});

	it('are refused in the words of the server', async () => {
		answer = { status: 400, body: { schedule: ['Hour must be from 0 to 23.'] } };
		show({ type: 'CRONTAB', schedule: '0 99 * * *' });
		await screen.findByText(/Hour must be from 0 to 23\./);
		expect(screen.queryByRole('button')).toBeNull();
	});

	it('that could not be had are asked for again', async () => {
		const given = answer;
		answer = { status: 503, body: { detail: 'Away.' } };
		show({ type: 'CRONTAB', schedule: '30 4 * * *' });
		const again = await screen.findByRole('button', { name: 'Try again' });
		answer = given;
		await userEvent.setup().click(again);
		expect(await times()).toHaveLength(5);
	});
});
