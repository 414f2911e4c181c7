/* sign_in.h - passwords, as requests bring them: compared, made into hashes, and kept from the database.
 *
 * Both cost tens of milliseconds and 19 MiB. So a guard lets half of the processors do it at a time, and others wait: three
 * quarters of the workers at most, and half when passwords have been wrong just now, so that the rest goes on serving. And who guesses is
 * slowed down (sql/people/throttle.sql): what must wait is not compared.
 */
#ifndef WORKER_SIGN_IN_H
#define WORKER_SIGN_IN_H

#include <stddef.h>

#include "lib/status.h"

struct guard;
struct request;

/* For that many workers at most; made before they are forked. */
struct guard *guard_new(size_t n);
void guard_free(struct guard **guard);

/* This worker has no password in hand: its predecessor in the slot may have died with one. */
void guard_clear(struct guard *guard, size_t slot);

/* Waits for its turn. S_LATER: not now; else sign_in_leave() must follow. */
enum status sign_in_enter(struct request *request) CHECKED;
void sign_in_leave(struct request *request);

/* To be called in between. Fills request->actor with the user of that name and password; with nobody where there is none.
 * S_THROTTLED: request->retry_after says for how long; S_LATER: the database is away. */
enum status sign_in_compare(struct request *request, const char *name, const char *password) CHECKED;

/* For a row that is R_CREDENTIALS: who asks is whom the body names by username and password, or nobody. The password
 * itself goes no further: {"given": true} stands for it, {"length": 0} for an empty one. Fails as above. */
enum status sign_in_by_body(struct request *request) CHECKED;

/* For a row that is R_PASSWORD: in place of a new password the body gets {"hash": its hash}, or {"length": characters}
 * where these are none or too many. What answers show instead of a password, and an imported hash where raw_password is
 * said, stay as they are. Fails as above. */
enum status sign_in_new_password(struct request *request) CHECKED;

#endif
