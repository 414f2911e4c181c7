#include "config.h"

#include <stddef.h>
#include <string.h>

#include "lib/status.h"

/* The longest match comes first; the empty prefix ends every search. */
static const struct {
	const char *prefix;
	enum status status;
} sqlstates[] = {
	{ "WE400", S_INVALID },
	{ "WE401", S_UNSIGNED },
	{ "WE403", S_FORBIDDEN },
	{ "WE404", S_ABSENT },
	{ "WE405", S_METHOD },
	{ "WE409", S_CONFLICT },
	{ "WE413", S_TOO_LARGE },
	{ "WE415", S_MEDIA },
	{ "WE424", S_TOO_EARLY },
	{ "WE503", S_LATER },
	{ "08", S_LATER },             /* connection */
	{ "22", S_INVALID },           /* data that no check of ours had foreseen */
	{ "23505", S_CONFLICT },       /* two made the same thing at once */
	{ "23503", S_CONFLICT },
	{ "23", S_INVALID },
	{ "25006", S_LATER },          /* read only: a standby, until the new primary is found */
	{ "26", S_LATER },             /* a prepared statement that this connection has lost */
	{ "40001", S_AGAIN },
	{ "40P01", S_AGAIN },
	{ "53", S_LATER },             /* out of connections, memory, disk */
	{ "54", S_INVALID },           /* larger than the database can hold in one value */
	{ "55P03", S_LATER },          /* lock_timeout */
	{ "57", S_LATER },             /* shutting down, starting up, statement_timeout */
	{ "", S_INTERNAL },
};

enum status status_of_sqlstate(const char *sqlstate)
{
	if (sqlstate == NULL)
		return S_LATER;
	for (size_t i = 0;; i++)
		if (strncmp(sqlstates[i].prefix, sqlstate, strlen(sqlstates[i].prefix)) == 0)
			return sqlstates[i].status;
}

int status_http(enum status s)
{
	switch (s) {
	case S_OK:        return 200;
	case S_INVALID:   return 400;
	case S_UNSIGNED:  return 401;
	case S_FORBIDDEN: return 403;
	case S_ABSENT:    return 404;
	case S_METHOD:    return 405;
	case S_CONFLICT:  return 409;
	case S_TOO_LARGE: return 413;
	case S_MEDIA:     return 415;
	case S_TOO_EARLY: return 424;
	case S_THROTTLED: return 429;
	case S_GATEWAY:   return 502;
	case S_SLOW_GATEWAY: return 504;
	case S_AGAIN:
	case S_LATER:     return 503;
	case S_INTERNAL:  break;
	}
	return 500;
}

static const struct {
	int code;
	const char *reason;
} reasons[] = {
	{ 200, "OK" },
	{ 201, "Created" },
	{ 204, "No Content" },
	{ 304, "Not Modified" },
	{ 400, "Bad Request" },
	{ 401, "Unauthorized" },
	{ 403, "Forbidden" },
	{ 404, "Not Found" },
	{ 405, "Method Not Allowed" },
	{ 409, "Conflict" },
	{ 413, "Content Too Large" },
	{ 415, "Unsupported Media Type" },
	{ 424, "Failed Dependency" },
	{ 429, "Too Many Requests" },
	{ 502, "Bad Gateway" },
	{ 503, "Service Unavailable" },
	{ 504, "Gateway Timeout" },
	{ 0, "Internal Server Error" },
};

const char *status_reason(int code)
{
	size_t i = 0;

	while (reasons[i].code != 0 && reasons[i].code != code)
		i++;
	return reasons[i].reason;
}
