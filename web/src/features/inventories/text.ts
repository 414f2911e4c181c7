/** The beginning of a text that may be long: whole lines up to so many bytes; the rest is not asked for. */
export async function readBeginning(
	stream: ReadableStream<Uint8Array>,
	most: number
): Promise<{ lines: string[]; whole: boolean }> {
	const reader = stream.getReader();
	const decoder = new TextDecoder();
	let text = '';
	let read = 0;
	for (;;) {
		const { done, value } = await reader.read();
		if (done) return { lines: (text + decoder.decode()).replace(/\n+$/, '').split('\n'), whole: true };
		text += decoder.decode(value, { stream: true });
		read += value.length;
		if (read < most) continue;
		await reader.cancel();
		const lines = text.split('\n');
		return { lines: lines.length > 1 ? lines.slice(0, -1) : lines, whole: false };
	}
}

/** A file's name out of a thing's: no more than letters, digits, dots, _ and -. */
export const fileName = (name: string, ending: string): string =>
	`${name.replace(/[^\p{L}\p{N}._-]+/gu, '-').slice(0, 100)}.${ending}`;
