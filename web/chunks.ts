/** Into which files the page is built: a screen at its first load is to be small, and its files few (ui.md section 8). */
import { join } from 'node:path';
import type { Rolldown } from 'vite';

const main = join(import.meta.dirname, 'src/main.ts');
const routes = join(import.meta.dirname, 'src/app/routes.ts');

const graph = /@dagrejs|src\/lib\/graph\//;

/** Polemarch's side of the house, and what only it needs: who works on Hermes's side does not get it. */
const automation =
	/src\/(features\/(projects|inventories|runs?|launch|schedules|templates|people|me|audit|letters|webhooks|about)|lib\/(log|runs|rights|variables|members|audit))\//;

/** What the sign-in needs, besides the shell, of what screens share: it does not wait for all of that. */
const signIn = /src\/lib\/(once\.svelte|ui\/modal)\.ts$/;

/** The shell's own parts that are loaded when they are wanted have their style beside them. */
const app = /src\/app\//;

/** A screen is a handful of files: the shell's, what screens share, its own. (Without this they are dozens, most of them tiny.) */
export const fewFiles: Rolldown.CodeSplittingOptions = {
	groups: [
		{ name: (id, modules) => ((id !== main && reach(main, modules).has(id)) || signIn.test(id) ? 'shell' : null), priority: 7 },
		{ name: (id) => (id.endsWith('.css') && !app.test(id) ? styleOf(id) : null), priority: 6 },
		// Each takes with it what it needs: so what more screens need goes first.
		{ name: (id, modules) => shared('common', id, modules), priority: 5 },
		{ name: (id, modules) => shared('both', id, modules), priority: 4 },
		{ name: (id, modules) => shared('automation', id, modules), priority: 3 },
		{ name: (id, modules) => shared('feature', id, modules), priority: 2 },
		{ name: 'graph', test: graph, priority: 1 }
	]
};

const featureOf = (id: string) => /src\/features\/([\w-]+)\//.exec(id)?.[1];

const styleOf = (id: string) => featureOf(id) ?? (automation.test(id) ? 'automation-screens' : 'screens');

function shared(by: ReturnType<typeof sharedBy>, id: string, modules: Rolldown.ChunkingContext): string | null {
	if (graph.test(id) || sharedBy(id, modules) !== by) return null;
	return by === 'feature' ? featureOf(screensOf(id, modules)[0]!)! : by;
}

const screensOf = (id: string, modules: Rolldown.ChunkingContext) =>
	(modules.getModuleInfo(routes)?.dynamicallyImportedIds ?? []).filter((screen) => reach(screen, modules).has(id));

/** Which screens need it at once? What is opened later, as dialogs are, does not count; what one needs alone is in its own file. */
function sharedBy(id: string, modules: Rolldown.ChunkingContext): 'common' | 'both' | 'automation' | 'feature' | null {
	const screens = screensOf(id, modules);
	if (screens.length < 2) return null;
	const others = screens.filter((screen) => !automation.test(screen));
	if (others.length > 0) return others.length >= 2 ? 'common' : 'both';
	return new Set(screens.map(featureOf)).size >= 2 ? 'automation' : 'feature';
}

const reaches = new Map<string, Set<string>>();
function reach(from: string, modules: Rolldown.ChunkingContext): Set<string> {
	let found = reaches.get(from);
	if (!found) reaches.set(from, (found = reached(from, modules)));
	return found;
}

function reached(id: string, modules: Rolldown.ChunkingContext, found = new Set<string>()): Set<string> {
	if (!found.has(id)) {
		found.add(id);
		for (const next of modules.getModuleInfo(id)?.importedIds ?? []) reached(next, modules, found);
	}
	return found;
}
