import { expect, it } from 'vitest';
import { tidied, wrongFields } from './crontab.ts';

it('the fields of a crontab may have more than one blank between them', () =>
	expect(tidied('  30   4 * *\t * ')).toBe('30 4 * * *'));

it('they are five', () => {
	expect(wrongFields(' 30  4 * * *')).toBeUndefined();
	expect(wrongFields('* * * *')).toBe('A crontab has five fields, and here are 4.');
	expect(wrongFields('0 0 * * * root')).toBe('A crontab has five fields, and here are 6.');
	expect(wrongFields('@daily')).toBe('A crontab has five fields, and here is 1.');
});
