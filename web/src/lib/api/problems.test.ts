import { describe, expect, it } from 'vitest';
import { ApiError } from './client.ts';
import { problemsOf } from './problems.ts';

const fields = ['username', 'email'];

describe('what is refused of a form', () => {
	it('stands beside the fields that are meant', () => {
		const failed = new ApiError(400, 'email: Enter a valid email address.', { email: 'Enter a valid email address.' });
		expect(problemsOf(failed, fields)).toEqual({ of: { email: 'Enter a valid email address.' }, rest: undefined });
	});

	it('is said below it where no field, or none of the form, is meant', () => {
		expect(problemsOf(new ApiError(403, 'Not yours.'), fields)).toEqual({ of: {}, rest: 'Not yours.' });
		expect(problemsOf(new ApiError(400, 'age: Too low.', { age: 'Too low.' }), fields)).toEqual({
			of: {},
			rest: 'age: Too low.'
		});
		expect(problemsOf(new Error('broken'), fields)).toEqual({ of: {}, rest: 'broken' });
	});

	it('is said in both places where it is of both', () => {
		const failed = new ApiError(400, '…', { email: 'Wrong.', age: 'Too low.', non_field_errors: 'And so on.' });
		expect(problemsOf(failed, fields)).toEqual({ of: { email: 'Wrong.' }, rest: 'age: Too low. And so on.' });
	});

	it('is an option’s, not the playbook’s, where the server names it', () => {
		const failed = new ApiError(400, '…', { playbook: 'Incorrect argument: No such host.', argument: 'limit' });
		expect(problemsOf(failed, ['playbook', 'limit'])).toEqual({ of: { limit: 'No such host.' }, rest: undefined });
	});

	it('is nothing where nothing was', () => {
		expect(problemsOf(undefined, fields)).toEqual({ of: {}, rest: undefined });
	});
});
