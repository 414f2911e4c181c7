/* watch.h - who may look at /health and /metrics without signing in: this machine itself, and whoever shows the bearer
 * token that the setting metrics_token names.
 *
 * A request that another proxy has passed on (X-Forwarded-For) does not count as this machine's.
 */
#ifndef WORKER_WATCH_H
#define WORKER_WATCH_H

#include <stdbool.h>

struct request;

bool watch_may(const struct request *request);

#endif
