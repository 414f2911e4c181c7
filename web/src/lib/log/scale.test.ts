import { describe, expect, it } from 'vitest';
import { Scale } from './scale.ts';

describe('what a browser can lay out', () => {
	it('scrolls pixel by pixel', () => {
		const scale = new Scale(1000);
		scale.size(900, 100);
		expect([scale.height, scale.end]).toEqual([900, 800]);
		expect(scale.moved(333)).toBe(333);
		expect([scale.top, scale.bar]).toEqual([333, 333]);
	});

	it('and where nothing is below, not at all', () => {
		const scale = new Scale();
		scale.size(50, 100);
		expect([scale.height, scale.end]).toEqual([100, 0]);
	});
});

describe('what it can not', () => {
	const scaled = () => {
		const scale = new Scale(1000);
		scale.size(18_000, 100);
		return scale;
	};

	it('is as high as can be, and the ends of the bar are the ends of it', () => {
		const scale = scaled();
		expect([scale.height, scale.end]).toEqual([1000, 17_900]);
		scale.moved(900);
		expect(scale.top).toBe(17_900);
		scale.moved(0);
		expect(scale.top).toBe(0);
	});

	it('goes by as much as a wheel says, and by its share where the bar is pulled', () => {
		const scale = scaled();
		scale.moved(450);
		expect(scale.top).toBe(8950);
		scale.moved(490);
		expect(scale.top).toBe(8990);
		scale.moved(700);
		expect(scale.top).toBeCloseTo((700 / 900) * 17_900);
	});

	it('has the bar put where it belongs, and that is no move of somebody', () => {
		const scale = scaled();
		scale.moved(450);
		for (let i = 1; i <= 20; i++) scale.moved(450 + i * 20);
		expect(scale.top).toBe(9350);
		const bar = scale.bar;
		expect(bar).toBeCloseTo((9350 / 17_900) * 900);
		scale.put(bar);
		expect(scale.moved(bar)).toBe(0);
		expect(scale.top).toBe(9350);
	});

	it('is gone through by the wheel alone, without a jump, the bar put right when it rests or is stuck', () => {
		const scale = scaled();
		let moves = 0;
		let bar = 0;
		for (; scale.top < scale.end && moves < 2000; moves++) {
			const last = scale.top;
			bar = Math.min(900, bar + 40);
			scale.moved(bar);
			if (scale.stuck || moves % 10 === 0) scale.put((bar = scale.bar));
			expect(scale.top - last).toBeLessThanOrEqual(40 + (2 * 17_900) / 900);
		}
		expect(scale.top).toBe(17_900);
		expect(scale.stuck).toBe(false);
	});
});
