/** Keys that do something wherever one is: "g q", "/", "?", "ctrl k". None of them while somebody types. */
import { onDestroy } from 'svelte';

interface Key {
	keys: string;
	what: string;
	run: () => void;
}

class Keys {
	list = $state.raw<Key[]>([]);
	/** Single letters can be turned off, for who dictates. */
	letters = $state(localStorage.getItem('letters') !== 'off');
	#pending = '';
	#timer: ReturnType<typeof setTimeout> | undefined;

	/** For as long as the component that says so is there. */
	on(keys: string, what: string, run: () => void): void {
		onDestroy(this.add({ keys, what, run }));
	}

	/** Until what it gives is called; the one that came last goes first. */
	add(key: Key): () => void {
		this.list = [key, ...this.list];
		return () => (this.list = this.list.filter((other) => other !== key));
	}

	turnLetters(on: boolean): void {
		this.letters = on;
		localStorage.setItem('letters', on ? 'on' : 'off');
	}

	press(event: KeyboardEvent): void {
		if (event.defaultPrevented || event.altKey || document.querySelector('dialog[open]')) return;
		const modified = event.ctrlKey || event.metaKey;
		const pressed = (modified ? 'ctrl ' : '') + event.key.toLowerCase();
		const typing = (event.target as HTMLElement).closest?.(
			'input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]'
		);
		if (!modified && (typing || !this.letters || event.key.length > 1)) return;
		const wanted = this.#pending ? `${this.#pending} ${pressed}` : pressed;
		this.#pending = '';
		clearTimeout(this.#timer);
		const found = this.list.find((key) => key.keys === wanted);
		if (found) {
			event.preventDefault();
			found.run();
		} else if (!modified && this.list.some((key) => key.keys.startsWith(pressed + ' '))) {
			this.#pending = pressed;
			this.#timer = setTimeout(() => (this.#pending = ''), 1500);
		}
	}
}

export const keys = new Keys();
