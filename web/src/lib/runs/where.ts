/** Where a run was, or is, as its record tells (expand=names). */
export interface Placed {
	inventory: number | null;
	/** Of one that was a file of the project its path. */
	inventory_name?: string | null | undefined;
	/** Its hosts were named without an inventory. */
	bare?: boolean | undefined;
}

/** An inventory, one that who looks may not see, a file of the project, hosts by their names alone, an inventory that was deleted. */
export function whereOf({ inventory, inventory_name, bare }: Placed): 'inventory' | 'unseen' | 'file' | 'bare' | 'deleted' {
	if (inventory !== null) return inventory_name ? 'inventory' : 'unseen';
	if (inventory_name) return 'file';
	return bare ? 'bare' : 'deleted';
}
