/** What the audit says, in words, and with the pages of what is meant. */
import type { Schemas } from '#lib/api/client.ts';
import { count } from '#lib/format.ts';
import { pageOf, things, type Kind } from '#lib/things.ts';

export type AuditEntry = Schemas['AuditEntry'];

/** What the audit calls things: as people call them, and the page of one, if there is one. */
const called: Record<string, { one: string; many: string; page?: (id: number) => string }> = {
	...Object.fromEntries(
		(Object.keys(things) as Kind[]).map((kind) => [kind, { ...things[kind], page: (id) => pageOf(kind, id) }])
	),
	periodictask: { one: 'schedule', many: 'schedules', page: (id) => `/schedules/${id}` },
	run: { one: 'run', many: 'runs', page: (id) => `/runs/${id}` },
	user: { one: 'user', many: 'users', page: (id) => `/users/${id}` },
	session: { one: 'session', many: 'sessions' },
	token: { one: 'token', many: 'tokens' },
	webhook: { one: 'webhook', many: 'webhooks', page: (id) => `/webhooks?id=${id}` },
	hook: { one: 'hook of runs', many: 'hooks of runs', page: () => '/webhooks?tab=runs' },
	letter: { one: 'letter', many: 'letters', page: (id) => `/letters?id=${id}` },
	quest: { one: 'quest', many: 'quests', page: (id) => `/v1/quests/${id}` },
	labor: { one: 'labor', many: 'labors', page: (id) => `/v1/labors/${id}` },
	fate: { one: 'fate', many: 'fates', page: (id) => `/v1/fates/${id}` },
	'event type': { one: 'event type', many: 'event types', page: (id) => `/v1/events/?type=${id}` },
	'fleet host': { one: 'host', many: 'hosts' }
};

export const auditKinds = Object.entries(called)
	.map(([value, { one }]) => ({ value, text: one }))
	.sort((a, b) => (a.text < b.text ? -1 : 1));

export const auditVerbs = [
	'create',
	'update',
	'delete',
	'execute',
	'cancel',
	'sync',
	'import',
	'add permissions',
	'replace permissions',
	'remove permissions',
	'change owner',
	'add hosts',
	'replace hosts',
	'remove hosts',
	'add groups',
	'replace groups',
	'remove groups',
	'add inventories',
	'replace inventories',
	'remove inventories',
	'enter',
	'leave',
	'administrator',
	'mail',
	'retry',
	'sign in',
	'sign out'
];

/** By which way of sign-in, in words. */
export const vias: Record<string, string> = {
	session: 'session',
	password: 'HTTP Basic',
	token: 'token',
	proxy: 'proxy',
	command: 'command line'
};

interface Meant {
	text: string;
	/** Of those with a page. What was deleted has none any more. */
	links: { text: string; href: string }[];
	/** How many more there are. */
	more: number;
}

const SHOWN = 3;

export function meant({ kind, verb, objectIds, totalObjects }: AuditEntry): Meant {
	const thing = called[kind] ?? { one: kind, many: `${kind}s` };
	const { page } = thing;
	const many = `${count(totalObjects)} ${thing.many}`;
	if (verb === 'delete' || !page) return { text: totalObjects === 1 ? `${thing.one} ${objectIds[0]}` : many, links: [], more: 0 };
	const shown = objectIds.slice(0, SHOWN);
	return {
		text: totalObjects === 1 ? thing.one : `${many}:`,
		links: shown.map((id) => ({ text: String(id), href: page(id) })),
		more: totalObjects - shown.length
	};
}

/** What the API calls things, as people do. */
const words: Record<string, string> = {
	is_staff: 'superuser',
	is_active: 'active',
	users_list: 'members',
	proxy_group: 'group of the proxy',
	first_name: 'first name',
	last_name: 'last name',
	member_type: 'type',
	fateId: 'fate',
	questId: 'quest',
	ackUser: 'acknowledged by',
	n: 'how many'
};

interface Granted {
	member: number;
	member_type: string;
	role?: string;
}
const isGranted = (value: unknown): value is Granted =>
	typeof value === 'object' && value !== null && 'member' in value && 'member_type' in value;

function said(value: unknown): string {
	if (value === null || value === '') return 'none';
	if (typeof value === 'boolean') return value ? 'yes' : 'no';
	if (Array.isArray(value)) return value.map(said).join(', ') || 'none';
	if (isGranted(value)) return `${value.member_type} ${value.member}${value.role ? ` as ${value.role.toLowerCase()}` : ''}`;
	if (typeof value === 'object') return `(${told(value as Record<string, unknown>)})`;
	return String(value);
}

/** The details in a line: "name: site, revision: 1a2b". */
export function told(details: Record<string, unknown>): string {
	return Object.entries(details)
		.map(([name, value]) => (name === 'password' && value === true ? 'a new password' : `${words[name] ?? name}: ${said(value)}`))
		.join(', ');
}
