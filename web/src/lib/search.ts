/** Does a text have all the words of what is searched for, in whatever order? */
export function matcher(search: string): (text: string) => boolean {
	const words = search.toLowerCase().split(/\s+/).filter(Boolean);
	return (text) => {
		const lower = text.toLowerCase();
		return words.every((word) => lower.includes(word));
	};
}
