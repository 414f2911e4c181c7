/** YAML as Ansible reads it (PyYAML's YAML 1.1), as far as its values are JSON's. Loaded when it is first needed. */
import {
	isMap,
	isScalar,
	LineCounter,
	parseDocument,
	stringify,
	visit,
	type Document,
	type Node,
	type Scalar,
	type ScalarTag,
	type Tags,
	type YAMLParseError
} from 'yaml';
import { MASK } from '../hidden.ts';
import { isSame, isWhole, NO_NAME, NAME, type Values } from './variables.ts';

export class YamlError extends Error {
	constructor(
		message: string,
		readonly line: number
	) {
		super(`Line ${line}: ${message}`);
		this.name = 'YamlError';
	}
}

/** Python has no `y` and `n` for yes and no. */
const bool: ScalarTag = {
	tag: 'tag:yaml.org,2002:bool',
	default: true,
	test: /^(?:yes|Yes|YES|no|No|NO|true|True|TRUE|false|False|FALSE|on|On|ON|off|Off|OFF)$/,
	identify: (value) => typeof value === 'boolean',
	resolve: (text) => /^(?:yes|true|on)$/i.test(text),
	stringify: ({ value }) => String(value)
};

/** Python takes fewer texts for numbers than YAML 1.1 has it: not 1e3, 08, -.5 or 01:30. */
const numbers: Record<string, RegExp> = {
	'int ': /^[-+]?(?:0|[1-9][0-9_]*)$/,
	'int TIME': /^[-+]?[1-9][0-9_]*(?::[0-5]?[0-9])+$/,
	'float ': /^(?:[-+]?[0-9][0-9_]*\.[0-9_]*|\.[0-9][0-9_]*)$/,
	'float EXP': /^(?:[-+]?[0-9][0-9_]*\.[0-9_]*|\.[0-9][0-9_]*)[eE][-+][0-9]+$/
};
const DECIMAL = /^[-+]?[0-9_]*\.?[0-9_]*(?:[eE][-+]?[0-9]+)?$/;

function asPython(tag: ScalarTag): ScalarTag {
	const kind = /:(int|float)$/.exec(tag.tag)?.[1];
	if (!kind || !tag.test) return tag;
	// That of .inf and .nan is no other's.
	const test = tag.test.test('.nan') ? tag.test : (numbers[`${kind} ${tag.format ?? ''}`] ?? tag.test);
	return { ...tag, test, stringify: ({ value }) => String(value).replace(/^(-?\d+)e/, '$1.0e') };
}

/** What JSON has no place for. A day stays the text that it is. */
const OTHERS = /:(bool|binary|omap|pairs|set|timestamp)$/;
const customTags = (tags: Tags): Tags => [
	...tags
		.filter((tag) => typeof tag === 'string' || !OTHERS.test(tag.tag))
		.map((tag) => (typeof tag === 'string' || tag.collection ? tag : asPython(tag as ScalarTag))),
	bool
];
const options = { version: '1.1', merge: true, customTags } as const;

/** `comments`: there are some, which values have no place for. `before`: what there was, of which a number may be rounded. */
export function readYaml(text: string, before: Values = {}): { value: unknown; comments: boolean } {
	const { doc, at } = documentOf(text);
	return { value: valueOf(doc, at, before), comments: hasComments(doc) };
}

/** A map's variables; of an empty text none. */
export function readVariables(text: string, before: Values = {}): { value: Record<string, unknown>; comments: boolean } {
	const { doc, at } = documentOf(text);
	if (doc.contents !== null && !isMap(doc.contents) && !(isScalar(doc.contents) && doc.contents.value === null))
		throw new YamlError('it should be a map: name: value in each line.', at(doc.contents.range![0]));
	const value = (valueOf(doc, at, before) ?? {}) as Record<string, unknown>;
	for (const { key } of isMap(doc.contents) ? doc.contents.items : []) {
		const { value: name, range } = key as Scalar;
		if (typeof name !== 'string') continue;
		if (!NAME.test(name)) throw new YamlError(NO_NAME, at(range![0]));
		if (value[name] === MASK && before[name] !== MASK)
			throw new YamlError(`${name} has no hidden value that could be kept.`, at(range![0]));
	}
	return { value, comments: hasComments(doc) };
}

