import { server } from '#lib/testing/server.ts';
import { cleanup, render, screen, waitFor } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import WithQueries from '#lib/testing/WithQueries.svelte';
import EditProject from './EditProject.svelte';
import { MASK } from '#lib/hidden.ts';

let sent: unknown[];
let refused: unknown;

beforeEach(() => {
	sent = [];
	refused = undefined;
	server.answer = (path, _, body) => {
		if (path === '/polemarch/projects/supported-repos/') return { body: ['TAR', 'GIT', 'MANUAL'] };
		sent.push([path, body]);
		return refused ? { status: 400, body: refused } : { body: { id: 12, name: 'site' } };
	};
});
afterEach(cleanup);

const stored = {
	id: 12,
	name: 'site',
	status: 'OK',
	repository: 'https://git.example.com/site.git',
	vars: { repo_type: 'GIT', repo_password: MASK, site: 'ams' }
};

function edit(project?: unknown) {
	render(WithQueries as never, { component: EditProject, given: { open: true, project } } as never);
	return userEvent.setup();
}
const make = () => screen.getByRole('button', { name: 'Make project' });

describe('a new project', () => {
	it('of git is sent with what was typed, once', async () => {
		const user = edit();
		await user.type(screen.getByLabelText(/^Name/), 'site');
		await user.type(screen.getByLabelText('Repository'), 'https://git.example.com/site.git');
		await user.type(screen.getByLabelText(/^Branch or tag/), 'main');
		await user.type(screen.getByLabelText(/^Password or token/), 'swordfish');
		await user.dblClick(make());
		await waitFor(() => expect(sent.length).toBeGreaterThan(0));
		expect(sent).toEqual([
			[
				'/polemarch/projects/',
				{
					name: 'site',
					repository: 'https://git.example.com/site.git',
					vars: { repo_type: 'GIT', repo_branch: 'main', repo_password: 'swordfish' }
				}
			]
		]);
	});

	it('of an archive asks for its address alone, and a password', async () => {
		const user = edit();
		await user.click(screen.getByRole('radio', { name: /^Archive/ }));
		expect(screen.queryByLabelText(/^Branch or tag/)).toBeNull();
		await user.type(screen.getByLabelText('Address of the archive'), 'https://x/site.tar.gz');
		await user.click(make());
		await waitFor(() =>
			expect(sent).toEqual([
				['/polemarch/projects/', { name: 'site', repository: 'https://x/site.tar.gz', vars: { repo_type: 'TAR' } }]
			])
		);
	});

	it('that is filled by hand asks for no address', async () => {
		const user = edit();
		await user.click(screen.getByRole('radio', { name: /^Files put there by hand/ }));
		await user.click(make());
		await waitFor(() =>
			expect(sent).toEqual([['/polemarch/projects/', { repository: 'MANUAL', vars: { repo_type: 'MANUAL' } }]])
		);
	});

	it('that is refused says why beside the field, and forgets nothing', async () => {
		refused = { repository: ['Ensure this field has no more than 2048 characters.'] };
		const user = edit();
		await user.type(screen.getByLabelText('Repository'), 'https://x');
		await user.click(make());
		const alert = await screen.findByRole('alert');
		expect(alert.textContent).toBe('Ensure this field has no more than 2048 characters.');
		const input = screen.getByLabelText<HTMLInputElement>('Repository');
		expect(input.getAttribute('aria-describedby')).toContain(alert.id);
		expect(input.value).toBe('https://x');
	});
});

describe('a project that is changed', () => {
	it('keeps its secret where that is not touched, and is synchronized from the new place', async () => {
		const user = edit(stored);
		expect(screen.queryByLabelText(/^Password or token/, { selector: 'input' })).toBeNull();
		await user.type(screen.getByLabelText(/^Branch or tag/), 'next');
		await user.click(screen.getByRole('button', { name: 'Save' }));
		await waitFor(() =>
			expect(sent).toEqual([
				['/polemarch/projects/12/', { vars: { repo_type: 'GIT', repo_branch: 'next', repo_password: MASK, site: 'ams' } }],
				['/polemarch/projects/12/sync/', undefined]
			])
		);
	});

	it('gets another secret where one is typed, and none where it is taken away', async () => {
		const user = edit(stored);
		await user.click(screen.getByRole('button', { name: 'Replace' }));
		await user.type(screen.getByLabelText(/^Password or token/, { selector: 'input' }), 'new');
		await user.click(screen.getByRole('checkbox', { name: /^Synchronize/ }));
		await user.click(screen.getByRole('button', { name: 'Save' }));
		await waitFor(() =>
			expect(sent).toEqual([['/polemarch/projects/12/', { vars: { repo_type: 'GIT', repo_password: 'new', site: 'ams' } }]])
		);
		cleanup();
		sent = [];
		const again = edit(stored);
		await again.click(screen.getByRole('button', { name: 'Take away' }));
		await again.click(screen.getByRole('checkbox', { name: /^Synchronize/ }));
		await again.click(screen.getByRole('button', { name: 'Save' }));
		await waitFor(() => expect(sent).toEqual([['/polemarch/projects/12/', { vars: { repo_type: 'GIT', site: 'ams' } }]]));
	});

	it('can only be saved where something is another', async () => {
		const user = edit(stored);
		const save = screen.getByRole<HTMLButtonElement>('button', { name: 'Save' });
		expect(save.disabled).toBe(true);
		await user.type(screen.getByLabelText('Name'), '2');
		expect(save.disabled).toBe(false);
		await user.clear(screen.getByLabelText('Name'));
		expect(save.disabled).toBe(true);
	});
});
