/** What a RANGE stands for, as Ansible expands it: web[01:20].example.com, db-[a:c], [1:9:2]. */
const LETTERS = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';
/** The server takes no range of more. */
export const MOST = 65_536;

/** How many names it means, the first and the last of them; undefined: it is no range that could be read. */
export function expanded(name: string): { n: number; first: string; last: string } | undefined {
	const pieces = name.split(/\[([^[\]]*)\]/);
	if (pieces.some((piece, i) => i % 2 === 0 && /[[\]]/.test(piece))) return undefined;
	let n = 1;
	let first = '';
	let last = '';
	for (const [i, piece] of pieces.entries()) {
		if (i % 2 === 0) {
			first += piece;
			last += piece;
			continue;
		}
		const range = valuesOf(piece);
		if (!range) return undefined;
		n *= range.n;
		first += range.first;
		last += range.last;
	}
	return { n, first, last };
}

function valuesOf(range: string): { n: number; first: string; last: string } | undefined {
	const part = /^(\d{0,9}|[A-Za-z]):(\d{1,9}|[A-Za-z])(?::(\d{1,9}))?$/.exec(range.replaceAll('-', ':'));
	if (!part) return undefined;
	const from = part[1] || '0';
	const to = part[2]!;
	const step = Number(part[3] ?? 1);
	const letters = /\D/.test(from);
	if (step === 0 || letters !== /\D/.test(to)) return undefined;
	const padded = !letters && from.length > 1 && from.startsWith('0');
	if (padded && from.length !== to.length) return undefined;
	const place = (text: string) => (letters ? LETTERS.indexOf(text) : Number(text));
	const text = (at: number) => (letters ? LETTERS[at]! : padded ? String(at).padStart(from.length, '0') : String(at));
	const n = Math.floor((place(to) - place(from)) / step) + 1;
	return n < 1 ? undefined : { n, first: text(place(from)), last: text(place(from) + (n - 1) * step) };
}

/** Is it written as one? An IPv6 address stands in brackets, too. */
export const looksLikeRange = (name: string): boolean => /\[[A-Za-z0-9]*[:-][A-Za-z0-9:-]*\]/.test(name) && !isAddress(name);

const isAddress = (name: string) =>
	/^\[[0-9A-Fa-f:.]*\]$/.test(name) && name.split(':').length > 2 && /::|(:[^:]*){7}/.test(name);

/** The machine of the fleet that a single host stands for. */
export const machineOf = (name: string): string => (isAddress(name) ? name.slice(1, -1) : name);
