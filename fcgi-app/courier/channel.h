/* channel.h - a way out of the house: one `const struct channel` a file, all of them in courier/main.c.
 *
 * Each channel has a process of its own, which claims letters (a lease, counted as an attempt), has them delivered, and
 * settles what became of them. A channel knows neither the database nor the queue, and keeps no state but what may be
 * forgotten: connections.
 */
#ifndef COURIER_CHANNEL_H
#define COURIER_CHANNEL_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

#include "lib/settings.h"

enum outcome {
	OUT_SENT,       /* taken by the receiver; `error` may still say which of several refused it */
	OUT_RETRY,      /* not now: `error` says why */
	OUT_STALLED,    /* not now, and it took long: what else waits for this receiver had better wait, too */
	OUT_PARK        /* never as it is: somebody must look at it */
};

/* One letter and what becomes of it. */
struct delivery {
	const json_t *letter;        /* {id, key, kind, receiver, attempt, content}; borrowed. `key` is a UUID that stays
	                                the same however often the letter is tried */
	enum outcome outcome;        /* what follows is filled in by the channel */
	long retry_after;            /* seconds the receiver asked us to wait, or 0 */
	json_t *left;                /* OUT_RETRY, OUT_STALLED: content to be tried next time instead, or NULL; owned, as is
	                                the next, by whoever called deliver() */
	json_t *reply;               /* OUT_SENT: what the receiver said, where the letter was a question; or NULL */
	char error[256];             /* UTF-8; no secret */
};

struct channel {
	const char *name;            /* as in outbox.letters.channel */
	size_t batch;                /* letters that are claimed and delivered at a time */
	long lease;                  /* seconds that a batch may take: whoever takes longer is killed, and the letters are
	                                tried again */
	long (*lease_of)(const struct settings *settings);      /* the same, where settings decide it; or NULL */
	bool two_lanes;              /* it has many receivers: those that stall are served by a process of their own */
	long pause;                  /* milliseconds until it is looked again whether there is one; 0: 250 */
	bool (*is_on)(const struct settings *settings);

	/* Delivers all n, and fills in their outcomes. Blocks. */
	void (*deliver)(const struct settings *settings, struct delivery *deliveries, size_t n);
};

extern const struct channel channel_hook, channel_live, channel_mail, channel_owners, channel_script, channel_sentry,
                            channel_slack, channel_webhook;

#endif
