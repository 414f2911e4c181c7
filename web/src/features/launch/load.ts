/** Gets what a link names: the template, the run, the quest's hosts. */
import { api, must, polemarch } from '#lib/api/client.ts';
import { countOf } from '#lib/format.ts';
import { emptyRun, type RunDraft } from '#lib/runs/draft.ts';
import { notDone } from '#lib/runs/outcomes.ts';
import { ofRun, ofTemplate, withHosts, withLink, type Link, type Ran } from './prefill.ts';

const PAGE = 1000;

export interface Loaded {
	draft: RunDraft;
	notes: string[];
}

export async function load(link: Link, handed: readonly string[], begun: RunDraft): Promise<Loaded> {
	if (link.run !== undefined) {
		const from = await ofRecord(link.run, link.failed, handed);
		return { draft: withLink(from.draft, link), notes: from.notes };
	}
	const from = await ofSaved(link.template, begun);
	const ofQuest = link.quest === undefined ? undefined : await hostsOf(link.quest);
	const hosts = [...handed, ...link.hosts, ...(ofQuest?.hosts ?? [])];
	return { draft: withHosts(withLink(from.draft, link), hosts), notes: [...from.notes, ...(ofQuest ? [ofQuest.note] : [])] };
}

async function ofSaved(template: number | undefined, begun: RunDraft): Promise<Loaded> {
	if (template === undefined) return { draft: begun, notes: [] };
	const saved = await must(polemarch.GET('/templates/{id}/', { params: { path: { id: template } } }));
	const draft = ofTemplate(saved);
	if (!draft)
		return { draft: emptyRun(), notes: [`The template “${saved.name}” is of a ${saved.kind.toLowerCase()}: it runs nothing.`] };
	const notes = [`As the template “${saved.name}” has it; the template stays as it is.`];
	if (draft.lost.length > 0) notes.push('To run it with its secrets, run the template itself.');
	return { draft, notes };
}

/** `chosen`: some of its hosts, by their names; none: all of them, or those on which it failed. */
async function ofRecord(id: number, failed: boolean, chosen: readonly string[]): Promise<Loaded> {
	const query = { output: 'no', expand: 'execute_args,hosts,names' };
	const run = (await must(polemarch.GET('/history/{id}/', { params: { path: { id }, query } }))) as unknown as Ran;
	const { draft, notes } = ofRun(run, failed ? await notWell(id) : chosen.length > 0 ? chosen : undefined);
	const which = failed
		? ', on the hosts on which it did not end well'
		: chosen.length > 0
			? `, on ${countOf(chosen.length, 'host')} of it`
			: '';
	return { draft, notes: [`As run ${id} was${which}.`, ...notes] };
}

async function notWell(id: number): Promise<string[]> {
	const names: string[] = [];
	for (let more = true; more;) {
		const query = { outcome: notDone.join(), limit: PAGE, offset: names.length };
		const page = await must(polemarch.GET('/history/{id}/hosts/', { params: { path: { id }, query } }));
		names.push(...page.results.map(({ name }) => name));
		more = page.results.length > 0 && names.length < page.count;
	}
	return names;
}

/** Those with an open labor, so that what is done is not done again; of one that is completed, or has more than a table holds, all. */
async function hostsOf(quest: number): Promise<{ hosts: readonly string[]; note: string }> {
	const open = await must(api.GET('/labors/table', { params: { query: { questId: quest, open: true } } }));
	const waiting = [...new Set(open.columns.host)];
	if (open.total > 0 && open.columns.host.length >= open.total)
		return { hosts: waiting, note: `On ${countOf(waiting.length, 'host')} of quest ${quest}: those with an open labor.` };
	const query = { hostQuery: `quest=${quest}`, limit: 'all' as const };
	const { hosts } = await must(api.GET('/hosts', { params: { query } }));
	if (hosts.length === 0) return { hosts: [], note: `There is no quest ${quest}, or it has no hosts.` };
	const done = open.total === 0 ? 'none of its labors is open' : 'those whose labors are done are among them';
	return {
		hosts: hosts.map(({ hostname }) => hostname),
		note: `On all ${countOf(hosts.length, 'host')} of quest ${quest}: ${done}.`
	};
}
