import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';
import type { Plugin, Rolldown } from 'vite';

/** A .gz beside each text file, for nginx's gzip_static: of what was written, for Vite changes files to the last. */
const gzipped: Plugin = {
	name: 'gzipped',
	apply: 'build',
	writeBundle({ dir }, bundle) {
		for (const name of Object.keys(bundle)) {
			const file = join(dir!, name);
			if (/\.(js|css|svg|html)$/.test(name)) writeFileSync(`${file}.gz`, gzipSync(readFileSync(file), { level: 9 }));
		}
	}
};

const main = join(import.meta.dirname, 'src/main.ts');
const routes = join(import.meta.dirname, 'src/app/routes.ts');

const graph = /@dagrejs|src\/lib\/graph\//;

/** A screen is a handful of files: the shell's, what screens share, its own. (Without this they are dozens, most of them tiny.) */
const fewFiles: Rolldown.CodeSplittingOptions = {
	groups: [
		{ name: (id, modules) => (id !== main && reach(main, modules).has(id) ? 'shell' : null), priority: 4 },
		{ name: 'screens', test: /\.css$/, priority: 3 },
		{ name: (id, modules) => (!graph.test(id) && isShared(id, modules) ? 'common' : null), priority: 2 },
		{ name: 'graph', test: graph, priority: 1 }
	]
};

/** Do two screens need it at once? What is opened later, as dialogs are, does not count. */
function isShared(id: string, modules: Rolldown.ChunkingContext): boolean {
	const screens = modules.getModuleInfo(routes)?.dynamicallyImportedIds ?? [];
	return screens.filter((screen) => reach(screen, modules).has(id)).length >= 2;
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

// `npm run dev` shows the page's sources over the API of a script/server.
const server = process.env['MOIRAI_URL'] ?? 'http://127.0.0.1:8080';

export default defineConfig({
	plugins: [svelte(), gzipped],
	build: {
		target: 'es2023',
		assetsInlineLimit: 0, // a strict Content-Security-Policy knows no data: addresses
		modulePreload: { polyfill: false },
		rolldownOptions: { checks: { pluginTimings: false }, output: { codeSplitting: fewFiles } }
	},
	server: { proxy: { '/api': server, '/polemarch': server } },
	test: {
		projects: [
			{
				extends: true,
				test: { name: 'unit', environment: 'node', include: ['src/**/*.test.ts'], exclude: ['src/**/*.svelte.test.ts'] }
			},
			{
				extends: true,
				resolve: { conditions: ['browser'] },
				test: { name: 'component', environment: 'happy-dom', include: ['src/**/*.svelte.test.ts'] }
			},
			{
				extends: true,
				test: {
					name: 'e2e',
					environment: 'node',
					include: ['e2e/*.test.ts'],
					globalSetup: 'e2e/setup.ts',
					fileParallelism: false,
					testTimeout: 60_000,
					hookTimeout: 120_000,
					expect: { poll: { timeout: 5000 } }
				}
			},
			{
				extends: true,
				test: { name: 'bench', environment: 'node', include: ['e2e/bench.ts'], globalSetup: 'e2e/setup.ts', testTimeout: 120_000 }
			}
		]
	}
});
