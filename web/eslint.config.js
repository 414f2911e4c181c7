import js from '@eslint/js';
import prettier from 'eslint-config-prettier';
import svelte from 'eslint-plugin-svelte';
import globals from 'globals';
import ts from 'typescript-eslint';
import svelteConfig from './svelte.config.js';

export default ts.config(
	{ ignores: ['dist/', 'src/lib/api/schema.d.ts', 'e2e/out/'] },
	js.configs.recommended,
	...ts.configs.strict,
	...svelte.configs.recommended,
	prettier,
	...svelte.configs.prettier,
	{ languageOptions: { globals: { ...globals.browser, ...globals.node } } },
	{
		files: ['**/*.svelte', '**/*.svelte.ts'],
		languageOptions: { parserOptions: { parser: ts.parser, extraFileExtensions: ['.svelte'], svelteConfig } }
	},
	{
		rules: {
			'no-undef': 'off', // TypeScript knows
			'@typescript-eslint/no-non-null-assertion': 'off',
			// The Content-Security-Policy would refuse them. (style:x={...} is set by script, which it allows.)
			'no-restricted-syntax': [
				'error',
				{ selector: "SvelteAttribute[key.name='style']", message: 'No style attribute: a class, or style:x={...}.' }
			],
			'@typescript-eslint/no-unused-vars': ['error', { varsIgnorePattern: '^_', argsIgnorePattern: '^_' }],
			'svelte/no-useless-mustaches': 'off', // {' '} is a space that Svelte would trim
			'svelte/no-navigation-without-resolve': 'off', // SvelteKit's
			'svelte/prefer-svelte-reactivity': 'off' // sets of thousands are replaced, not watched
		}
	}
);
