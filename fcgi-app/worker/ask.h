/* ask.h - finds out what an SQL function wants to know from outside (sql/hermes_api/ask.sql), outside of any transaction:
 * from the query server, or where none is set by our own parser of host queries.
 *
 * A query server that is slow or dead shall cost no request that does not need it. So there is a gate (worker/gate.h): a quarter
 * of them is always kept free, and after one has waited in vain, only one at a time tries again for a while.
 */
#ifndef WORKER_ASK_H
#define WORKER_ASK_H

#include "lib/status.h"

struct request;

/* `questions` is the answer of a function with status 100. S_OK: request->asked holds their answers, too. Else
 * request->why is filled in. */
enum status ask(struct request *request, const char *questions) CHECKED;

/* The request is done: somebody else may search. */
void ask_done(struct request *request);

#endif
