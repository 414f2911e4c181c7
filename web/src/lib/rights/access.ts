/** Who sees something and may do what with it, as GET /{objects}/ID/access/ has it. */
import type { Schemas } from '#lib/api/client.ts';
import { aOrAn } from '#lib/format.ts';
import type { Kind } from '#lib/things.ts';
import { roleNames, type Granted, type Role } from './role.ts';

export type Access = Schemas['AccessList'];
export type Entry = Access['access'][number];
type Reason = Entry['by'][number];

/** What was granted to somebody on the thing itself, if anything. */
export function grantOf(entry: Entry): Granted | undefined {
	const grant = entry.by.find((reason) => reason.kind === 'grant');
	return grant && 'role' in grant ? grant.role : undefined;
}

/** Does somebody have it by nothing but a grant, so that he is rid of it when that is taken? */
export const onlyGranted = (entry: Entry) => !entry.more && entry.by.every((reason) => reason.kind === 'grant');

const SHOWN = 4;

/** The reasons that are worth saying, and how many there are besides: who owns it needs no other. */
export function reasonsOf(entry: Entry): { reasons: readonly Reason[]; more: boolean } {
	if (entry.by.some(({ kind }) => kind === 'owner'))
		return { reasons: entry.by.filter(({ kind }) => kind === 'owner' || kind === 'grant'), more: false };
	return { reasons: entry.by.slice(0, SHOWN), more: entry.by.length > SHOWN || entry.more === true };
}

/** What somebody still may when he is the owner no more. */
export function keeps(access: Access, user: number): Role | undefined {
	const entry = access.access.find((one) => one.member_type === 'user' && one.member === user);
	const others = entry?.by.filter((reason) => reason.kind !== 'owner') ?? [];
	return entry && grantOf(entry) ? grantOf(entry) : others.length > 0 ? 'EXECUTOR' : undefined;
}

/** "by project site": the thing by which somebody sees this one, with its page, where there is one for who looks. */
export function wayOf(reason: Reason): { text: string; kind?: Kind; id?: number } {
	if (reason.kind === 'owner') return { text: 'owns it' };
	if (reason.kind === 'members') return { text: 'its members see it' };
	if (reason.kind === 'grant' && 'role' in reason) return { text: `given as ${roleNames[reason.role].toLowerCase()}` };
	if (!('id' in reason)) return { text: reason.kind };
	if (reason.name === null) return { text: `by ${aOrAn(reason.kind)} that you don’t see` };
	return { text: reason.name, kind: reason.kind, id: reason.id };
}
