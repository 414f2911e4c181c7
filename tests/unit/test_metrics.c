/* By a clock that stands still. */
#include "config.h"

#include <time.h>

static int clock_of_the_test(clockid_t clock, struct timespec *t);
#define clock_gettime clock_of_the_test
#include "worker/metrics.c"
#undef clock_gettime

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "house.h"

static int clock_of_the_test(clockid_t clock, struct timespec *t)
{
	(void)clock;
	*t = (struct timespec){ .tv_sec = 1000 };
	return 0;
}

static void moved(struct metrics *m, const struct route *route, int code, long ms)
{
	struct timespec began = metrics_clock();

	began.tv_sec -= ms / 1000 + 1;
	began.tv_nsec += 1000000000 - ms % 1000 * 1000000;
	metrics_count(m, route, code, began);
}

static void says(const struct metrics *m, const char *line)
{
	char *text = metrics_text(m);

	if (strstr(text, line) == NULL)
		fail_msg("no %s in\n%s", line, text);
	free(text);
}

static void a_request_is_counted_by_route_and_status(void **state)
{
	struct metrics *m = metrics_new();

	(void)state;
	moved(m, &routes[0], 200, 3);
	moved(m, &routes[0], 200, 3);
	moved(m, &routes[1], 400, 3);
	says(m, "\nmoirai_requests_total{method=\"GET\",route=\"/hosts\",family=\"hermes\",status=\"200\"} 2\n");
	says(m, "\nmoirai_requests_total{method=\"POST\",route=\"/hosts\",family=\"hermes\",status=\"400\"} 1\n");
}

static void what_found_no_route_is_counted_too(void **state)
{
	struct metrics *m = metrics_new();

	(void)state;
	moved(m, NULL, 404, 0);
	says(m, "\nmoirai_requests_total{method=\"\",route=\"none\",family=\"\",status=\"404\"} 1\n");
}

static void a_status_nobody_foresaw_counts_as_500(void **state)
{
	struct metrics *m = metrics_new();

	(void)state;
	moved(m, &routes[0], 418, 0);
	says(m, "status=\"500\"} 1\n");
}

/* Whatever may be sent: an answer that is none of these counts as an error. */
static void each_status_is_counted_as_itself(void **state)
{
	static const int sent[] = { 200, 201, 204, 304, 400, 401, 403, 404, 405, 409, 413, 415, 424, 429, 502, 503, 504 };
	struct metrics *m = metrics_new();
	char line[80];

	(void)state;
	for (size_t i = 0; i < COUNT(sent); i++) {
		moved(m, &routes[0], sent[i], 0);
		snprintf(line, sizeof line, "{method=\"GET\",route=\"/hosts\",family=\"hermes\",status=\"%d\"} 1\n", sent[i]);
		says(m, line);
	}
}

static void each_row_is_called_by_its_method(void **state)
{
	static const char *const names[] = { [GET] = "GET", [POST] = "POST", [PUT] = "PUT", [PATCH] = "PATCH",
	                                     [DELETE] = "DELETE" };
	struct metrics *m = metrics_new();
	char line[120];

	(void)state;
	for (const struct route *r = routes; r < routes + n_routes; r++) {
		moved(m, r, 200, 0);
		snprintf(line, sizeof line, "{method=\"%s\",route=\"%s\",family=\"%s\",status=\"200\"} 1\n", names[r->method], r->path,
		         r->family == HERMES ? "hermes" : "polemarch");
		says(m, line);
	}
}

static void buckets_add_up(void **state)
{
	struct metrics *m = metrics_new();

	(void)state;
	moved(m, &routes[0], 200, 3);
	moved(m, &routes[0], 200, 300);
	moved(m, &routes[0], 200, 60000);
	says(m, "moirai_request_seconds_bucket{method=\"GET\",route=\"/hosts\",family=\"hermes\",le=\"0.0025\"} 0\n");
	says(m, "moirai_request_seconds_bucket{method=\"GET\",route=\"/hosts\",family=\"hermes\",le=\"0.005\"} 1\n");
	says(m, "moirai_request_seconds_bucket{method=\"GET\",route=\"/hosts\",family=\"hermes\",le=\"0.5\"} 2\n");
	says(m, "moirai_request_seconds_bucket{method=\"GET\",route=\"/hosts\",family=\"hermes\",le=\"10\"} 2\n");
	says(m, "moirai_request_seconds_bucket{method=\"GET\",route=\"/hosts\",family=\"hermes\",le=\"+Inf\"} 3\n");
	says(m, "moirai_request_seconds_count{method=\"GET\",route=\"/hosts\",family=\"hermes\"} 3\n");
	says(m, "moirai_request_seconds_sum{method=\"GET\",route=\"/hosts\",family=\"hermes\"} 60.303000\n");
}

static void children_count_into_one(void **state)
{
	struct metrics *m = metrics_new();

	(void)state;
	for (int i = 0; i < 3; i++) {
		fflush(NULL);
		if (fork() == 0) {
			metrics_count(m, &routes[0], 200, metrics_clock());
			_exit(0);
		}
	}
	while (wait(NULL) > 0)
		;
	says(m, "route=\"/hosts\",family=\"hermes\",status=\"200\"} 3\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_request_is_counted_by_route_and_status),
		cmocka_unit_test(what_found_no_route_is_counted_too),
		cmocka_unit_test(a_status_nobody_foresaw_counts_as_500),
		cmocka_unit_test(each_status_is_counted_as_itself),
		cmocka_unit_test(each_row_is_called_by_its_method),
		cmocka_unit_test(buckets_add_up),
		cmocka_unit_test(children_count_into_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
