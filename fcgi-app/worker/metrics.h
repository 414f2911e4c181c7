/* metrics.h - how many requests there were, by route and status, and how long they took: over all workers.
 *
 * The counters lie in memory that the parent shares with its children, so they outlive each of them.
 */
#ifndef WORKER_METRICS_H
#define WORKER_METRICS_H

#include <time.h>

struct metrics;
struct route;

/* Made before the workers are forked. */
struct metrics *metrics_new(void);

struct timespec metrics_clock(void);

/* A request was answered with that status; route NULL: none was found. `began` is what metrics_clock() said then. */
void metrics_count(struct metrics *metrics, const struct route *route, int code, struct timespec began);

/* All of it in Prometheus' text form; the caller owns it. */
char *metrics_text(const struct metrics *metrics);

#endif
