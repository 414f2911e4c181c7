/* The executables in plugin_dir/hooks/, run with each event on standard input. */
#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "courier/channel.h"
#include "courier/round.h"
#include "lib/auto.h"

#define BATCH 8

static bool is_on(const struct settings *settings)
{
	return settings->plugin_dir[0] != '\0';
}

/* ---- which ---- */

static bool ends_in(const char *name, const char *end)
{
	size_t n = strlen(name), m = strlen(end);

	return n >= m && strcmp(name + n - m, end) == 0;
}

static bool is_program(DIR *folder, const char *name)
{
	struct stat st;

	return fstatat(dirfd(folder), name, &st, 0) == 0 && S_ISREG(st.st_mode) &&
	       faccessat(dirfd(folder), name, X_OK, AT_EACCESS) == 0;
}

/* Without a list, every name is. */
static bool is_listed(const json_t *left, const char *name)
{
	const char *text;
	json_t *item;
	size_t i;

	if (!json_is_array(left))
		return true;
	json_array_foreach(left, i, item) {
		text = json_string_value(item);
		if (text != NULL && strcmp(text, name) == 0)
			return true;
	}
	return false;
}

/* A name that isn't UTF-8 could not be written into a letter. */
static bool is_hook(DIR *folder, const char *name, const json_t *left)
{
	AUTO(json) json_t *text = json_string(name);

	return text != NULL && name[0] != '.' && !ends_in(name, "~") && !ends_in(name, ".bak") &&
	       is_listed(left, name) && is_program(folder, name);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct run *)a)->name, ((const struct run *)b)->name);
}

static bool find_hooks(struct round *round, const json_t *left)
{
	DIR *folder = opendir(round->folder);
	struct dirent *entry;

	if (folder == NULL)
		return false;
	while ((entry = readdir(folder)) != NULL)
		if (is_hook(folder, entry->d_name, left))
			round_add(round, entry->d_name);
	closedir(folder);
	if (round->n > 0)
		qsort(round->runs, round->n, sizeof *round->runs, by_name);
	return true;
}

/* ---- what became of it ---- */

/* Those that failed are to be run again, alone. */
static void keep_failed(const struct round *round, json_t *content, struct delivery *delivery)
{
	AUTO(json) json_t *left = json_array();

	for (size_t i = 0; i < round->n; i++)
		if (round_failed(&round->runs[i]))
			json_array_append_new(left, json_string(round->runs[i].name));
	if (json_array_size(left) == 0)
		return;
	delivery->left = json_copy(content);
	json_object_set(delivery->left, "left", left);
}

static void try_later(struct delivery *delivery, int problem)
{
	delivery->outcome = OUT_RETRY;
	snprintf(delivery->error, sizeof delivery->error, "plugin_dir/hooks: %s", strerror(problem));
}

static void run_hooks(const char *folder, long timeout, json_t *content, struct delivery *delivery)
{
	json_t *event = json_object_get(content, "event");
	AUTO(text) char *text = json_dumps(event, JSON_COMPACT);
	AUTO(text) char *id = json_dumps(json_object_get(event, "id"), JSON_COMPACT | JSON_ENCODE_ANY);
	char variable[64];
	struct round round = { .folder = folder, .text = text, .variable = variable };

	if (text == NULL) {
		delivery->outcome = OUT_PARK;
		snprintf(delivery->error, sizeof delivery->error, "the letter has no event");
		return;
	}
	snprintf(variable, sizeof variable, "MOIRAI_EVENT_ID=%s", id == NULL ? "" : id);
	if (!find_hooks(&round, json_object_get(content, "left"))) {
		try_later(delivery, errno);
		return;
	}
	round_run(&round, timeout);
	round_settle(&round, timeout, delivery);
	keep_failed(&round, content, delivery);
	round_done(&round);
}

/* No folder is no hooks. It is made absolute, for hooks are run from the root. */
static void deliver(const struct settings *settings, struct delivery *deliveries, size_t n)
{
	char named[PATH_MAX], folder[PATH_MAX];
	bool found;
	int problem;

	snprintf(named, sizeof named, "%s/hooks", settings->plugin_dir);
	found = realpath(named, folder) != NULL;
	problem = errno;
	for (size_t i = 0; i < n; i++) {
		deliveries[i].outcome = OUT_SENT;
		deliveries[i].error[0] = '\0';
		if (found)
			run_hooks(folder, settings->hook_timeout, json_object_get(deliveries[i].letter, "content"),
			          &deliveries[i]);
		else if (problem != ENOENT)
			try_later(&deliveries[i], problem);
	}
}

static long lease_of(const struct settings *settings)
{
	return BATCH * settings->hook_timeout + 10;
}

const struct channel channel_hook = { .name = "hook", .batch = BATCH, .lease_of = lease_of, .is_on = is_on,
	                              .deliver = deliver };
