/** What has come of runs on their hosts so far, while they are at work: of that there are no notices. */
import { createQuery } from '@tanstack/svelte-query';
import { must, polemarch, type Schemas } from '../api/client.ts';

type Run = Pick<Schemas['RunRow'], 'id' | 'status' | 'outcomes'>;

const EACH = 4000; // ms
/** Of more it is seen when they are over. */
const MOST = 100;

/** `runs`: a list of them. What it gives is one of these as it is now. */
export function createAtWork(runs: () => readonly Run[]) {
	const atWork = ({ status }: Run) => status === 'RUN';
	const ids = $derived(
		runs()
			.filter(atWork)
			.slice(0, MOST)
			.map(({ id }) => id)
	);
	const query = createQuery(() => ({
		queryKey: ['runs at work', ...ids],
		queryFn: async ({ signal }) => {
			const query = { id: ids.join(), limit: MOST, expand: 'outcomes' };
			const { results } = await must(polemarch.GET('/history/', { params: { query }, signal }));
			return new Map(results.map(({ id, outcomes }) => [id, outcomes]));
		},
		enabled: ids.length > 0,
		placeholderData: (before) => before,
		refetchInterval: EACH,
		gcTime: 0,
		structuralSharing: false,
		meta: { what: 'how far the runs are' }
	}));
	return <R extends Run>(run: R): R => {
		const outcomes = atWork(run) && query.data?.get(run.id);
		return outcomes ? { ...run, outcomes } : run;
	};
}
