/* outbox.h - the courier's side of the database (sql/courier_api/courier.sql).
 *
 * Changes are sorted into letters; letters are claimed, delivered, settled: each step a transaction of its own, and
 * nothing is ever sent inside of one. A courier that dies leaves leases that run out. Fails only by S_LATER, while the
 * database is away, or S_INTERNAL, our bug; either has been logged.
 */
#ifndef COURIER_OUTBOX_H
#define COURIER_OUTBOX_H

#include <stddef.h>

#include "courier/channel.h"
#include "lib/status.h"

struct outbox;

/* Connects at the first use. The settings are borrowed. */
struct outbox *outbox_new(const struct settings *settings);
void outbox_free(struct outbox **outbox);

/* Makes letters of what changed: *ret_n changes, at most `most`, of which more may be waiting. */
enum status outbox_sort(struct outbox *outbox, int most, int *ret_n) CHECKED;

/* The oldest change can't be sorted: it goes to the end. */
enum status outbox_sort_later(struct outbox *outbox) CHECKED;

/* Says that a courier of this name runs, and lets old letters go. */
enum status outbox_alive(struct outbox *outbox, const char *name) CHECKED;

/* A batch of the channel's letters that are due, as a JSON list that the caller owns; empty: none is. They are ours for
 * `lease` seconds. Of a channel with two lanes: those to receivers that stall (slow), or those to others. */
enum status outbox_claim(struct outbox *outbox, const struct channel *channel, bool slow, long lease,
                         json_t **ret_letters) CHECKED;

/* Tells what became of all of them. */
enum status outbox_settle(struct outbox *outbox, const struct channel *channel, const struct delivery *deliveries,
                          size_t n) CHECKED;

/* What must be asked before a digest can be written; the caller owns it. */
enum status outbox_digest_questions(struct outbox *outbox, json_t **ret_questions) CHECKED;

/* Writes the digests: *ret_n mails. `answers` are those to the questions; send_to: all go there, NULL: to each. */
enum status outbox_digest(struct outbox *outbox, const json_t *answers, const char *send_to, int *ret_n) CHECKED;

#endif
