/** Into which files the page is built: a screen at its first load is to be small, and its files few (ui.md section 8). */
import { join } from 'node:path';
import type { Rolldown } from 'vite';

const main = join(import.meta.dirname, 'src/main.ts');
const routes = join(import.meta.dirname, 'src/app/routes.ts');
const launch = join(import.meta.dirname, 'src/features/launch/Launch.svelte');

const graph = /@dagrejs|src\/lib\/graph\//;

/** Polemarch's side of the house, and what only it needs: who works on Hermes's side does not get it. */
const automation =
	/src\/(features\/(projects|inventories|runs?|launch|schedules|templates|people|me|audit|letters|webhooks|about)|lib\/(log|runs|rights|variables|members|audit))\//;

/** What the sign-in needs, besides the shell, of what screens share (it does not wait for all of that), and what any file may need. */
const small = /src\/lib\/(once\.svelte|ui\/modal)\.ts$|rolldown\/runtime/;

/** The shell's own parts that are loaded when they are wanted have their style beside them. */
const app = /src\/app\//;

/** A screen is a handful of files: the shell's, what screens share, its own. (Without this they are dozens, most of them tiny.) */
export const fewFiles: Rolldown.CodeSplittingOptions = {
	groups: [
		{ name: (id, modules) => (reach(main, modules).has(id) || small.test(id) ? 'shell' : null), priority: 7 },
		{ name: (id) => (id.endsWith('.css') && !app.test(id) ? styleOf(id) : null), priority: 6 },
		// Each takes with it what it needs: so what more screens need goes first.
		{ name: (id, modules) => (sharedBy(id, modules) === 'common' ? 'common' : null), priority: 5 },
		// Of a new quest and a new run: for it alone a new quest would get all that is Polemarch's.
		{ name: 'kept', test: /src\/lib\/kept\.svelte\.ts$/, priority: 5 },
		{ name: (id, modules) => (sharedBy(id, modules) === 'automation' ? 'automation' : null), priority: 4 },
		// Of a new run at once, in dialogs later: boxes to pick from, options; and variables, which other screens have, too.
		{ name: (id, modules) => (/lib\/variables\//.test(id) && reach(launch, modules).has(id) ? 'variables' : null), priority: 3 },
		{ name: (id, modules) => (/src\/lib\//.test(id) && reach(launch, modules).has(id) ? 'form' : null), priority: 2 },
		{ name: (id, modules) => (sharedBy(id, modules) === 'feature' ? featureOf(screensOf(id, modules)[0]!)! : null), priority: 1 },
		{ name: 'graph', test: graph, priority: 0 }
	]
};

const featureOf = (id: string) => /src\/features\/([\w-]+)\//.exec(id)?.[1];

const styleOf = (id: string) => featureOf(id) ?? (automation.test(id) ? 'automation-screens' : 'screens');

const screensOf = (id: string, modules: Rolldown.ChunkingContext) =>
	(modules.getModuleInfo(routes)?.dynamicallyImportedIds ?? []).filter((screen) => reach(screen, modules).has(id));

/** Which screens need it at once? What is opened later, as dialogs are, does not count; what one needs alone is in its own file. */
function sharedBy(id: string, modules: Rolldown.ChunkingContext): 'common' | 'automation' | 'feature' | null {
	const screens = graph.test(id) ? [] : screensOf(id, modules);
	const others = screens.filter((screen) => !automation.test(screen));
	const features = new Set(screens.map(featureOf));
	if (others.length >= 2) return 'common';
	if (features.size >= 2) return 'automation';
	// Screens of one feature are small, and few leave it at once; but Hermes's Quest has a diagram that the list of quests has not.
	return screens.length >= 2 || (screens.length === 1 && others.length === 0) ? 'feature' : null;
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
