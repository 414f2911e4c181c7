import { describe, expect, it } from 'vitest';
import { expanded, looksLikeRange, machineOf } from './range.ts';

describe('a range', () => {
	it('stands for names as Ansible counts them', () => {
		expect(expanded('web[01:20].example.com')).toEqual({ n: 20, first: 'web01.example.com', last: 'web20.example.com' });
		expect(expanded('db-[1:9:2]')).toEqual({ n: 5, first: 'db-1', last: 'db-9' });
		expect(expanded('[1:8:2]')).toEqual({ n: 4, first: '1', last: '7' });
		expect(expanded('[a:c].x')).toEqual({ n: 3, first: 'a.x', last: 'c.x' });
		expect(expanded('192.168.0.[1-10]')).toEqual({ n: 10, first: '192.168.0.1', last: '192.168.0.10' });
		expect(expanded('r[1:2]-n[:3]')).toEqual({ n: 8, first: 'r1-n0', last: 'r2-n3' });
		expect(expanded('plain')).toEqual({ n: 1, first: 'plain', last: 'plain' });
	});

	it('that Ansible would not read stands for nothing', () => {
		for (const name of ['web[5:1]', 'web[1]', 'web[01:100]', 'web[1:2:0]', 'web[a:3]', 'web[1:3'])
			expect(expanded(name), name).toBeUndefined();
	});

	it('may stand for more than the server takes, which is another matter', () => {
		expect(expanded('x[1:1000][1:1000]')?.n).toBe(1_000_000);
	});

	it('is known by how it is written', () => {
		expect(['web[1:3]', 'web[01-20].x', '[a:c]', '[1:9:2]'].map(looksLikeRange)).toEqual([true, true, true, true]);
		expect(['web', '[::1]', '[2001:db8::1]', '[1:2:3:4:5:6:7:8]'].map(looksLikeRange)).toEqual([false, false, false, false]);
	});
});

it('an address in brackets is a machine without them', () => {
	expect([machineOf('[2001:db8::1]'), machineOf('web-1')]).toEqual(['2001:db8::1', 'web-1']);
});
