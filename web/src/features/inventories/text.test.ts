import { describe, expect, it } from 'vitest';
import { fileName, readBeginning } from './text.ts';

function streamOf(...chunks: string[]) {
	let cancelled = false;
	const encoder = new TextEncoder();
	const waiting = chunks.map((chunk) => encoder.encode(chunk));
	const stream = new ReadableStream<Uint8Array>({
		pull: (controller) => (waiting.length > 0 ? controller.enqueue(waiting.shift()!) : controller.close()),
		cancel: () => void (cancelled = true)
	});
	return { stream, isCancelled: () => cancelled };
}

describe('the beginning of a text', () => {
	it('is all of it where it is short, without empty lines at its end', async () => {
		expect(await readBeginning(streamOf('# Hosts \nweb', '-1\n\n\n').stream, 100)).toEqual({
			lines: ['# Hosts ', 'web-1'],
			whole: true
		});
	});

	it('ends with a whole line, and the rest is given up', async () => {
		const { stream, isCancelled } = streamOf('web-1\nweb-2\nwe', 'b-3\nweb-4\n', 'web-5\n');
		expect(await readBeginning(stream, 10)).toEqual({ lines: ['web-1', 'web-2'], whole: false });
		expect(isCancelled()).toBe(true);
	});

	it('has letters whole that two pieces share', async () => {
		const bytes = new TextEncoder().encode('bü');
		const waiting = [bytes.slice(0, 2), bytes.slice(2)];
		const stream = new ReadableStream<Uint8Array>({
			pull: (controller) => (waiting.length > 0 ? controller.enqueue(waiting.shift()!) : controller.close())
		});
		expect((await readBeginning(stream, 100)).lines).toEqual(['bü']);
	});
});

it('a file’s name has nothing in it that leads elsewhere', () => {
	expect(fileName('../all hosts/ams', 'ini')).toBe('..-all-hosts-ams.ini');
});
