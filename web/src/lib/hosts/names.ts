/** Host names out of what people paste: lists with whatever stands between the names, the first column of a table, a list in JSON. */
const MOST_CHARACTERS = 128;

export interface Names {
	/** Each once, in the order in which they came. */
	names: string[];
	/** What can't be the name of a host, and why. */
	bad: { text: string; why: string }[];
	/** How many there were, with those that came twice. */
	given: number;
}

/** Commas, semicolons and blanks of all kinds; the byte order mark that spreadsheets put before a file is a blank, too. */
const BETWEEN = /[\s,;]+/;
/** Quotes around one piece or several; all others are part of a name. */
const AROUND = /(?<=^|[\s,;])(["'`])((?:(?!\1).)+)\1(?=[\s,;]|$)/g;
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Cs}]/u;
const TITLES = new Set(['host', 'hosts', 'hostname', 'hostnames', 'host name', 'name', 'fqdn', 'server', 'machine', 'node']);

/** The text with a sign for each character that nobody would see. */
export const visible = (text: string) => text.replace(new RegExp(INVISIBLE, 'gu'), '\u25a1');

/** Why it can't be the name of a host. */
export function whyNoName(text: string): string | undefined {
	if (INVISIBLE.test(text)) return 'holds a character that can’t be seen';
	if (text.includes('\uFFFD')) return 'holds a character that is not UTF-8';
	// Counted as the server does, by characters; a name with so few units can't have more of them.
	if (text.length > MOST_CHARACTERS && [...text].length > MOST_CHARACTERS) return `is longer than ${MOST_CHARACTERS} characters`;
	return undefined;
}

/** `table`: it is one, as a file called .csv is; else a table is known by the title of its first column. */
export function parseNames(text: string, { table = false } = {}): Names {
	return sift(listed(text) ?? firstColumn(text, table) ?? text.replace(AROUND, '$2').split(BETWEEN));
}

function sift(pieces: readonly string[]): Names {
	const names = new Set<string>();
	const bad = new Map<string, string>();
	let given = 0;
	for (const piece of pieces) {
		if (piece === '') continue;
		given++;
		if (names.has(piece)) continue;
		const why = whyNoName(piece);
		if (why) bad.set(piece, why);
		else names.add(piece);
	}
	return { names: [...names], bad: Array.from(bad, ([piece, why]) => ({ text: piece, why })), given };
}

/** ["web-1", "web-2"] */
function listed(text: string): string[] | undefined {
	if (!/^\s*\[/.test(text)) return undefined;
	try {
		const list: unknown = JSON.parse(text);
		return Array.isArray(list) && list.every((one) => typeof one === 'string') ? list.map((one) => one.trim()) : undefined;
	} catch {
		return undefined;
	}
}

/** A line of a table (RFC 4180, with commas, semicolons or tabs): its first cell, and all up to the next line. A cell is in quotes only if
 * they stand around the whole of it: of 19" rack, or of "blue" rack, the quotes are part, and no line is lost behind them. */
const QUOTED = String.raw`"([^"]*(?:""[^"]*)*)"(?= *(?:[,;\t\r\n]|$))`;
const REST = String.raw`(?:[,;\t] *(?:${QUOTED})?[^,;\t\r\n]*)*(?:\r\n|\r|\n|$)`;
const LINE = new RegExp(String.raw` *(?:${QUOTED} *|([^,;\t\r\n]*))${REST}`, 'y');

function firstColumn(text: string, table: boolean): string[] | undefined {
	const from = text.startsWith('\uFEFF') ? 1 : 0;
	const title = /^\uFEFF?"?([^",;\t\r\n]*)"?([,;\t]?)/.exec(text)!;
	const titled = TITLES.has(title[1]!.trim().toLowerCase());
	if (!table && !(titled && title[2] !== '')) return undefined;
	const cells: string[] = [];
	for (LINE.lastIndex = from; LINE.lastIndex < text.length;) {
		const cell = LINE.exec(text)!;
		cells.push((cell[1]?.replaceAll('""', '"') ?? cell[2]!).trim());
	}
	return titled ? cells.slice(1) : cells;
}
