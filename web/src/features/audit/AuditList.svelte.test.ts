import { server } from '#lib/testing/server.ts';
import { cleanup, render, screen, waitFor } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { AuditEntry } from '#lib/audit/audit.ts';
import { router } from '#lib/router.svelte.ts';
import WithQueries from '#lib/testing/WithQueries.svelte';
import { layOut } from '#lib/testing/window.ts';
import AuditList from './AuditList.svelte';

const LINES = 1000;
const line = (id: number): AuditEntry => ({
	id,
	time: '2026-11-30 12:00:00',
	userId: 1,
	username: 'admin',
	via: 'session',
	address: null,
	verb: 'update',
	kind: 'project',
	objectIds: [7],
	totalObjects: 1,
	details: {}
});
const user = userEvent.setup();

beforeAll(layOut);
beforeEach(() => {
	server.asked = [];
	server.answer = (_, query) => {
		const before = Number(query.get('beforeId') ?? LINES + 1);
		const n = Math.min(Number(query.get('limit')), before - 1);
		return { body: { audit: Array.from({ length: n }, (_, i) => line(before - 1 - i)) } };
	};
});
afterEach(cleanup);

function show(address: string) {
	router.url = new URL(`http://localhost${address}`);
	render(WithQueries as never, { component: AuditList, given: {} } as never);
}

describe('the audit', () => {
	it('has nothing of an id that is none, says so, and can be cleared of it', async () => {
		show('/audit?id=abc');
		expect(await screen.findByText('An id is a number')).toBeTruthy();
		expect(server.asked).toEqual([]);
		await user.click(screen.getByRole('button', { name: 'Clear' }));
		expect(router.asked.search).toBe('');
	});

	it('is looked at again from its newest line on, however far one had come', async () => {
		show('/audit');
		await screen.findByText('1,000 lines');
		server.asked = [];
		const old = server.answer;
		server.answer = (path, query, body) => (query.has('beforeId') ? new Promise(() => {}) : old(path, query, body));
		await user.click(screen.getByRole('button', { name: 'Look again' }));
		await waitFor(() => expect(server.asked[0]).toBe('/audit?limit=200'));
		expect(await screen.findByText('the newest 200 lines')).toBeTruthy();
	});
});
