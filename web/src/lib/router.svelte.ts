/** Addresses: which page, and in the query string what of it is shown, so that each view is a link. */
import { tick, type Component } from 'svelte';

export interface Route {
	/** ':id' takes a number that a number can hold, ':name' anything up to a slash. A slash at the end is as none. */
	pattern: string;
	title: string;
	/** The page; it gets the path's parts as its properties. */
	load: () => Promise<{ default: Component<Record<string, string>> }>;
}

export interface Match {
	route: Route;
	parts: Record<string, string>;
}

/** The first route whose pattern fits the path. */
export function match(routes: readonly Route[], path: string): Match | undefined {
	const wanted = path === '/' ? [''] : path.replace(/\/+$/, '').split('/').slice(1);
	for (const route of routes) {
		const pattern = route.pattern.split('/').slice(1);
		if (pattern.length !== wanted.length) continue;
		const parts: Record<string, string> = {};
		const fits = pattern.every((piece, i) => {
			if (!piece.startsWith(':')) return piece === wanted[i];
			const name = piece.slice(1);
			if (name === 'id' && !(/^\d+$/.test(wanted[i]!) && Number.isSafeInteger(Number(wanted[i])))) return false;
			try {
				parts[name] = decodeURIComponent(wanted[i]!);
			} catch {
				return false;
			}
			return parts[name] !== '';
		});
		if (fits) return { route, parts };
	}
	return undefined;
}

type Values = Record<string, string | number | boolean | readonly string[] | null | undefined>;

/** href('/v1/labors/', {mine: true, step: ['a', 'b']}); what is null, undefined, false or empty is left out. */
export function href(path: string, values: Values = {}): string {
	const query = new URLSearchParams();
	for (const [name, value] of Object.entries(values)) {
		if (Array.isArray(value)) for (const one of value) query.append(name, String(one));
		else if (value !== null && value !== undefined && value !== false && value !== '') query.set(name, String(value));
	}
	const text = query.toString();
	return text === '' ? path : `${path}?${text}`;
}

/** What a page wants to find again when the back button leads to it: where it was scrolled, what was chosen. */
type Place = Map<string, unknown>;
type Show = () => void;
/** Says no where leaving would lose what somebody has typed. `back`: by the browser's button, perhaps to another view of the page. */
type Hold = (leaving: { page: boolean; back: boolean }) => boolean;

class Router {
	/** What is shown: pages read this. */
	url = $state.raw(new URL('http://localhost/'));
	path = $derived(this.url.pathname);
	query = $derived(this.url.searchParams);
	/** What was asked for: the window's address. It is shown as soon as its page is there. */
	asked = this.url;
	place: Place = new Map();
	#holds = new Set<Hold>();
	/** Gets the page of an address, at once or later, and gives what shows it, if it can be had. Shell knows how. */
	ready: (to: URL) => Show | Promise<Show | undefined> = () => () => {};
	#leaving = false;
	#places = new Map<number, Place>();
	#next = Date.now();

	/** Takes over the window's address, and clicks on links within this site. */
	start(): void {
		history.scrollRestoration = 'manual';
		this.asked = this.url = new URL(location.href);
		this.#enter(history.state as number | null);
		addEventListener('popstate', (event) => {
			const to = new URL(location.href);
			// The browser has gone already: it is called back.
			if (!this.#mayLeave(to, true)) {
				this.#places.set(this.#next, this.place);
				history.pushState(this.#next++, '', this.asked);
			} else void this.#show(to, event.state as number | null);
		});
		addEventListener('scroll', () => this.place.set('scrolled', scrollY), { passive: true });
		document.addEventListener('click', (event) => {
			// By its attributes: a link within a drawing has objects for texts.
			const link = (event.target as Element).closest?.('a');
			const address = link?.getAttribute('href');
			if (
				!link ||
				!address ||
				event.defaultPrevented ||
				event.button !== 0 ||
				event.metaKey ||
				event.ctrlKey ||
				event.shiftKey ||
				event.altKey
			)
				return;
			const to = new URL(address, location.href);
			if (
				to.origin !== location.origin ||
				link.hasAttribute('target') ||
				link.hasAttribute('download') ||
				/^\/(api|oauth2|polemarch)\//.test(to.pathname)
			)
				return;
			if (to.hash && to.pathname === location.pathname && to.search === location.search) return;
			event.preventDefault();
			this.go(to.pathname + to.search + to.hash);
		});
	}

	go(to: string, { replace = false } = {}): void {
		const url = new URL(to, location.href);
		if (!this.#mayLeave(url, false)) return;
		const inPlace = replace || url.href === location.href;
		const entry = inPlace ? ((history.state as number | null) ?? this.#next++) : this.#next++;
		if (inPlace) history.replaceState(entry, '', url);
		else history.pushState(entry, '', url);
		void this.#show(url, entry);
	}

	/** Until what it gives is called, leaving is asked for first. */
	hold(mayLeave: Hold): () => void {
		this.#holds.add(mayLeave);
		return () => void this.#holds.delete(mayLeave);
	}

	#mayLeave(to: URL, back: boolean): boolean {
		const page = to.pathname !== this.asked.pathname;
		return [...this.#holds].every((mayLeave) => mayLeave({ page, back }));
	}

	/** Changes some of the query's values and leaves the others; `push` makes the back button undo it. */
	set(values: Values, { push = false } = {}): void {
		// A page that is being left has nothing to say any more.
		if (this.#leaving) return;
		const query = new URLSearchParams(this.url.searchParams);
		for (const name of Object.keys(values)) query.delete(name);
		const added = new URL(href('/', values), location.href).searchParams;
		for (const [name, value] of added) query.append(name, value);
		const text = query.toString();
		this.go(this.path + (text && `?${text}`), { replace: !push });
	}

	text(name: string): string {
		return this.query.get(name) ?? '';
	}

	texts(name: string): string[] {
		return this.query.getAll(name);
	}

	async #show(to: URL, entry: number | null): Promise<void> {
		this.asked = to;
		let show: ReturnType<Router['ready']> | undefined = this.ready(to);
		if (show instanceof Promise) {
			this.#leaving = true;
			show = await show;
		}
		if (!show || this.asked !== to) return;
		this.#leaving = false;
		const samePage = to.pathname === this.url.pathname;
		this.#enter(entry, samePage ? this.place : undefined);
		this.url = to;
		show();
		if (samePage) return;
		const scrolled = (this.place.get('scrolled') as number | undefined) ?? 0;
		await tick();
		scrollTo(0, scrolled);
	}

	#enter(entry: number | null, before?: Place): void {
		const key = entry ?? this.#next++;
		if (entry === null) history.replaceState(key, '');
		this.place = this.#places.get(key) ?? new Map(before);
		this.#places.set(key, this.place);
	}
}

export const router = new Router();
