/** For tests: what a server would say of event types and fates: a reboot is required, it is approved or completed. */
import { Definitions, type EventType, type Fate } from '../law/definitions.svelte.ts';

export const eventTypes = [
	{ id: 1, category: 'reboot', state: 'required', description: 'It must', restricted: false, href: '' },
	{ id: 2, category: 'reboot', state: 'approved', description: 'It may', restricted: false, href: '' },
	{ id: 3, category: 'reboot', state: 'completed', description: 'It did', restricted: false, href: '' }
] as EventType[];

export const fates = [
	{ id: 1, creationEventTypeId: 1, followsId: null, precedesIds: [2, 3], forOwner: true, forCreator: false, href: '' },
	{ id: 2, creationEventTypeId: 2, followsId: 1, precedesIds: [4], forOwner: true, forCreator: true, href: '' },
	{ id: 3, creationEventTypeId: 3, followsId: 1, precedesIds: [], forOwner: true, forCreator: false, href: '' },
	{ id: 4, creationEventTypeId: 3, followsId: 2, precedesIds: [], forOwner: true, forCreator: false, href: '' }
] as unknown as Fate[];

export const definitions = new Definitions(eventTypes, fates);

/** What POST /events/preview says. */
export const foretold = (hosts: number) => ({
	hosts,
	closes: [{ fateId: 1, questId: 7, labors: hosts }],
	opens: [],
	completes: [],
	unmoved: 0,
	newHosts: 0,
	restricted: false,
	may: true
});
