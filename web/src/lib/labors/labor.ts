/** A labor by itself, as GET /labors has it (with its host), as a row of a table: for the dialogs that take rows. */
import type { Schemas } from '../api/client.ts';
import { parseTime, span } from '../time.ts';
import { statusOf, type LaborRow } from './rows.ts';

type Labor = Schemas['Labor'];

const seconds = (time: string | null) => (time === null ? null : Math.floor(parseTime(time).getTime() / 1000));

export function statusOfLabor(labor: Labor) {
	return statusOf(labor.completionTime, labor.ackTime, labor.startingLaborId === null);
}

/** How long a closed labor was open: "6 d". */
export function took(labor: Labor): string {
	return span(parseTime(labor.completionTime!).getTime() - parseTime(labor.creationTime).getTime());
}

export function rowOfLabor(labor: Labor): LaborRow {
	const host = labor.host?.hostname ?? '';
	const owner = labor.host?.owner ?? null;
	return {
		key: labor.id,
		chain: labor.startingLaborId ?? labor.id,
		id: labor.id,
		host,
		owner,
		quest: labor.questId,
		fate: labor.fateId,
		closingFate: labor.closingFateId,
		made: seconds(labor.creationTime)!,
		closed: seconds(labor.completionTime),
		acked: seconds(labor.ackTime),
		ackUser: labor.ackUser,
		forOwner: labor.forOwner,
		forCreator: labor.forCreator,
		status: statusOfLabor(labor),
		search: `${host}\n${owner ?? ''}`.toLowerCase()
	};
}
