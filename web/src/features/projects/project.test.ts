import { describe, expect, it } from 'vitest';
import { MASK } from '#lib/hidden.ts';
import { changed, created, formOf, isPage, newForm, shortRevision, shownRepository, type Project } from './project.ts';

const project = (vars: Record<string, unknown>, repository = 'https://git.example.com/site.git') =>
	({ id: 3, name: 'site', repository, vars }) as unknown as Project;

describe('what is sent of a new project', () => {
	it('of git is its address, branch, and only those secrets that were typed', () => {
		const form = {
			...newForm('GIT'),
			name: ' site ',
			repository: ' git@git.example.com:site.git ',
			branch: 'main',
			key: '-----BEGIN X\nabc'
		};
		expect(created(form)).toEqual({
			name: 'site',
			repository: 'git@git.example.com:site.git',
			vars: { repo_type: 'GIT', repo_branch: 'main', repo_key: '-----BEGIN X\nabc\n' }
		});
	});

	it('of an archive has no branch and no key, whatever was typed before', () => {
		const form = { ...newForm('TAR'), repository: 'https://x/y.tar.gz', branch: 'main', key: 'k', password: 'p' };
		expect(created(form)).toEqual({
			name: 'y',
			repository: 'https://x/y.tar.gz',
			vars: { repo_type: 'TAR', repo_password: 'p' }
		});
	});

	it('has the name of the last part of its address where none was typed', () => {
		const named = (repository: string) => created({ ...newForm('GIT'), repository }).name;
		expect(named('https://git.example.com/infra/site.git')).toBe('site');
		expect(named('git@git.example.com:site')).toBe('site');
		expect(named('https://git.example.com/infra/site/')).toBe('site');
		expect(created({ ...newForm('TAR'), repository: 'https://files.example.com/plays-1.2.tar.gz' }).name).toBe('plays-1.2');
		expect(named('https://files.example.com/site.tar.gz?token=a/secret')).toBe('site');
		expect(created({ ...newForm('MANUAL'), repository: 'https://x/typed-before' }).name).toBeUndefined();
	});

	it('that is filled by hand needs no address of people, for the API needs one', () => {
		expect(created({ ...newForm('MANUAL'), name: 'm', password: 'p' })).toEqual({
			name: 'm',
			repository: 'MANUAL',
			vars: { repo_type: 'MANUAL' }
		});
	});
});

describe('what is sent of a changed project', () => {
	const stored = project({
		repo_type: 'GIT',
		repo_branch: 'main',
		repo_password: MASK,
		repo_key: MASK,
		site: 'ams',
		token: MASK
	});

	it('is nothing where nothing is another', () => {
		expect(changed(formOf(stored), stored)).toBeUndefined();
	});

	it('is the name alone where that alone is', () => {
		expect(changed({ ...formOf(stored), name: 'other' }, stored)).toEqual({ name: 'other' });
	});

	it('keeps secrets that were not touched, and variables that are not in the form', () => {
		expect(changed({ ...formOf(stored), branch: 'next' }, stored)).toEqual({
			vars: { repo_type: 'GIT', repo_branch: 'next', repo_password: MASK, repo_key: MASK, site: 'ams', token: MASK }
		});
	});

	it('replaces one secret, and takes another away', () => {
		expect(changed({ ...formOf(stored), password: 'new', key: '' }, stored)).toEqual({
			vars: { repo_type: 'GIT', repo_branch: 'main', repo_password: 'new', site: 'ams', token: MASK }
		});
	});

	it('leaves the address with its masked password alone', () => {
		const masked = project({ repo_type: 'GIT' }, 'https://anna:[~~ENCRYPTED~~]@git.example.com/site.git');
		expect(changed(formOf(masked), masked)).toBeUndefined();
	});
});

it('has an address without its password', () =>
	expect(shownRepository(`https://anna:${MASK}@git.example.com/site.git`)).toBe('https://anna:…@git.example.com/site.git'));

it('has a short revision only where it is a commit', () => {
	expect(['a1'.repeat(20), 'NO VCS', 'ERROR', undefined].map(shortRevision)).toEqual(['a1a1a1a1a1', '', '', '']);
});

it('is linked to only where a browser can show it, and never with a password', () => {
	expect(isPage('https://git.example.com/site.git')).toBe(true);
	expect(['git@x:y', 'ssh://x/y', '/srv/repo', 'https://a:b@x/y', 'javascript:alert(1)'].map(isPage)).toEqual([
		false,
		false,
		false,
		false,
		false
	]);
});
