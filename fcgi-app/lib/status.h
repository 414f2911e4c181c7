/* status.h - how a call went, and what HTTP says of it.
 *
 * Everything at run time that can fail returns an enum status. Errors of the database cross the border as SQLSTATE
 * (D4): status_of_sqlstate() looks the code up in the one table that maps them.
 */
#ifndef LIB_STATUS_H
#define LIB_STATUS_H

enum status {
	S_OK,
	S_INVALID,      /* 400: what was sent is not right */
	S_UNSIGNED,     /* 401: nobody is signed in */
	S_FORBIDDEN,    /* 403 */
	S_ABSENT,       /* 404 */
	S_METHOD,       /* 405: not with this method */
	S_CONFLICT,     /* 409 */
	S_TOO_LARGE,    /* 413 */
	S_MEDIA,        /* 415: a kind of thing, or of body, that is not known */
	S_TOO_EARLY,    /* 424: what it depends on is still going on */
	S_THROTTLED,    /* 429: too often */
	S_AGAIN,        /* a serialization failure or a deadlock: the same call may be made again at once */
	S_LATER,        /* 503: the database is away or busy */
	S_GATEWAY,      /* 502: whom we had to ask answers nothing sensible */
	S_SLOW_GATEWAY, /* 504: or not in time */
	S_INTERNAL      /* 500: our bug */
};

#define CHECKED __attribute__((warn_unused_result))

/* The status for an SQLSTATE of five characters; NULL, libpq's for a lost connection, is S_LATER. */
enum status status_of_sqlstate(const char *sqlstate);

/* The HTTP status code. */
int status_http(enum status s);

/* The reason phrase of an HTTP status code that this house sends. */
const char *status_reason(int code);

#endif
