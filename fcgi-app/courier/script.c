/* The executables in hooks_dir, run with what a hook is told of a run: the first argument says when, the second is a file with the
 * rest as JSON (sql/work/hooks.sql).
 */
#include "config.h"

#include <errno.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "courier/channel.h"
#include "courier/round.h"

#define BATCH 8

static bool is_on(const struct settings *settings)
{
	return settings->hooks_dir[0] != '\0';
}

/* Of the folder itself. */
static bool is_name(const char *name)
{
	return name != NULL && *name != '\0' && *name != '.' && strchr(name, '/') == NULL && strlen(name) <= NAME_MAX;
}

static void run_script(const char *folder, long timeout, struct delivery *delivery)
{
	const json_t *content = json_object_get(delivery->letter, "content");
	const char *name = json_string_value(json_object_get(content, "script"));
	const char *when = json_string_value(json_object_get(content, "when"));
	const char *payload = json_string_value(json_object_get(content, "payload"));
	char variable[80];
	struct round round = { .folder = folder, .text = payload, .variable = variable, .word = (char *)(uintptr_t)when };

	if (!is_name(name) || when == NULL || payload == NULL) {
		delivery->outcome = OUT_PARK;
		snprintf(delivery->error, sizeof delivery->error, "the letter names no script, or has nothing to tell");
		return;
	}
	snprintf(variable, sizeof variable, "MOIRAI_WHEN=%.60s", when);
	round_add(&round, name);
	round_run(&round, timeout);
	round_settle(&round, timeout, delivery);
	round_done(&round);
}

/* Made absolute, for scripts are run from the root. */
static void deliver(const struct settings *settings, struct delivery *deliveries, size_t n)
{
	char folder[PATH_MAX];
	bool found = realpath(settings->hooks_dir, folder) != NULL;
	int problem = errno;

	for (size_t i = 0; i < n; i++) {
		if (found) {
			run_script(folder, settings->hook_timeout, &deliveries[i]);
			continue;
		}
		deliveries[i].outcome = OUT_RETRY;
		snprintf(deliveries[i].error, sizeof deliveries[i].error, "hooks_dir: %s", strerror(problem));
	}
}

static long lease_of(const struct settings *settings)
{
	return BATCH * settings->hook_timeout + 10;
}

const struct channel channel_script = { .name = "script", .batch = BATCH, .lease_of = lease_of, .is_on = is_on,
	                                .deliver = deliver };
