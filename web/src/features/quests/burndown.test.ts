import { describe, expect, it } from 'vitest';
import type { Schemas } from '#lib/api/client.ts';
import { burnDown } from './burndown.ts';

const at = (hours: number) => Date.UTC(2026, 10, 1) / 1000 + hours * 3600;
const text = (hours: number) => new Date(at(hours) * 1000).toISOString().slice(0, 19).replace('T', ' ');
const history = (points: number[][], forecast: number | null = null) =>
	({ points, forecast: { time: forecast === null ? null : text(forecast), perDay: 1 } }) as unknown as Schemas['QuestHistory'];
const quest = (target: number | null) => ({
	embarkTime: text(0),
	targetTime: target === null ? null : text(target),
	completionTime: null
});

describe('a burn-down', () => {
	it('begins at the embark with all that it opened', () => {
		const { times, remaining } = burnDown(
			history([
				[at(1), 90, 100, 10],
				[at(2), 80, 0, 10]
			]),
			quest(null)
		);
		expect(times).toEqual([at(0), at(1), at(2)]);
		expect(remaining).toEqual([100, 90, 80]);
	});

	it('plans from all to none at the due time', () => {
		const { times, plan } = burnDown(
			history([
				[at(1), 90, 100, 10],
				[at(2), 80, 0, 10]
			]),
			quest(4)
		);
		expect(times).toEqual([at(0), at(1), at(2), at(4)]);
		expect(plan).toEqual([100, 75, 50, 0]);
	});

	it('has no plan without a due time and no forecast without progress', () => {
		const picture = burnDown(history([[at(1), 100, 100, 0]]), quest(null));
		expect(picture.plan).toBeUndefined();
		expect(picture.forecast).toBeUndefined();
	});

	it('goes on at the pace of the forecast', () => {
		const { times, forecast } = burnDown(
			history(
				[
					[at(1), 90, 100, 10],
					[at(2), 80, 0, 10]
				],
				10
			),
			quest(6)
		);
		expect(times).toEqual([at(0), at(1), at(2), at(6), at(10)]);
		expect(forecast).toEqual([null, null, 80, 40, 0]);
	});

	it('does not let a forecast years away press all else to the edge', () => {
		const { times, forecast } = burnDown(
			history(
				[
					[at(1), 90, 100, 10],
					[at(48), 80, 0, 10]
				],
				100000
			),
			quest(48)
		);
		expect(times.at(-1)).toBe(at(48 + 96));
		expect(forecast!.at(-1)!).toBeGreaterThan(79);
	});

	it('of a quest without points is empty', () => expect(burnDown(history([]), quest(null)).remaining).toEqual([null]));
});
