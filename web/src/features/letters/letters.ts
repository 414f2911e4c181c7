/** What leaves the house, in words. */
import type { Schemas } from '#lib/api/client.ts';
import type { IconName } from '#lib/ui/Icon.svelte';

export type Letter = Schemas['Letter'];
export type LetterState = Letter['state'];

/** In the order in which somebody wants to see them. */
export const states: Record<LetterState, { text: string; icon: IconName; tone: string; hint: string }> = {
	parked: { text: 'Parked', icon: 'warning', tone: 'failed', hint: 'Given up: nobody tries it any more' },
	waiting: { text: 'Waiting', icon: 'clock', tone: 'blocked', hint: 'It is to be sent, perhaps once more' },
	sending: { text: 'Sending', icon: 'running', tone: 'running', hint: 'A courier has it just now' },
	sent: { text: 'Sent', icon: 'check', tone: 'done', hint: 'It was taken at the other end' }
};

export const channels: Record<Letter['channel'], string> = {
	mail: 'Mail',
	slack: 'Slack',
	webhook: 'Webhook or hook of runs',
	hook: 'Script of events',
	script: 'Hook of runs, by script',
	sentry: 'Sentry',
	owners: 'Owners of hosts',
	live: 'Notices for the page'
};

/** By which way it goes. Hooks of runs go by that of webhooks, too. */
export const wayOf = ({ channel, kind }: Letter): string =>
	channel === 'webhook' ? (kind === 'run' ? 'Hook of runs, by HTTP' : 'Webhook') : (channels[channel] ?? channel);

/** What a letter says under a name, to be read; of a form each field has a line. */
export function toldContent(content: Readonly<Record<string, unknown>>): (readonly [string, string])[] {
	const isForm = content['type'] === 'application/x-www-form-urlencoded';
	const told = (name: string, value: unknown) => {
		if (typeof value !== 'string') return JSON.stringify(value, null, 2);
		if (!isForm || name !== 'body') return value;
		return [...new URLSearchParams(value)].map(([field, text]) => `${field}: ${text}`).join('\n');
	};
	return Object.entries(content).map(([name, value]) => [name, told(name, value)]);
}

/** Can it be sent again? What was sent, or is just being, can not. */
export const mayRetry = ({ state }: Letter): boolean => state === 'parked' || state === 'waiting';

/** Whom, or where to, and what about. */
export function about(letter: Letter): string {
	const to = letter.recipients?.join(', ') ?? '';
	if (letter.subject) return to ? `${letter.subject}, to ${to}` : letter.subject;
	if (to) return `to ${to}`;
	if (letter.webhookId !== null) return `to webhook ${letter.webhookId}`;
	if (letter.kind === 'run') return 'to a hook of runs';
	return letter.questId === null ? '' : `of quest ${letter.questId}`;
}

/** Those that somebody has to look at come first, the others stay in the order in which they came. */
export function urgent(letters: readonly Letter[]): Letter[] {
	const order = Object.keys(states);
	const rank = (letter: Letter) => (letter.state === 'sent' ? order.length : order.indexOf(letter.state));
	return letters.toSorted((a, b) => rank(a) - rank(b));
}
