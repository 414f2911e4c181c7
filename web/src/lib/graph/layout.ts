/** Where the fates stand in a picture of them, from left to right; and where arrow keys lead. */
import { Graph, layout } from '@dagrejs/dagre';
import type { Definitions } from '../law/definitions.svelte.ts';

export const WIDTH = 116;
export const HEIGHT = 62;
const GAP = 20;
const STEP = 40;
const MARGIN = 6;

/** The upper left corner of a fate. */
export interface Place {
	id: number;
	x: number;
	y: number;
}

interface Link {
	from: number;
	to: number;
	/** As an SVG path. */
	path: string;
}

interface Picture {
	width: number;
	height: number;
	places: readonly Place[];
	links: readonly Link[];
}

/** One chain, or all of them, one below the other. */
export function place(definitions: Definitions, root?: number): Picture {
	const roots = root === undefined ? definitions.starts().map((fate) => fate.id) : [root];
	const places: Place[] = [];
	const links: Link[] = [];
	let width = 0;
	let height = 0;
	for (const one of roots) {
		const top = height === 0 ? MARGIN : height + GAP - MARGIN;
		const chain = placeChain(definitions, one, top);
		places.push(...chain.places);
		links.push(...chain.links);
		width = Math.max(width, ...chain.places.map(({ x }) => x + WIDTH + MARGIN));
		height = Math.max(height, ...chain.places.map(({ y }) => y + HEIGHT + MARGIN));
	}
	return { width, height, places, links };
}

function placeChain(definitions: Definitions, root: number, top: number): { places: Place[]; links: Link[] } {
	const graph = new Graph();
	graph.setGraph({ rankdir: 'LR', nodesep: GAP, ranksep: STEP });
	graph.setDefaultEdgeLabel(() => ({}));
	const chain = definitions.chain(root);
	for (const fate of chain) graph.setNode(String(fate.id), { width: WIDTH, height: HEIGHT });
	for (const fate of chain) if (fate.id !== root) graph.setEdge(String(fate.followsId), String(fate.id));
	layout(graph, { disableOptimalOrderHeuristic: true }); // a tree has no crossings: its branches stay in their order
	const places = chain.map(({ id }) => {
		const { x, y } = graph.node(String(id)) as { x: number; y: number };
		return { id, x: Math.round(x - WIDTH / 2) + MARGIN, y: Math.round(y - HEIGHT / 2) + top };
	});
	const byId = new Map(places.map((one) => [one.id, one]));
	const links = chain
		.filter((fate) => fate.id !== root)
		.map((fate) => ({ from: fate.followsId!, to: fate.id, path: path(byId.get(fate.followsId!)!, byId.get(fate.id)!) }));
	return { places, links };
}

/** From the right edge of one to the left edge of the next, where an arrow's head ends. */
function path(from: Place, to: Place): string {
	const [x1, y1, x2, y2] = [from.x + WIDTH, from.y + HEIGHT / 2, to.x - 2, to.y + HEIGHT / 2];
	const middle = (x1 + x2) / 2;
	return y1 === y2 ? `M${x1} ${y1}H${x2}` : `M${x1} ${y1}C${middle} ${y1} ${middle} ${y2} ${x2} ${y2}`;
}

/** Right and left along the links, up and down among those of one column; undefined where there is none. */
export function walk({ places, links }: Picture, from: number, key: string): number | undefined {
	const here = places.find((one) => one.id === from);
	if (!here) return places[0]?.id;
	const nearest = (ids: readonly Place[]) => ids.toSorted((a, b) => Math.abs(a.y - here.y) - Math.abs(b.y - here.y))[0]?.id;
	switch (key) {
		case 'ArrowRight':
			return nearest(places.filter((one) => links.some((link) => link.from === from && link.to === one.id)));
		case 'ArrowLeft':
			return links.find((link) => link.to === from)?.from;
		case 'ArrowDown':
			return nearest(places.filter((one) => one.x === here.x && one.y > here.y));
		case 'ArrowUp':
			return nearest(places.filter((one) => one.x === here.x && one.y < here.y));
		case 'Home':
			return places[0]?.id;
		case 'End':
			return places.at(-1)?.id;
		default:
			return undefined;
	}
}
