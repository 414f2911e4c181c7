/**
 * What get() gives, once it has been still for so many milliseconds: what is typed, for what is asked.
 * Belongs to the component that makes it.
 */
export function still<T>(get: () => T, ms: number): { readonly value: T } {
	let value = $state.raw(get());
	$effect(() => {
		const next = get();
		const timer = setTimeout(() => (value = next), ms);
		return () => clearTimeout(timer);
	});
	return {
		get value() {
			return value;
		}
	};
}
