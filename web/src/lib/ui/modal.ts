import { tick } from 'svelte';

/** Shows a dialog over the page. When it goes, the focus is back where it was, or, if that is gone, at the page's table. */
export function modal(dialog: HTMLDialogElement): () => void {
	const before = document.activeElement as HTMLElement | null;
	dialog.showModal();
	return () =>
		void tick().then(() => {
			const lost = () => document.activeElement === document.body;
			if (lost()) before?.focus();
			const main = document.getElementById('main');
			if (lost()) (main?.querySelector<HTMLElement>('[role=grid]') ?? main)?.focus({ preventScroll: true });
		});
}
