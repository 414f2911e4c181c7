/* moirai-run: one run of Ansible, or one sync, from its start to its end (run.h). */
#include "config.h"

#include <string.h>

#include <sodium.h>

#include "lib/http.h"
#include "lib/log.h"
#include "lib/service.h"
#include "runner/guard.h"
#include "runner/run.h"

enum { RUN, RECOVER, SYNC, REFERENCE };

static int (*const tasks[])(const struct settings *settings, const char *argument) = {
	[RUN] = run_shepherd, [RECOVER] = run_recover, [SYNC] = run_sync, [REFERENCE] = run_reference,
};
#define N_TASKS (sizeof tasks / sizeof tasks[0])

static int run(struct service *service)
{
	if (sodium_init() < 0)
		fatal("libsodium does not start");
	http_start();
	for (size_t i = 0; i < N_TASKS; i++)
		if (service->given[i] != NULL)
			return tasks[i](&service->settings, service->given[i]);
	fatal("nothing to do: moirai-runner starts this program");
}

int main(int argc, char **argv)
{
	static const struct service_option options[] = {
		[RUN] = { "run", "ID:TOKEN", "the run that was claimed by this token" },
		[RECOVER] = { "recover", "ID:TOKEN", "the same, that somebody else has begun" },
		[SYNC] = { "sync", "ID:TOKEN", "the project, that was claimed so" },
		[REFERENCE] = { "reference", "VERSION", "what the installed Ansible can do" },
		{ NULL, NULL, NULL },
	};
	static const struct service_kind kind = {
		.name = "moirai-run",
		.summary = "Does one thing for moirai-runner, which starts it.",
		.run = run,
		.options = options,
	};

	if (argc > 2 && strcmp(argv[1], "--guard") == 0)
		return guard_main(argc - 2, argv + 2);
	if (argc > 2 && strcmp(argv[1], "--sweep") == 0)
		return sweep_main(argc - 2, argv + 2);
	return service_main(argc, argv, &kind);
}