export function writeYaml(value: Readonly<Record<string, unknown>>): string {
	if (Object.keys(value).length === 0) return '';
	return stringify(value, { ...options, lineWidth: 0, aliasDuplicateObjects: false });
}

/** In which line a place of the text is. */
type At = (offset: number) => number;

function documentOf(text: string): { doc: Document; at: At } {
	const lines = new LineCounter();
	const doc = parseDocument(text, { ...options, prettyErrors: false, lineCounter: lines });
	// What is missing at the end is missing on the last line that there is.
	const last = text.trimEnd().split('\n').length;
	const at = (offset: number) => Math.max(1, Math.min(lines.linePos(offset).line, last));
	const problem = doc.errors[0] ?? doc.warnings[0];
	if (problem) throw new YamlError(said(problem), at(problem.pos[0]));
	return { doc, at };
}

function said({ code, message }: Pick<YAMLParseError, 'code' | 'message'>): string {
	if (code === 'MULTIPLE_DOCS') return 'a second document begins here, and one is all there can be.';
	if (code === 'DUPLICATE_KEY') return 'this name is there already.';
	return message.split('\n')[0]!.replace(/\.?$/, '.');
}

/** Refuses what JSON has not, or would have as something else. */
function valueOf(doc: Document, at: At, before: Values): unknown {
	visit(doc, {
		Pair: (_, { key }) => {
			const name = isScalar(key) ? key.value : undefined;
			if (typeof name === 'string' || typeof name === 'symbol') return;
			const why = isMap(key) ? 'a map can’t be a name: put {{ … }} into quotes.' : 'a name must be text: put it into quotes.';
			throw new YamlError(why, at((key as Node).range![0]));
		},
		Alias: (_, alias, path) => {
			const meant = alias.resolve(doc);
			if (!meant) throw new YamlError(`there is no &${alias.source} before it.`, at(alias.range![0]));
			if (path.includes(meant)) throw new YamlError('what holds itself never ends.', at(alias.range![0]));
		}
	});
	const value = toJson(doc);
	const numbers = (node: Node | null) =>
		visit(node, {
			Scalar: (_, { value, source, range }) => {
				const wrong = typeof value === 'number' ? wrongNumber(value, source!) : undefined;
				if (wrong) throw new YamlError(wrong, at(range![0]));
			}
		});
	if (!isMap(doc.contents)) numbers(doc.contents);
	else
		for (const { key, value: node } of doc.contents.items) {
			const name = String((key as Scalar).value);
			// As it came, a number is kept: the server has all its figures.
			if (!isSame(before[name], (value as Values)[name])) numbers(node as Node | null);
		}
	return value ?? null;
}

function toJson(doc: Document): unknown {
	try {
		return doc.toJS({ maxAliasCount: 100 });
	} catch {
		throw new YamlError('its aliases mean more than can be read.', 1);
	}
}

function wrongNumber(value: number, source: string): string | undefined {
	const decimal = DECIMAL.test(source);
	if (!decimal && !Number.isFinite(value)) return 'there is no such number in JSON.';
	return isWhole(decimal ? source.replaceAll('_', '') : String(value))
		? undefined
		: 'more figures than a number keeps: put it into quotes.';
}

function hasComments(doc: Document): boolean {
	let found = Boolean(doc.comment ?? doc.commentBefore);
	visit(doc, {
		Node: (_, node) => {
			if (node.comment || node.commentBefore) found = true;
			return found ? visit.BREAK : undefined;
		}
	});
	return found;
}
