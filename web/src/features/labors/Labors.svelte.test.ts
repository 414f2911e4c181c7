import { server } from '#lib/testing/server.ts';
import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/svelte';
import { tick } from 'svelte';
import { afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { session } from '#lib/api/session.svelte.ts';
import { router } from '#lib/router.svelte.ts';
import { anna } from '#lib/testing/session.ts';
import { eventTypes, fates } from '#lib/testing/law.ts';
import { layOut } from '#lib/testing/window.ts';
import WithQueries from '#lib/testing/WithQueries.svelte';
import Labors from './Labors.svelte';

function table(hosts: string[], first: number, quests: (number | null)[] = hosts.map(() => 7)) {
	const each = <T>(value: T) => hosts.map(() => value);
	const id = hosts.map((_, i) => first + i);
	return {
		asOf: '2026-11-30 12:00:00',
		total: hosts.length,
		whole: true,
		gone: [],
		columns: {
			id,
			start: id,
			host: hosts,
			owner: each('bert'),
			quest: quests,
			fate: each(1),
			closingFate: each(null),
			made: each(1000),
			closed: each(null),
			acked: each(null),
			ackUser: each(null),
			for: each(1)
		}
	};
}

beforeAll(layOut);
beforeEach(() => {
	session.me = anna;
	server.asked = [];
	server.answer = (path, query) => {
		if (path === '/eventtypes') return { body: { eventTypes } };
		if (path === '/fates') return { body: { fates } };
		return { body: query.get('mine') ? table(['web-2'], 2) : table(['web-1', 'web-2'], 1) };
	};
	router.place = new Map();
	router.go('/v1/labors/');
});
afterEach(cleanup);

const hosts = () => [...document.querySelectorAll('.rows .host')].map((link) => link.textContent);

it('labors of another scope are shown at once, also where some of this one are chosen and both are known', async () => {
	render(WithQueries, { component: Labors, given: {} } as never);
	await screen.findByText('web-1');
	router.set({ mine: true });
	await waitFor(() => expect(hosts()).toEqual(['web-2']));
	router.set({ mine: '' });
	await waitFor(() => expect(hosts()).toEqual(['web-1', 'web-2']));
	await fireEvent.click(screen.getByLabelText('Select web-2').parentElement!);
	router.set({ mine: true });
	await waitFor(() => expect(hosts()).toEqual(['web-2']));
});

it('of one owner or creator are asked for by name, and the name stands in the address', async () => {
	render(WithQueries, { component: Labors, given: {} } as never);
	await screen.findByText('web-1');
	expect(document.querySelector('datalist option')!.getAttribute('value')).toBe('bert');
	await fireEvent.change(screen.getByLabelText('For owner or creator'), { target: { value: 'bert' } });
	expect(router.url.search).toBe('?byOwner=bert');
	await tick();
	expect(server.asked).toContain('/labors/table?open=true&userQuery=bert');
});

it('of no quest are shown alone where the address says so, until that is taken away', async () => {
	server.answer = (path) => {
		if (path === '/eventtypes') return { body: { eventTypes } };
		return { body: path === '/fates' ? { fates } : table(['web-1', 'web-2'], 1, [7, null]) };
	};
	router.go('/v1/labors/?quest=none');
	render(WithQueries, { component: Labors, given: {} } as never);
	await waitFor(() => expect(hosts()).toEqual(['web-2']));
	expect(screen.getByText('1 of 1 labor')).toBeTruthy();
	await fireEvent.click(screen.getByRole('button', { name: 'Of no quest' }));
	await waitFor(() => expect(hosts()).toEqual(['web-1', 'web-2']));
	expect(router.url.search).toBe('');
});
