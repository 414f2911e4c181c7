/** Things to look at that no test shares with another: made by the API, named so that each run of a test has its own. */
import { toServer } from '../src/lib/time.ts';
import { api } from './browser.ts';

type Made = { id: number };

let made = 0;
export const unique = () => `e2e-${Date.now().toString(36)}-${++made}`;

/**
 * Event types of one category, named by their states, and a chain of fates: the first opens it, each further one closes what the one
 * before has opened, the last ends it.
 */
export async function chainOf(...states: string[]) {
	const name = unique();
	const types: Record<string, number> = {};
	const fates: Record<string, number> = {};
	let follows: { followsId?: number } = {};
	for (const state of states) {
		const type = { category: name, state, description: `Of the e2e tests: ${state}` };
		types[state] = (await api<Made>('POST', '/eventtypes', type)).id;
		const fate = { creationEventTypeId: types[state], description: `Look after ${name}: ${state}`, ...follows };
		fates[state] = (await api<Made>('POST', '/fates', fate)).id;
		follows = { followsId: fates[state] };
	}
	return { name, types, fates };
}

let two: ReturnType<typeof chainOf> | undefined;

/** A fate of two events, "required" opens and "completed" closes: the same for all tests of a file. */
export async function chain() {
	const { name, types, fates } = await (two ??= chainOf('required', 'completed'));
	return { name, required: types['required']!, completed: types['completed']!, fate: fates['required']! };
}

/** The admin's quest with a labor on each of so many hosts of its own. */
export async function quest(
	size: number,
	description = 'Look after some hosts',
	{ fate, ...more }: { fate?: number; targetTime?: string } = {}
) {
	const usual = await chain();
	const prefix = unique();
	const hosts = Array.from({ length: size }, (_, i) => `${prefix}-${i + 1}.example.net`);
	const { id } = await api<Made>('POST', '/quests?brief=true', {
		fateId: fate ?? usual.fate,
		creator: 'admin',
		description,
		hostnames: hosts,
		...more
	});
	return {
		id,
		hosts,
		/** What the hosts' names begin with. */
		prefix,
		/** The category of the events of its fate, where it is the usual one. */
		name: usual.name,
		/** The labor on that host is done, as its host says elsewhere. */
		done: (...hostnames: string[]) => happens(usual.completed, ...hostnames)
	};
}

/** An event, thrown elsewhere. */
export const happens = (eventTypeId: number, ...hostnames: string[]) =>
	api('POST', '/events?brief=true', { user: 'admin', eventTypeId, hostnames });

/** A due time near enough to be among those that home shows. */
export const soon = () => toServer(new Date(Date.now() + 3_600_000));

interface Progress {
	totalLabors: number;
	completedLabors: number;
	description: string;
	creator: string;
	targetTime: string | null;
}
export const progress = (id: number) => api<Progress>('GET', `/quests/${id}?progressInfo=true`);
