/** Where a run was, or a schedule's are to be, as its record tells (expand=names). */
export interface Placed {
	inventory: number | string | null;
	/** Of one that was a file of the project its path. */
	inventory_name?: string | null | undefined;
	/** Its hosts were named without an inventory. */
	bare?: boolean | undefined;
}

/** An inventory, one that who looks may not see, a file of the project, hosts by their names alone, an inventory that was deleted. */
export function whereOf({ inventory, inventory_name, bare }: Placed): 'inventory' | 'unseen' | 'file' | 'bare' | 'deleted' {
	if (typeof inventory === 'number') return inventory_name ? 'inventory' : 'unseen';
	if (inventory_name) return 'file';
	return bare ? 'bare' : 'deleted';
}
