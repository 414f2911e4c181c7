/** A project as its form has it, and what is sent of that. */
import type { Schemas } from '#lib/api/client.ts';
import { MASK } from '#lib/hidden.ts';

export type Project = Schemas['Project'];
export type ProjectRow = Schemas['ProjectRow'];
export type Kind = ProjectRow['type'];
type Vars = Schemas['VarsInput'];

interface About {
	title: string;
	/** Where there is little room. */
	short: string;
	/** What it is. */
	help: string;
	/** Where it is: what is asked for, and how that looks; none where there is nothing to ask for. */
	where?: { label: string; help: string; example: string };
}

export const kinds: Record<Kind, About> = {
	GIT: {
		title: 'Git repository',
		short: 'Git',
		help: 'Each sync fetches the newest commit of a branch.',
		where: {
			label: 'Repository',
			help: 'Its address: https://, http://, ssh:// or git://, or user@host:path.',
			example: 'https://git.example.com/site.git'
		}
	},
	TAR: {
		title: 'Archive',
		short: 'Archive',
		help: 'Each sync fetches a tar archive anew; it may be packed by gzip, bzip2 or xz. What is not in it any more is gone.',
		where: {
			label: 'Address of the archive',
			help: 'It begins with https://, http:// or ftp://.',
			example: 'https://files.example.com/site.tar.gz'
		}
	},
	MANUAL: {
		title: 'Files put there by hand',
		short: 'By hand',
		help: 'Its folder, on the machine of the runner, is filled by people; a sync only looks which playbooks there are.'
	}
};

/** A secret in a form: undefined is as it is stored, a text replaces it, an empty one takes it away. */
export type Secret = string | undefined;

export interface Form {
	name: string;
	kind: Kind;
	repository: string;
	branch: string;
	password: Secret;
	key: Secret;
}

const OURS = ['repo_type', 'repo_branch', 'repo_password', 'repo_key'];

const isKind = (text: unknown): text is Kind => typeof text === 'string' && Object.hasOwn(kinds, text);

/** Of a new one there is nothing stored: its secrets are empty. */
export const newForm = (kind: Kind): Form => ({ name: '', kind, repository: '', branch: '', password: '', key: '' });

export function formOf(project: Project): Form {
	const vars: Record<string, unknown> = project.vars;
	return {
		name: project.name,
		kind: isKind(vars['repo_type']) ? vars['repo_type'] : 'GIT',
		repository: project.repository ?? '',
		branch: typeof vars['repo_branch'] === 'string' ? vars['repo_branch'] : '',
		password: 'repo_password' in vars ? undefined : '',
		key: 'repo_key' in vars ? undefined : ''
	};
}

/** All its variables: those that have no field of the form stay as they are. */
export function varsOf(form: Form, before: Readonly<Record<string, unknown>> = {}): Vars {
	const others = Object.entries(before).filter(([name]) => !OURS.includes(name));
	const vars: Record<string, unknown> = { ...Object.fromEntries(others), repo_type: form.kind };
	const secret = (name: string, value: Secret) => {
		if (value === undefined) vars[name] = MASK;
		else if (value !== '') vars[name] = value;
	};
	if (form.kind === 'GIT') {
		if (form.branch.trim() !== '') vars['repo_branch'] = form.branch.trim();
		secret('repo_key', form.key);
	}
	if (form.kind !== 'MANUAL') secret('repo_password', form.password);
	// What a variable is the schema can't say.
	return vars as Vars;
}

/** The API wants an address of each project; of one that is filled by hand nobody reads it. */
const repositoryOf = (form: Form, before = ''): string =>
	form.repository.trim() || (form.kind === 'MANUAL' ? before || 'MANUAL' : '');

/** A key ends with a line's end, or ssh does not take it. */
const keyed = (form: Form): Form => (form.key?.trim() ? { ...form, key: form.key.trim() + '\n' } : form);

/** Without one it is called as the last part of its address. */
const nameOf = (form: Form): string =>
	form.name.trim() ||
	(form.kind !== 'MANUAL' && /([^/:?#]+?)(\.git|\.tar(\.\w+)?|\.tgz)?\/*([?#].*)?$/.exec(form.repository.trim())?.[1]) ||
	'';

export function created(form: Form) {
	const name = nameOf(form);
	return { ...(name ? { name } : {}), repository: repositoryOf(form), vars: varsOf(keyed(form)) };
}

/** What is another one than it was; undefined: nothing is. */
export function changed(form: Form, project: Project) {
	const before = formOf(project);
	const vars = varsOf(keyed(form), project.vars);
	const repository = repositoryOf(form, project.repository);
	const change = {
		...(form.name.trim() === before.name ? {} : { name: form.name.trim() }),
		...(repository === before.repository ? {} : { repository }),
		...(JSON.stringify(varsOf(before, project.vars)) === JSON.stringify(vars) ? {} : { vars })
	};
	return Object.keys(change).length > 0 ? change : undefined;
}

export const isAtWork = (status: ProjectRow['status']) => status === 'NEW' || status === 'WAIT_SYNC' || status === 'SYNC';

/** As one says it: the first ten figures of a commit. Others have none. */
export function shortRevision(revision: string | undefined): string {
	return revision !== undefined && /^[0-9a-f]{40}$/.test(revision) ? revision.slice(0, 10) : '';
}

/** Its address, for people: a password in it is never shown. */
export const shownRepository = (repository: string | undefined): string => (repository ?? '').replaceAll(MASK, '…');

/** A page that a browser can show: a git server's address is, as a rule. */
export const isPage = (repository: string | undefined) => repository !== undefined && /^https?:\/\/[^@\s]+$/.test(repository);
