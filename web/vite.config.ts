import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';
import type { Plugin } from 'vite';
import { fewFiles } from './chunks.ts';

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

// `npm run dev` shows the page's sources over the API of a script/server.
const server = process.env['MOIRAI_URL'] ?? 'http://127.0.0.1:8080';

/** The page is of the server that it comes with. */
const version = /AC_INIT\(\[.*?\], \[(.*?)\]/.exec(readFileSync(join(import.meta.dirname, '../configure.ac'), 'utf8'))![1];

export default defineConfig({
	plugins: [svelte(), gzipped],
	define: { MOIRAI_VERSION: JSON.stringify(version) },
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
				test: {
					name: 'unit',
					environment: 'node',
					include: ['src/**/*.test.ts'],
					exclude: ['src/**/*.svelte.test.ts'],
					isolate: false // or most of the time goes into loading the same again
				}
			},
			{
				extends: true,
				resolve: { conditions: ['browser'] },
				test: {
					name: 'component',
					environment: 'happy-dom',
					include: ['src/**/*.svelte.test.ts'],
					setupFiles: 'src/lib/testing/patience.ts',
					testTimeout: 30_000
				}
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
			},
			{
				extends: true,
				test: {
					name: 'pictures',
					environment: 'node',
					include: ['e2e/pictures.ts'],
					globalSetup: 'e2e/setup.ts',
					testTimeout: 60_000
				}
			}
		]
	}
});
