/* respond.h - the answer, in the family's shape. */
#ifndef WORKER_RESPOND_H
#define WORKER_RESPOND_H

#include <stddef.h>

#include "worker/request.h"

/* Sends an answer with a JSON body; location may be NULL. A GET's 200 gets an ETag, and becomes 304 when the client
 * has that one already. A 204 has no body. */
void respond(struct request *request, int code, const char *location, const char *body, size_t size);

/* Sends what the SQL function answered: status, location and body of request->result. */
void respond_as_called(struct request *request);

/* Says which methods the path has, and what bodies may be. */
void respond_options(struct request *request);

/* Sends another type of body, always whole. */
void respond_text(struct request *request, const char *type, const char *body, size_t size);

/* The same in pieces, each sent as it comes. False: nobody takes more. When there is no more the request ends as any other. */
void respond_begin(struct request *request, const char *type);
bool respond_more(struct request *request, const char *piece, size_t size);

/* What was begun can't be ended: the client shall see that it has not all of it. FastCGI has no word for that, but nginx cuts the
 * client off when it gets what is no FastCGI. */
void respond_break(struct request *request);

/* Leaves the answer to a location inside of nginx. */
void respond_elsewhere(struct request *request, const char *location);

/* Sends an error; what request->why says is the message, nothing: null. Where a function of the Polemarch family has said
 * the whole body, that. */
void respond_error(struct request *request, enum status status);

#endif
