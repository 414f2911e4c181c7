#include "config.h"

#include <assert.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>

#include "lib/log.h"
#include "worker/metrics.h"
#include "worker/route.h"

static const int codes[] = { 200, 201, 204, 304, 400, 401, 403, 404, 405, 409, 413, 415, 424, 429, 502, 503, 504, 500 };
static const double bounds[] = { .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10 };
#define N(array) (sizeof(array) / sizeof(array)[0])

struct metrics {
	size_t n;
	struct counters {
		_Atomic uint64_t by_code[N(codes)];
		_Atomic uint64_t by_time[N(bounds) + 1];      /* not added up: each holds those above the bound before */
		_Atomic uint64_t microseconds;
	} routes[];                                           /* one for each row, and one for what found none */
};

struct metrics *metrics_new(void)
{
	struct metrics *m = mmap(NULL, sizeof *m + (n_routes + 1) * sizeof m->routes[0], PROT_READ | PROT_WRITE,
	                         MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (m == MAP_FAILED)
		fatal("out of memory");
	m->n = n_routes + 1;
	return m;
}

struct timespec metrics_clock(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t;
}

void metrics_count(struct metrics *m, const struct route *route, int code, struct timespec began)
{
	struct counters *c = &m->routes[route != NULL ? (size_t)(route - routes) : n_routes];
	struct timespec ended = metrics_clock();
	double seconds = (double)(ended.tv_sec - began.tv_sec) + (double)(ended.tv_nsec - began.tv_nsec) / 1e9;
	size_t i = 0, k = 0;

	while (i < N(codes) - 1 && codes[i] != code)
		i++;
	while (k < N(bounds) && seconds > bounds[k])
		k++;
	atomic_fetch_add_explicit(&c->by_code[i], 1, memory_order_relaxed);
	atomic_fetch_add_explicit(&c->by_time[k], 1, memory_order_relaxed);
	atomic_fetch_add_explicit(&c->microseconds, (uint64_t)(seconds * 1e6), memory_order_relaxed);
}

/* What names a route: its row's method, path and family, or that there is none. */
static void put_route(FILE *out, size_t i)
{
	static const char *const methods[] = { [GET] = "GET", [POST] = "POST", [PUT] = "PUT", [PATCH] = "PATCH",
	                                       [DELETE] = "DELETE" };

	if (i < n_routes)
		fprintf(out, "method=\"%s\",route=\"%s\",family=\"%s\"", methods[routes[i].method], routes[i].path,
		        routes[i].family == HERMES ? "hermes" : "polemarch");
	else
		fprintf(out, "method=\"\",route=\"none\",family=\"\"");
}

static void put_codes(FILE *out, const struct counters *c, size_t i)
{
	for (size_t k = 0; k < N(codes); k++) {
		if (c->by_code[k] == 0)
			continue;
		fprintf(out, "moirai_requests_total{");
		put_route(out, i);
		fprintf(out, ",status=\"%d\"} %ju\n", codes[k], (uintmax_t)c->by_code[k]);
	}
}

static void put_times(FILE *out, const struct counters *c, size_t i)
{
	uint64_t sum = 0;

	for (size_t k = 0; k <= N(bounds); k++) {
		sum += c->by_time[k];
		fprintf(out, "moirai_request_seconds_bucket{");
		put_route(out, i);
		if (k < N(bounds))
			fprintf(out, ",le=\"%g\"} %ju\n", bounds[k], (uintmax_t)sum);
		else
			fprintf(out, ",le=\"+Inf\"} %ju\n", (uintmax_t)sum);
	}
	fprintf(out, "moirai_request_seconds_sum{");
	put_route(out, i);
	fprintf(out, "} %.6f\nmoirai_request_seconds_count{", (double)c->microseconds / 1e6);
	put_route(out, i);
	fprintf(out, "} %ju\n", (uintmax_t)sum);
}

static bool was_used(const struct counters *c)
{
	uint64_t sum = 0;

	for (size_t k = 0; k <= N(bounds); k++)
		sum += c->by_time[k];
	return sum > 0;
}

char *metrics_text(const struct metrics *m)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	assert(out != NULL);
	fputs("# HELP moirai_requests_total Requests answered.\n# TYPE moirai_requests_total counter\n", out);
	for (size_t i = 0; i < m->n; i++)
		put_codes(out, &m->routes[i], i);
	fputs("# HELP moirai_request_seconds How long requests took in a worker.\n"
	      "# TYPE moirai_request_seconds histogram\n", out);
	for (size_t i = 0; i < m->n; i++)
		if (was_used(&m->routes[i]))
			put_times(out, &m->routes[i], i);
	fclose(out);
	return text;
}
