import { tick } from 'svelte';

/** Where what had the focus is gone from the page, this gets it. */
export async function refocus(to: () => HTMLElement | null | undefined): Promise<void> {
	await tick();
	if (document.activeElement === document.body) to()?.focus();
}
