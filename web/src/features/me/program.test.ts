import { expect, it } from 'vitest';
import { programOf } from './program.ts';

it('a browser and its system are named, of other programs what they call themselves', () => {
	expect(programOf('Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0')).toBe('Firefox on Linux');
	expect(
		programOf(
			'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/143.0.0.0 Safari/537.36 Edg/143.0'
		)
	).toBe('Edge on Windows');
	expect(
		programOf(
			'Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1'
		)
	).toBe('Safari on iOS');
	expect([programOf('curl/7.88.1'), programOf('python-requests/2.31 (x)'), programOf(null)]).toEqual([
		'curl 7.88.1',
		'python-requests 2.31',
		'Unknown program'
	]);
});
