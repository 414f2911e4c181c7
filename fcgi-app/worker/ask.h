/* ask.h - finds out what an SQL function wants to know from outside (sql/hermes_api/ask.sql), outside of any transaction:
 * from the query server, or where none is set by our own parser of host queries; from Ansible what an inventory says; what a
 * regular expression of somebody's matches.
 *
 * A query server that is slow or dead shall cost no request that does not need it. So there is a gate (worker/gate.h): a quarter
 * of them is always kept free, and after one has waited in vain, only one at a time tries again for a while. Through the
 * same gate goes whatever else takes long; and of inventories only two are read at a time.
 */
#ifndef WORKER_ASK_H
#define WORKER_ASK_H

#include "lib/status.h"

struct request;

/* `questions` is the answer of a function with status 100. S_OK: request->asked holds their answers, too. Else
 * request->why is filled in. */
enum status ask(struct request *request, const char *questions) CHECKED;

/* For a row that is R_INVENTORY: the body's text, which may hold passwords, stays here until it is asked what it says; in
 * its place the body gets {"length": its bytes}. What is no text stays as it is. */
void ask_keep_text(struct request *request);

/* The request is done: somebody else may take long, and the text is wiped. */
void ask_done(struct request *request);

#endif
