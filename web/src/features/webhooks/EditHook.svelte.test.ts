import { server } from '#lib/testing/server.ts';
import { cleanup, render, screen, waitFor } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import WithQueries from '#lib/testing/WithQueries.svelte';
import EditHook from './EditHook.svelte';
import EditWebhook from './EditWebhook.svelte';

const user = userEvent.setup();
let sent: unknown[];

beforeEach(() => {
	server.asked = [];
	sent = [];
	server.answer = (_, __, body) => {
		if (body) sent.push(body);
		return { body: { types: [] } };
	};
});
afterEach(cleanup);

const show = (component: unknown, hook?: object) =>
	render(WithQueries as never, { component, given: { open: true, ...(hook && { hook }) } } as never);
const save = (name = 'Save') => user.click(screen.getByRole('button', { name }));
const type = async (label: string, text: string) => {
	await user.clear(screen.getByLabelText(label));
	await user.type(screen.getByLabelText(label), text);
};
const writes = () => server.asked.filter((asked) => /^(POST|PUT|PATCH) /.test(asked));

describe('a webhook', () => {
	// As the server orders them.
	const eventTypes = [{ state: 'completed', category: 'reboot' }, { category: 'upgrade' }];
	const webhook = { id: 3, url: 'https://a.example', active: true, signed: true, eventTypes };

	it('is sent what was changed alone, so that nothing is undone that somebody else changed meanwhile', async () => {
		show(EditWebhook, webhook);
		await type('Address', 'https://b.example');
		await save();
		await waitFor(() => expect(sent).toEqual([{ url: 'https://b.example' }]));
		expect(writes()).toEqual(['PUT /webhooks/3']);
	});

	it('loses its secret only where that was ticked', async () => {
		show(EditWebhook, webhook);
		await user.click(screen.getByRole('checkbox', { name: /^No secret any more/ }));
		await user.click(screen.getByRole('checkbox', { name: 'Active' }));
		await save();
		await waitFor(() => expect(sent).toEqual([{ active: false, secret: null }]));
	});

	it('that nobody has touched is left without a question, and one that was touched is not', async () => {
		show(EditWebhook, webhook);
		await user.click(screen.getByRole('button', { name: 'Cancel' }));
		cleanup();
		show(EditWebhook, webhook);
		await user.click(screen.getByRole('button', { name: 'Close' }));
		expect(screen.queryByText('What you have typed would be lost.')).toBeNull();
		cleanup();
		show(EditWebhook, webhook);
		await user.click(screen.getByRole('checkbox', { name: /^No secret any more/ }));
		await user.click(screen.getByRole('button', { name: 'Close' }));
		expect(screen.getByText('What you have typed would be lost.')).toBeTruthy();
	});

	it('that is new is told of all events, unless some are named', async () => {
		show(EditWebhook);
		await type('Address', 'https://a.example');
		await save('Create webhook');
		await waitFor(() => expect(sent).toEqual([{ url: 'https://a.example', active: true, eventTypes: null }]));
		cleanup();
		show(EditWebhook);
		await type('Address', 'https://a.example');
		await user.click(screen.getByLabelText('Only these'));
		await type('Category of event 1', 'reboot');
		await save('Create webhook');
		await waitFor(() =>
			expect(sent[1]).toEqual({ url: 'https://a.example', active: true, eventTypes: [{ category: 'reboot' }] })
		);
	});
});

describe('a hook of runs', () => {
	const hook = { id: 4, name: 'chat', type: 'HTTP', when: 'on_execution', recipients: 'https://a.example | https://b.example' };

	it('is sent what was changed alone, so that nothing is undone that somebody else changed meanwhile', async () => {
		show(EditHook, hook);
		await type('Recipients', 'https://b.example');
		await save();
		await waitFor(() => expect(sent).toEqual([{ recipients: 'https://b.example' }]));
		expect(writes()).toEqual(['PATCH /polemarch/hooks/4/']);
	});

	it('that is new has all its fields', async () => {
		show(EditHook);
		await type('Name', 'chat');
		await type('Recipients', 'https://a.example\nhttps://b.example');
		await save('Create hook');
		await waitFor(() => expect(sent).toEqual([{ ...hook, id: undefined, when: null }]));
	});
});
