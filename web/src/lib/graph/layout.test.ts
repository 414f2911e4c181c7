import { describe, expect, it } from 'vitest';
import { Definitions, type Fate } from '../law/definitions.svelte.ts';
import { HEIGHT, place, walk, WIDTH } from './layout.ts';

const follows: [number, number | null][] = [
	[1, null],
	[2, 1],
	[3, 2],
	[4, 2],
	[5, 3],
	[6, null],
	[7, 6]
];
const definitions = new Definitions(
	[],
	follows.map(([id, followsId]) => ({ id, followsId, precedesIds: [] }) as unknown as Fate)
);
const picture = place(definitions, 1);
const at = (id: number) => picture.places.find((one) => one.id === id)!;

describe('a picture of a chain', () => {
	it('holds all of it, and nothing else', () => expect(picture.places.map((one) => one.id).sort()).toEqual([1, 2, 3, 4, 5]));

	it('goes from left to right, each step in its column', () => {
		expect([at(2), at(3), at(5)].map((one) => one.x)).toEqual([at(1).x + 156, at(1).x + 312, at(1).x + 468]);
		expect(at(3).x).toBe(at(4).x);
	});

	it('lets nothing lie upon another, and nothing outside', () => {
		for (const a of picture.places) {
			expect(a.x).toBeGreaterThanOrEqual(0);
			expect(a.y).toBeGreaterThanOrEqual(0);
			expect(a.x + WIDTH).toBeLessThanOrEqual(picture.width);
			expect(a.y + HEIGHT).toBeLessThanOrEqual(picture.height);
			for (const b of picture.places)
				if (a !== b) expect(Math.abs(a.x - b.x) >= WIDTH || Math.abs(a.y - b.y) >= HEIGHT, `${a.id} and ${b.id}`).toBe(true);
		}
	});

	it('has branches in their order', () => expect(at(3).y).toBeLessThan(at(4).y));

	it('links each fate to the one before it', () =>
		expect(picture.links.map(({ from, to }) => [from, to]).sort()).toEqual([
			[1, 2],
			[2, 3],
			[2, 4],
			[3, 5]
		]));
});

it('a picture of all has each chain below the one before it', () => {
	const all = place(definitions);
	const y = (id: number) => all.places.find((one) => one.id === id)!.y;
	expect(all.places).toHaveLength(7);
	expect(y(6)).toBeGreaterThanOrEqual(Math.max(...[1, 2, 3, 4, 5].map(y)) + HEIGHT);
	expect(all.height).toBeGreaterThan(y(6) + HEIGHT);
});

it('a picture of nothing is empty', () =>
	expect(place(new Definitions([], []))).toEqual({ width: 0, height: 0, places: [], links: [] }));

describe('arrow keys', () => {
	const upper = at(3).y < at(4).y ? 3 : 4;
	const lower = 7 - upper;
	it.each([
		['right to what follows', 1, 'ArrowRight', 2],
		['left to what is followed', 5, 'ArrowLeft', 3],
		['down within a column', upper, 'ArrowDown', lower],
		['up within a column', lower, 'ArrowUp', upper],
		['nowhere behind an end', 5, 'ArrowRight', undefined],
		['nowhere before a start', 1, 'ArrowLeft', undefined],
		['nowhere above the first', upper, 'ArrowUp', undefined],
		['to the first', 5, 'Home', 1]
	])('lead %s', (_, from, key, to) => expect(walk(picture, from, key)).toBe(to));
});
