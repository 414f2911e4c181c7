/** Light, dark, or as the system has it. */
export type Theme = 'system' | 'light' | 'dark';

class ThemeChoice {
	chosen = $state<Theme>((localStorage.getItem('theme') as Theme | null) ?? 'system');
	#system = matchMedia('(prefers-color-scheme: dark)');
	#systemDark = $state(this.#system.matches);
	dark = $derived(this.chosen === 'dark' || (this.chosen === 'system' && this.#systemDark));

	constructor() {
		this.#system.addEventListener('change', () => (this.#systemDark = this.#system.matches));
		this.#apply();
	}

	choose(theme: Theme): void {
		this.chosen = theme;
		localStorage.setItem('theme', theme);
		this.#apply();
	}

	#apply() {
		if (this.chosen === 'system') delete document.documentElement.dataset['theme'];
		else document.documentElement.dataset['theme'] = this.chosen;
	}
}

export const theme = new ThemeChoice();
