/** Variables as rows of a form: each a name, and a value of JSON whose type is kept. A value that nobody has touched is given back as
 * it came; a hidden one comes as MASK, which keeps what the server has. */
import { MASK } from '../hidden.ts';

export type Values = Readonly<Record<string, unknown>>;
export type Type = 'text' | 'number' | 'boolean' | 'null' | 'data';
export const types: Record<Type, string> = {
	text: 'Text',
	number: 'Number',
	boolean: 'Yes or no',
	null: 'Nothing (null)',
	data: 'List or map'
};

export interface Row {
	id: number;
	name: string;
	type: Type;
	/** As it stands in its field; of yes or no: 'true' or 'false'. */
	text: string;
	/** As it came, until somebody changes its type or text. */
	was?: { name: string; value: unknown };
}

/** What is wrong with a row, and with which part of it. */
export interface Wrong {
	name?: string;
	value?: string;
}

/** Reads a list or a map; throws why it can't. */
export type Read = (text: string) => unknown;

let next = 1;

export const emptyRow = (name = '', type: Type = 'text'): Row => ({
	id: next++,
	name,
	type,
	text: type === 'boolean' ? 'true' : ''
});

export const isKept = (row: Row): boolean => row.was?.value === MASK;

export const isSame = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);

/** `before`: what there was, where the values come from elsewhere (a text that was edited). */
export function rowsOf(values: Values, before: Values = values): Row[] {
	return Object.entries(values).map(([name, value]) => ({
		...{ id: next++, name, type: typeOf(value), text: textOf(value) },
		...(Object.hasOwn(before, name) && isSame(before[name], value) && { was: { name, value } })
	}));
}

export function typeOf(value: unknown): Type {
	if (value === null) return 'null';
	if (typeof value === 'object') return 'data';
	return typeof value === 'number' || typeof value === 'boolean' ? (typeof value as 'number' | 'boolean') : 'text';
}

const SHORT = 60;

export function textOf(value: unknown): string {
	if (value === null) return '';
	if (typeof value !== 'object') return String(value);
	const line = JSON.stringify(value);
	return line.length <= SHORT ? line : JSON.stringify(value, null, 2);
}

/** The row with another type: what is in its field stays, as far as that can be. */
export function retyped(row: Row, type: Type): Row {
	const text = type === 'boolean' ? String(/^\s*(true|yes|on|1)\s*$/i.test(row.text)) : type === 'null' ? '' : row.text;
	return { id: row.id, name: row.name, type, text };
}

const NUMBER = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/;
export const NAME = /^[A-Za-z_][A-Za-z0-9_.-]{0,127}$/;
export const NO_NAME = 'A name has letters, digits, _ . and -, no more than 128, the first a letter or _.';
/** It would come back as another one. */
export const TOO_LONG = 'More figures than a number keeps: as text they all stay.';

/** Is it another number than the server has, for want of figures here? */
export const isRounded = (value: unknown): boolean => typeof value === 'number' && !isExact(value);

const isExact = (value: number) => Number.isFinite(value) && (!Number.isInteger(value) || Number.isSafeInteger(value));

/** Does a number keep all the figures of this text? */
export function isWhole(text: string): boolean {
	const value = Number(text);
	return isExact(value) && figuresOf(text) === figuresOf(String(value));
}

/** The figures that count, and where the point is: alike for 1.50 and 15e-1. */
function figuresOf(text: string): string {
	const [, sign, whole, part = '', power = '0'] = /^([-+]?)(\d*)\.?(\d*)(?:[eE]([-+]?\d+))?$/.exec(text)!;
	const figures = (whole! + part).replace(/^0+/, '');
	const short = figures.replace(/0+$/, '');
	return short === '' ? '0' : `${sign === '-' ? '-' : ''}${short}e${Number(power) - part.length + figures.length - short.length}`;
}

/** Throws where it is no JSON, and where one of its numbers would become another. */
export function readJson(text: string): unknown {
	const value: unknown = JSON.parse(text);
	for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*/g))
		if (token[0] !== '"' && !isWhole(token)) throw new RangeError(TOO_LONG);
	return value;
}

/** Throws what is wrong with it. */
function valueOf(row: Row, read: Read): unknown {
	const { was, type, text } = row;
	if (was) {
		if (isRounded(was.value) && row.name !== was.name) throw new Error(TOO_LONG);
		return was.value;
	}
	switch (type) {
		case 'null':
			return null;
		case 'boolean':
			return text === 'true';
		case 'number': {
			if (!NUMBER.test(text.trim())) throw new Error('That is no number: digits, with a point for fractions.');
			if (!isWhole(text.trim())) throw new Error(TOO_LONG);
			return Number(text);
		}
		case 'data': {
			const value = text.trim() === '' ? undefined : read(text);
			if (typeof value !== 'object' || value === null)
				throw new Error('That is no list or map: [1, 2], or name: value in each line.');
			return value;
		}
		case 'text':
			if (text === MASK) throw new Error(`${MASK} stands for a hidden value, and can’t be one.`);
			return text;
	}
}

/** Nobody has begun with it. */
const isBlank = (row: Row) => row.name === '' && row.text === '' && !row.was;

/** What the rows say, as far as they are right, and what is wrong with the others by their ids. */
export function valuesOf(rows: readonly Row[], read: Read): { values: Record<string, unknown>; wrong: Map<number, Wrong> } {
	const wrong = new Map<number, Wrong>();
	const pairs = new Map<string, unknown>();
	for (const row of rows.filter((one) => !isBlank(one))) {
		const bad: Wrong = {};
		const name = wrongName(row.name, pairs);
		if (name) bad.name = name;
		try {
			const value = valueOf(row, read);
			if (!name) pairs.set(row.name, value);
		} catch (error) {
			bad.value = (error as Error).message;
		}
		if (bad.name ?? bad.value) wrong.set(row.id, bad);
	}
	return { values: Object.fromEntries(pairs), wrong };
}

function wrongName(name: string, others: ReadonlyMap<string, unknown>): string | undefined {
	if (name === '') return 'It needs a name.';
	if (!NAME.test(name)) return NO_NAME;
	return others.has(name) ? 'There is one of this name already.' : undefined;
}

/** What somebody else has made of variables while one changed them. */
export interface Meanwhile {
	/** To be sent in the place of all of them: one's own changes, and of all else MASK, which keeps what the server has to the last figure. */
	vars: Record<string, unknown>;
	/** What others changed, added or removed, and this leaves so. */
	kept: string[];
	/** What both have changed: one's own takes the place of theirs. */
	lost: string[];
}

export function merged(before: Values, mine: Values, theirs: Values): Meanwhile {
	const is = (one: Values, other: Values, name: string) =>
		Object.hasOwn(one, name) === Object.hasOwn(other, name) && isSame(one[name], other[name]);
	const vars: Record<string, unknown> = {};
	const kept: string[] = [];
	const lost: string[] = [];
	for (const name of new Set([...Object.keys(theirs), ...Object.keys(mine), ...Object.keys(before)])) {
		const untouched = is(mine, before, name);
		if (!is(theirs, before, name) && !is(theirs, mine, name)) (untouched ? kept : lost).push(name);
		if (untouched ? Object.hasOwn(theirs, name) : is(mine, theirs, name) && Object.hasOwn(mine, name)) vars[name] = MASK;
		else if (!untouched && Object.hasOwn(mine, name)) vars[name] = mine[name];
	}
	return { vars, kept, lost };
}
