import { refusal, server } from '#lib/testing/server.ts';
import { cleanup, render, screen, waitFor } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { router } from '#lib/router.svelte.ts';
import WithQueries from '#lib/testing/WithQueries.svelte';
import RenameHost from './RenameHost.svelte';

const figures: Record<string, [events: number, labors: number, open: number]> = { 'web-001': [214, 3, 1], 'web-002': [10, 2, 0] };
let known: Set<string>;
let renamed: unknown[];

beforeEach(() => {
	known = new Set(['web-001', 'web-002']);
	renamed = [];
	server.asked = [];
	server.answer = (path, query, body) => {
		const [events, labors, open] = figures[query.get('hostname') ?? ''] ?? [0, 0, 0];
		if (path === '/events') return { body: { totalEvents: events } };
		if (path === '/labors') return { body: { totalLabors: query.has('open') ? open : labors } };
		if (path === '/hosts') return { body: { totalHosts: known.has(query.get('hostname')!) ? 1 : 0, hosts: [] } };
		renamed.push([path, body]);
		return known.has('refused') ? { status: 409, body: refusal(409, 'somebody else took the name') } : { body: {} };
	};
	router.go('/v1/hosts/web-001');
});
afterEach(cleanup);

async function rename(to: string) {
	render(WithQueries as never, { component: RenameHost, given: { open: true, hostname: 'web-001' } } as never);
	const user = userEvent.setup();
	const box = screen.getByLabelText('New name');
	await user.clear(box);
	await user.type(box, to);
	return user;
}
const button = async (name: string) => {
	const found = (await screen.findByRole('button', { name })) as HTMLButtonElement;
	await waitFor(() => expect(found.disabled).toBe(false));
	return found;
};

describe('another name for a host', () => {
	it('that is free renames it, and the page follows', async () => {
		const user = await rename('web-003');
		await user.click(await button('Rename to web-003'));
		await waitFor(() => expect(router.path).toBe('/v1/hosts/web-003'));
		expect(renamed).toEqual([['/hosts/web-001', { hostname: 'web-003' }]]);
	});

	it('is sent once, however often the button is pressed', async () => {
		const user = await rename('web-003');
		const go = await button('Rename to web-003');
		go.click();
		go.click();
		await user.dblClick(go);
		await waitFor(() => expect(router.path).toBe('/v1/hosts/web-003'));
		expect(renamed).toHaveLength(1);
	});

	it('that another host bears merges the two, having said what moves', async () => {
		const user = await rename('web-002');
		const merge = await button('Merge 214 events and 3 labors into web-002');
		expect(screen.getByText(/\(1 of them open\) move to web-002/)).toBeTruthy();
		expect(screen.getByText(/which has 10 events and 2 labors of its own/)).toBeTruthy();
		await user.click(merge);
		await waitFor(() => expect(renamed).toEqual([['/hosts/web-001', { hostname: 'web-002' }]]));
	});

	it('that was taken in the meantime merges nothing unasked', async () => {
		const user = await rename('web-003');
		const go = await button('Rename to web-003');
		known.add('web-003');
		await user.click(go);
		expect(await screen.findByText(/By now there is a host web-003/)).toBeTruthy();
		expect(await screen.findByText('web-003 is another host.')).toBeTruthy();
		expect(document.activeElement).toBe(go);
		expect(renamed).toEqual([]);
	});

	it('that is none is not asked for', async () => {
		await rename('x'.repeat(129));
		expect(screen.getByText('This name is longer than 128 characters.')).toBeTruthy();
		expect(screen.getByRole<HTMLButtonElement>('button', { name: /Rename to/ }).disabled).toBe(true);
	});

	it('that the server refuses says why', async () => {
		known.add('refused');
		const user = await rename('web-003');
		const go = await button('Rename to web-003');
		await user.click(go);
		expect(await screen.findByText('somebody else took the name')).toBeTruthy();
		expect(document.activeElement).toBe(go);
	});
});
