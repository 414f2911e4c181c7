/** For tests: happy-dom lays nothing out. Each element is 600 high and 1000 wide: a grid has rows. */
export function layOut(): void {
	const sizes = { offsetHeight: 600, offsetWidth: 1000, clientHeight: 600, clientWidth: 1000 };
	for (const [name, value] of Object.entries(sizes))
		Object.defineProperty(HTMLElement.prototype, name, { configurable: true, get: () => value });
}
