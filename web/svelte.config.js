/** @type {import('@sveltejs/vite-plugin-svelte').SvelteConfig} */
export default {
	compilerOptions: { runes: ({ filename }) => (filename.includes('node_modules') ? undefined : true) },
	// bits-ui's Command has style attributes, which a strict Content-Security-Policy refuses; it looks the same without.
	preprocess: {
		markup: ({ content, filename }) =>
			filename?.includes('/bits-ui/') ? { code: content.replaceAll(' style="display: contents;"', '') } : undefined
	}
};
