import { refusal, server } from '#lib/testing/server.ts';
import { QueryClient } from '@tanstack/svelte-query';
import { cleanup, render, screen, waitFor } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { session } from '#lib/api/session.svelte.ts';
import { anna } from '#lib/testing/session.ts';
import { concerned } from '#lib/testing/concerned.ts';
import { definitions, eventTypes, fates, foretold } from '#lib/testing/law.ts';
import WithQueries from '#lib/testing/WithQueries.svelte';
import { toasts } from '#lib/toasts.svelte.ts';
import { Definitions } from './definitions.svelte.ts';
import ThrowEvent from './ThrowEvent.svelte';

interface Thrown {
	eventTypeId: number;
	hostnames: string[];
}
let preview: () => ReturnType<typeof server.answer>;
let thrown: Thrown[];
let answer: () => ReturnType<typeof server.answer>;

beforeEach(() => {
	session.me = anna;
	thrown = [];
	toasts.list = [];
	answer = () => ({ status: 201, body: { totalEvents: 2 } });
	preview = () => ({ body: foretold(2) });
	server.answer = (path, _query, body) => {
		if (path === '/events/preview') return preview();
		thrown.push(body as Thrown);
		return answer();
	};
});
afterEach(cleanup);

function show(more: Record<string, unknown> = {}, client?: QueryClient) {
	const given = { open: true, hostnames: ['web-1', 'web-2'], fates: [1, 1], definitions, ...more };
	const { rerender } = render(WithQueries, { component: ThrowEvent, given, client } as never);
	return { user: userEvent.setup(), change: (changed: object) => rerender({ given: { ...given, ...changed } } as never) };
}
const button = () => screen.getByRole<HTMLButtonElement>('button', { name: /^Throw reboot/ });

describe('an event is thrown', () => {
	it('only once it is known what it will do', async () => {
		let tell: (() => void) | undefined;
		preview = () => new Promise((told) => (tell = () => told({ body: foretold(2) })));
		show();
		expect(button().disabled).toBe(true);
		await waitFor(() => tell!());
		expect(await screen.findByText(/closes 2 labors “reboot required”/)).toBeTruthy();
		expect(button().disabled).toBe(false);
	});

	it('not where nobody could tell what it will do', async () => {
		preview = () => ({ status: 503, body: refusal(503, 'no worker is free') });
		show();
		expect(await screen.findByText('no worker is free')).toBeTruthy();
		expect(button().disabled).toBe(true);
	});

	it('on the hosts for which the dialog was opened, whatever is chosen since', async () => {
		const { user, change } = show();
		await change({ hostnames: ['db-9'], fates: [2] });
		expect(screen.getByText('Throw an event for 2 hosts')).toBeTruthy();
		await waitFor(() => expect(button().disabled).toBe(false));
		await user.click(button());
		await waitFor(() => expect(thrown).toMatchObject([{ eventTypeId: 2, hostnames: ['web-1', 'web-2'] }]));
	});

	it('of the type that was named when it opened, also when fates change', async () => {
		const { change } = show();
		expect(button().textContent).toContain('Throw reboot approved for 2 hosts');
		await change({
			definitions: new Definitions(
				eventTypes,
				fates.filter((fate) => fate.id !== 2)
			)
		});
		expect(button().textContent).toContain('Throw reboot approved for 2 hosts');
	});

	it('once, however often the button is pressed while it is under way, and the button keeps the focus', async () => {
		let tell!: () => void;
		answer = () => new Promise((told) => (tell = () => told({ status: 403, body: refusal(403, 'not you') })));
		show();
		await waitFor(() => expect(button().disabled).toBe(false));
		const pressed = button();
		pressed.focus();
		pressed.click();
		pressed.click();
		await waitFor(() => expect(pressed.textContent).toContain('Throwing'));
		pressed.click();
		expect(pressed.getAttribute('aria-disabled')).toBe('true');
		await waitFor(() => tell());
		expect((await screen.findByRole('alert')).textContent.trim()).toBe('not you');
		expect(thrown).toHaveLength(1);
		expect(document.activeElement).toBe(pressed);
		expect(pressed.getAttribute('aria-disabled')).toBe('false');
	});

	it('and it is told on how many hosts, as the server says it', async () => {
		answer = () => ({ status: 201, body: { totalEvents: 1 } });
		const { user } = show();
		await waitFor(() => expect(button().disabled).toBe(false));
		await user.click(button());
		await waitFor(() => expect(toasts.list.map(({ text }) => text)).toEqual(['Threw reboot approved for 1 host.']));
		expect(screen.queryByRole('dialog')).toBeNull();
	});

	it.each([
		[
			'no answer came',
			() => {
				throw new TypeError('aborted');
			}
		],
		['something broke', () => ({ status: 500, body: refusal(500, 'broken') })]
	])('again, where %s, only when somebody has looked whether it was', async (_, lost) => {
		answer = lost;
		const { user } = show();
		await waitFor(() => expect(button().disabled).toBe(false));
		await user.click(button());
		expect((await screen.findByRole('alert')).textContent).toContain('reboot approved may have been thrown all the same');
		await user.click(button());
		expect(thrown).toHaveLength(1);
		const link = screen.getByRole('link', { name: 'its events' });
		expect([link.getAttribute('href'), link.getAttribute('target')]).toEqual(['/v1/events/?type=2', '_blank']);
		answer = () => ({ status: 201, body: { totalEvents: 2 } });
		link.addEventListener('click', (event) => event.preventDefault());
		await user.click(link);
		await user.click(screen.getByRole('button', { name: 'Throw reboot approved for 2 hosts again' }));
		await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
		expect(thrown).toHaveLength(2);
	});
});

describe('what an event will do', () => {
	it('is not asked for again and again', async () => {
		const client = new QueryClient();
		show({}, client);
		await screen.findByText(/closes 2 labors/);
		expect(concerned(client, { kind: 'all' })).toEqual([]);
	});

	it('has links that leave the dialog alone', async () => {
		show();
		expect((await screen.findByRole('link', { name: 'quest 7' })).getAttribute('target')).toBe('_blank');
	});

	it('is said to be old when the labors have changed since, and is asked for again on demand', async () => {
		const { user, change } = show();
		expect(await screen.findByText(/closes 2 labors/)).toBeTruthy();
		expect(screen.queryByText('Labors have changed since.')).toBeNull();
		preview = () => ({ body: foretold(1) });
		await change({ fates: [1] });
		expect(screen.getByText('Labors have changed since.')).toBeTruthy();
		expect(screen.getByText(/closes 2 labors/)).toBeTruthy();
		await user.click(screen.getByRole('button', { name: 'Look again' }));
		expect(await screen.findByText(/closes 1 labor /)).toBeTruthy();
		await waitFor(() => expect(screen.queryByText('Labors have changed since.')).toBeNull());
		expect(document.activeElement).toBe(screen.getByRole('region', { name: 'What it will do' }));
		expect(screen.getAllByText('moves it on')).toHaveLength(2);
	});
});
