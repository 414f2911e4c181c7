import { cleanup, fireEvent, render, screen } from '@testing-library/svelte';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { layOut } from '../testing/window.ts';
import type { LineSource } from './lines.svelte.ts';
import LogView from './LogView.svelte';

/** So many that a browser can't lay them out. */
const TOTAL = 1_000_000;
const source: LineSource = { total: TOTAL, version: 0, line: (n) => `says ${n}`, colours: () => '', want: () => undefined };

beforeAll(layOut);
afterEach(cleanup);

const numbers = () => [...document.querySelectorAll('.line .n a')].map((link) => Number(link.textContent));

describe('an output that is longer than a browser can lay out', () => {
	async function press(...keys: string[]) {
		for (const key of keys) await fireEvent.keyDown(screen.getByRole('region'), { key });
		return numbers();
	}
	async function open() {
		render(LogView, { label: 'Output', source });
		await press('Home');
	}

	it('is gone through by pages, none of whose lines is left out', async () => {
		await open();
		const first = await press();
		const second = await press('PageDown');
		expect(first[0]).toBe(1);
		expect(second[0]).toBeLessThanOrEqual(first.at(-1)!);
		expect(second[0]).toBeGreaterThan(first.length / 2);
		expect((await press('PageUp'))[0]).toBe(1);
	});

	it('is gone through by pages when its lines are wrapped, too', async () => {
		render(LogView, { label: 'Output', source: { ...source, line: (n) => `says ${n} `.repeat(40) }, wrap: true });
		await press('Home');
		const first = await press();
		expect(first.length).toBeLessThan(20);
		const second = await press('PageDown');
		expect(second[0]).toBeLessThanOrEqual(first.at(-1)!);
		expect(second[0]).toBeGreaterThan(first.length / 2);
		expect((await press('PageUp'))[0]).toBe(1);
	});

	it('has ends, whatever the bar can say', async () => {
		await open();
		expect((await press('End')).at(-1)).toBe(TOTAL);
		expect((await press('PageDown')).at(-1)).toBe(TOTAL);
		expect((await press('PageUp', 'PageUp', 'PageDown', 'PageDown', 'PageDown')).at(-1)).toBe(TOTAL);
		expect((await press('PageDown', 'Home', 'PageUp'))[0]).toBe(1);
	});
});
