/** What happened, told in passing. An error stays until it is taken away. */
import { isSignedOut } from './api/client.ts';

interface Toast {
	id: number;
	kind: 'done' | 'failed';
	text: string;
	link?: { href: string; text: string };
}

const SHOWN = 8000; // ms

class Toasts {
	list = $state.raw<Toast[]>([]);
	/** Is the pointer or the focus on them? None goes meanwhile. */
	held = () => false;
	#next = 1;

	done(text: string, link?: Toast['link']): void {
		this.#closeLater(this.#add('done', text, link));
	}

	failed(error: unknown): void {
		if (isSignedOut(error)) return;
		this.#add('failed', error instanceof Error ? error.message : String(error));
	}

	close(id: number): void {
		this.list = this.list.filter((toast) => toast.id !== id);
	}

	#closeLater(id: number): void {
		setTimeout(() => (this.held() ? this.#closeLater(id) : this.close(id)), SHOWN);
	}

	#add(kind: Toast['kind'], text: string, link?: Toast['link']): number {
		this.list = [...this.list.slice(-4), { id: this.#next, kind, text, link }];
		return this.#next++;
	}
}

export const toasts = new Toasts();
