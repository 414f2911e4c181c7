import { describe, expect, it } from 'vitest';
import { fieldsOf, fieldWords, intervalWords, inUnits, loadCron, scheduleWords, toSeconds } from './schedule.ts';

describe('an interval', () => {
	it('is said in the largest unit of which it is whole ones', () => {
		expect(inUnits(5400)).toEqual({ n: 90, unit: 'minute' });
		expect([1, 45, 60, 90, 3600, 5400, 86_400, 604_800].map(intervalWords)).toEqual([
			'Every second',
			'Every 45 seconds',
			'Every minute',
			'Every 90 seconds',
			'Every hour',
			'Every 90 minutes',
			'Every day',
			'Every 7 days'
		]);
	});

	it('is seconds to the server, whatever its unit', () => {
		expect(toSeconds(90, 'minute')).toBe(5400);
		expect(toSeconds(2, 'day')).toBe(172_800);
		for (const seconds of [1, 59, 60, 61, 3600, 7260, 86_400]) {
			const { n, unit } = inUnits(seconds);
			expect(toSeconds(n, unit)).toBe(seconds);
		}
	});

	it('that is none is shown as it is', () => {
		expect(scheduleWords('INTERVAL', 'abc')).toBe('abc');
		expect(scheduleWords('INTERVAL', '0')).toBe('0');
		expect(scheduleWords('INTERVAL', '1.5')).toBe('1.5');
	});
});

describe('the fields of a crontab', () => {
	it('are five, what is missing is any, and what comes after them is passed over', () => {
		expect(fieldsOf('')).toEqual(['*', '*', '*', '*', '*']);
		expect(fieldsOf('30 */4')).toEqual(['30', '*/4', '*', '*', '*']);
		expect(fieldsOf('1 2 3 4 5 6 7')).toEqual(['1', '2', '3', '4', '5']);
		expect(fieldsOf('5  4')).toEqual(['5', '*', '4', '*', '*']);
	});

	it('are of the older order where the third has names of weekdays', () => {
		expect(fieldsOf('0 */2 sun,fri 1-15 *')).toEqual(['0', '*/2', '1-15', '*', 'sun,fri']);
		expect(fieldsOf('0 4 * * mon-fri')).toEqual(['0', '4', '*', '*', 'mon-fri']);
	});

	it('are said by words', () => {
		expect(fieldWords('*', 0)).toBe('every minute');
		expect(fieldWords('*/5', 0)).toBe('every 5 minutes');
		expect(fieldWords('0,30', 0)).toBe('minutes 0, 30');
		expect(fieldWords('9-17', 1)).toBe('hours 9 to 17');
		expect(fieldWords('8-18/2', 1)).toBe('every 2 hours from 8 to 18');
		expect(fieldWords('4', 1)).toBe('hour 4');
		expect(fieldWords('4', 3)).toBe('April');
		expect(fieldWords('mon-fri', 4)).toBe('Monday to Friday');
		expect(fieldWords('7', 4)).toBe('Sunday');
		expect(fieldWords('', 2)).toBe('every day');
	});

	it('that are none have no words', () => {
		const none = [
			['60', 0],
			['60*', 0],
			['1,,2', 0],
			['*/0', 0],
			['*/x', 0],
			['-1', 0],
			['5/2', 0],
			['24', 1],
			['0', 2],
			['13', 3],
			['foo', 4],
			['8', 4],
			['mon', 0]
		] as const;
		expect(none.map(([text, field]) => fieldWords(text, field))).toEqual(none.map(() => undefined));
	});
});

describe('a crontab in words', () => {
	it('is as it stands until the library is there', () => {
		expect(scheduleWords('CRONTAB', '30 4 * * *')).toBe('30 4 * * *');
	});

	it('says when, by a clock of 24 hours', async () => {
		const cron = await loadCron();
		expect(cron('30 4 * * mon-fri')).toBe('At 04:30, Monday through Friday');
		expect(cron('*/15 * * * *')).toBe('Every 15 minutes');
		expect(cron('0 16 * * *')).toBe('At 16:00');
		expect(cron('30 */4')).toBe('At 30 minutes past the hour, every 4 hours');
	});

	it('takes what the server takes: names at length, 7 for Sunday, the older order', async () => {
		const cron = await loadCron();
		expect(cron('0 3 * * sunday')).toBe(cron('0 3 * * 0'));
		expect(cron('0 3 * * 7')).toBe(cron('0 3 * * 0'));
		expect(cron('0 3 sun 1-7 *')).toBe(cron('0 3 1-7 * sun'));
		expect(cron('0 3 1 january *')).toBe(cron('0 3 1 1 *'));
	});

	it('says that either day is enough where both are restricted', async () => {
		const cron = await loadCron();
		expect(cron('0 0 13 * fri')).toBe('At 00:00, on day 13 of the month, or on Friday');
		expect(cron('0 0 */2 * fri')).not.toMatch(/, or on/);
	});

	it('is as it stands where it is none', async () => {
		const cron = await loadCron();
		expect(scheduleWords('CRONTAB', '30 */4 foo', cron)).toBe('30 */4 foo');
		expect(scheduleWords('CRONTAB', '60 * * * *', cron)).toBe('60 * * * *');
	});
});
