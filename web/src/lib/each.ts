/** The same deed for each of many things, a few at a time: what is refused of one does not stop the others. */
const AT_ONCE = 4;

export interface Outcome<T> {
	done: T[];
	failed: { thing: T; error: Error }[];
}

/** `told`: how many are over, each time that one is. Given up by `signal`, it leaves those that it has not come to. */
export async function each<T>(
	things: readonly T[],
	deed: (thing: T) => Promise<unknown>,
	told: (over: number) => void = () => {},
	signal?: AbortSignal
): Promise<Outcome<T>> {
	const outcome: Outcome<T> = { done: [], failed: [] };
	const waiting = [...things];
	const work = async () => {
		for (let thing = waiting.shift(); thing !== undefined && !signal?.aborted; thing = waiting.shift()) {
			try {
				await deed(thing);
				outcome.done.push(thing);
			} catch (error) {
				outcome.failed.push({ thing, error: error as Error });
			}
			told(outcome.done.length + outcome.failed.length);
		}
	};
	await Promise.all(Array.from({ length: AT_ONCE }, work));
	return outcome;
}
