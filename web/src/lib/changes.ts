/** What of a form is not as it was given. Only that is sent: what somebody else has changed meanwhile stays. */
export function changesOf<T extends object>(given: T, form: T): Partial<T> {
	const isSame = (name: string) => JSON.stringify(form[name as keyof T]) === JSON.stringify(given[name as keyof T]);
	return Object.fromEntries(Object.entries(form).filter(([name]) => !isSame(name))) as Partial<T>;
}
