import { refusal, server } from '#lib/testing/server.ts';
import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/svelte';
import { tick } from 'svelte';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { signedIn } from '#lib/api/client.ts';
import { session } from '#lib/api/session.svelte.ts';
import { router } from '#lib/router.svelte.ts';
import App from './App.svelte';

vi.mock('#lib/api/live.svelte.ts', () => ({ live: { state: 'live', start: () => {}, stop: () => {} } }));

let via: string;
/** Whose session it is: nobody's, or what else the server says. */
let says: 'in' | 'nobody' | 'nothing' | 'wait';

beforeAll(() => {
	HTMLElement.prototype.showPopover = () => {};
	HTMLElement.prototype.hidePopover = () => {};
});

beforeEach(() => {
	via = 'session';
	says = 'in';
	session.me = undefined;
	session.state = 'asking';
	router.go('/nowhere?q=a&b');
	server.answer = async (path) => {
		if (path !== '/session') return { status: 404, body: refusal(404, 'not found') };
		if (says === 'wait') await new Promise(() => {});
		if (says === 'nobody') return { status: 401, body: refusal(401, 'Sign in to use this resource.') };
		if (says === 'nothing') return { status: 502, body: refusal(502, 'No worker answers.') };
		return { body: { userId: 1, username: 'anna', user: 'anna@example.net', via, xsrfToken: 'x' } };
	};
});
afterEach(cleanup);

const a_while = () => new Promise((over) => setTimeout(over, 30));
const dialog = () => screen.queryByRole<HTMLDialogElement>('dialog', { name: 'Sign in' });
const isIn = () => screen.findByRole('heading', { level: 1, name: 'No such page' });

/** Somebody works in the page, and his session ends. */
async function ended() {
	render(App);
	await isIn();
	screen.getByRole('link', { name: 'Go home' }).focus();
	says = 'nobody';
	signedIn.lost();
	await waitFor(() => expect(dialog()?.open).toBe(true));
}

describe('while nobody knows yet who is signed in', () => {
	it('something is seen of it', async () => {
		says = 'wait';
		render(App);
		await tick();
		expect(screen.getByRole('status', { name: 'Loading …' })).toBeTruthy();
	});

	it('and when the server does not say, it can be asked again', async () => {
		says = 'nothing';
		render(App);
		await screen.findByText('The server does not answer');
		expect(screen.getByRole('heading', { level: 1 }).textContent).toBe('Moirai');
		says = 'in';
		await fireEvent.click(screen.getByRole('button', { name: 'Try again' }));
		await isIn();
	});
});

describe('a session that ends in mid-work', () => {
	it('asks to sign in, and no Esc gets round that', async () => {
		await ended();
		dialog()!.close(); // as by a second Esc
		await tick();
		expect(dialog()!.open).toBe(true);
	});

	it('is gone on with where one was', async () => {
		await ended();
		says = 'in';
		await fireEvent.input(screen.getByLabelText('Password'), { target: { value: 'secret' } });
		await fireEvent.submit(dialog()!.querySelector('form')!);
		await waitFor(() => expect(dialog()).toBeNull());
		await waitFor(() => expect(document.activeElement).toBe(screen.getByRole('link', { name: 'Go home' })));
	});

	it('stays asked for, with the name typed, when the server does not answer meanwhile', async () => {
		await ended();
		says = 'nothing';
		await fireEvent(window, new Event('focus'));
		await a_while();
		expect([session.state, dialog()!.open]).toEqual(['out', true]);
	});

	it('is taken up by itself when somebody comes back from where he has signed in', async () => {
		await ended();
		says = 'in';
		await fireEvent(window, new Event('focus'));
		await waitFor(() => expect(dialog()).toBeNull());
	});

	it('that came by a proxy leads there first, in another tab', async () => {
		via = 'proxy';
		await ended();
		const link = screen.getByRole('link', { name: 'Sign in at the proxy' });
		expect([link.getAttribute('href'), link.getAttribute('target')]).toEqual([
			'/oauth2/start?rd=%2Fnowhere%3Fq%3Da%26b',
			'_blank'
		]);
		expect(dialog()!.querySelectorAll('.primary')).toHaveLength(1);
	});

	it('that came by a password knows of the proxy, too, in another tab', async () => {
		await ended();
		const link = screen.getByRole('link', { name: 'sign in there' });
		expect([link.getAttribute('href'), link.getAttribute('target')]).toEqual([
			'/oauth2/start?rd=%2Fnowhere%3Fq%3Da%26b',
			'_blank'
		]);
		expect(screen.getByRole('button', { name: 'Sign in' }).className).toContain('primary');
	});
});

describe('who comes for the first time', () => {
	beforeEach(() => (says = 'nobody'));

	it('finds the way to a sign-in proxy, in this tab and back to this address', async () => {
		render(App);
		const link = await screen.findByRole('link', { name: 'sign in there' });
		expect([link.getAttribute('href'), link.getAttribute('target')]).toEqual(['/oauth2/start?rd=%2Fnowhere%3Fq%3Da%26b', null]);
	});

	it('and has signed in elsewhere is in when he comes back', async () => {
		render(App);
		await screen.findByRole('button', { name: 'Sign in' });
		says = 'in';
		await fireEvent(window, new Event('focus'));
		await isIn();
	});

	it('is told why not, and two presses are one try', async () => {
		render(App);
		await screen.findByRole('button', { name: 'Sign in' });
		server.asked = [];
		const form = document.querySelector('form')!;
		void fireEvent.submit(form);
		await fireEvent.submit(form);
		await waitFor(() => expect(screen.getByRole('alert').textContent).toBe('Sign in to use this resource.'));
		expect(server.asked).toEqual(['POST /session']);
	});
});
