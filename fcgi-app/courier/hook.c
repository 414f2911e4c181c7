/* The executables in plugin_dir/hooks/, run with each event on standard input.
 *
 * The event is handed over as a file in memory, not by a pipe: a hook that doesn't read it neither blocks nor kills us.
 * A hook is a process group of its own, which is killed when its time is over, or when we die (its leader alone).
 */
#include "config.h"

#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "courier/channel.h"
#include "lib/auto.h"
#include "lib/program.h"

#define BATCH 8
#define MAX_NAME 100             /* bytes of a name that an error tells */

struct run {
	char *name;
	pid_t pid;
	int problem;             /* errno of why it did not start, or 0 */
	bool runs;
	int status;              /* of waitpid */
	bool late;
};

/* All hooks of one letter. */
struct round {
	const char *folder, *event, *id;
	struct run *runs;
	size_t n;
};

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

static void add_run(struct round *round, const char *name)
{
	round->runs = realloc(round->runs, (round->n + 1) * sizeof *round->runs);
	assert(round->runs != NULL);
	round->runs[round->n] = (struct run){ .name = strdup(name) };
	assert(round->runs[round->n].name != NULL);
	round->n++;
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
			add_run(round, entry->d_name);
	closedir(folder);
	if (round->n > 0)
		qsort(round->runs, round->n, sizeof *round->runs, by_name);
	return true;
}

static void round_done(struct round *round)
{
	for (size_t i = 0; i < round->n; i++)
		free(round->runs[i].name);
	free(round->runs);
}

/* ---- running ---- */

/* A file of its own for each, for they read at their own pace. */
static int open_event(const struct round *round)
{
	int fd = memfd_create("event", 0);

	if (fd < 0)
		return -1;
	if (dprintf(fd, "%s\n", round->event) > 0 && lseek(fd, 0, SEEK_SET) == 0)
		return fd;
	close(fd);
	return -1;
}

static _Noreturn void be_hook(char *path, const char *id, int in, pid_t parent)
{
	char event[64];
	char *argv[] = { path, NULL };
	char *env[] = { (char[]){ "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin" },
		        (char[]){ "LANG=C.UTF-8" }, event, NULL };
	int null;

	snprintf(event, sizeof event, "MOIRAI_EVENT_ID=%s", id);
	setpgid(0, 0);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(126);
	dup2(in, STDIN_FILENO);
	null = open("/dev/null", O_WRONLY);
	if (null < 0 || dup2(null, STDOUT_FILENO) < 0 || dup2(null, STDERR_FILENO) < 0 || chdir("/") < 0)
		_exit(126);
	program_become(path, argv, env);
}

static pid_t fork_hook(const struct round *round, const char *name)
{
	pid_t parent = getpid(), pid = -1;
	char path[PATH_MAX + NAME_MAX + 2];
	int in = open_event(round);

	if (in < 0)
		return -1;
	snprintf(path, sizeof path, "%s/%s", round->folder, name);
	pid = fork();
	if (pid == 0)
		be_hook(path, round->id, in, parent);
	if (pid > 0)
		setpgid(pid, pid);       /* it does so itself, too: whoever comes first */
	close(in);
	return pid;
}

/* Its pid isn't anybody else's before it is waited for, and a group that it left is still named by it. */
static void kill_run(const struct run *run)
{
	kill(-run->pid, SIGKILL);
	kill(run->pid, SIGKILL);
}

/* False: it still runs. */
static bool bury(struct run *run, int options)
{
	pid_t got;

	do {
		got = waitpid(run->pid, &run->status, options);
	} while (got < 0 && errno == EINTR);
	if (got < 0)
		run->problem = errno;
	run->runs = got == 0;
	return !run->runs;
}

static void start(const struct round *round, struct run *run)
{
	run->pid = fork_hook(round, run->name);
	run->runs = run->pid > 0;
	if (!run->runs)
		run->problem = errno;
}

/* Buries those that have ended, or all when the time is over; returns how many still run. */
static size_t reap(struct round *round, bool over)
{
	size_t running = 0;

	for (size_t i = 0; i < round->n; i++) {
		struct run *run = &round->runs[i];

		if (run->runs && !bury(run, WNOHANG) && over) {
			run->late = true;
			kill_run(run);
			bury(run, 0);
		}
		running += run->runs;
	}
	return running;
}

/* `set` holds SIGCHLD, which is blocked: one that came since the last look ends the wait at once. */
static void wait_for_a_child(const sigset_t *set, long long ms)
{
	const struct timespec t = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000 };

	if (ms > 0)
		sigtimedwait(set, NULL, &t);
}

static void run_all(struct round *round, long timeout)
{
	long long deadline = program_clock_ms() + timeout * 1000, rest = 1;
	sigset_t child, before;

	sigemptyset(&child);
	sigaddset(&child, SIGCHLD);
	sigprocmask(SIG_BLOCK, &child, &before);
	for (size_t i = 0; i < round->n; i++)
		start(round, &round->runs[i]);
	while (reap(round, rest <= 0) > 0) {
		rest = deadline - program_clock_ms();
		wait_for_a_child(&child, rest);
	}
	sigprocmask(SIG_SETMASK, &before, NULL);
}

/* ---- what became of it ---- */

static size_t whole_letters(const char *text, size_t most)
{
	size_t n = strnlen(text, most);

	while (n > 0 && (text[n] & 0xC0) == 0x80)
		n--;
	return n;
}

static bool failed(const struct run *run)
{
	return run->problem != 0 || run->late || run->status != 0;
}

static void say(const struct run *run, long timeout, char *ret_text, size_t size)
{
	int n = snprintf(ret_text, size, "%.*s: ", (int)whole_letters(run->name, MAX_NAME), run->name);
	char *out = ret_text + n;
	size_t left = size - (size_t)n;

	if (run->problem != 0)
		snprintf(out, left, "%s", strerror(run->problem));
	else if (run->late)
		snprintf(out, left, "took longer than %ld s", timeout);
	else if (WIFSIGNALED(run->status))
		snprintf(out, left, "killed by signal %d", WTERMSIG(run->status));
	else
		snprintf(out, left, "exit %d", WEXITSTATUS(run->status));
}

/* As many as fit. */
static void add_error(struct delivery *delivery, const char *text)
{
	size_t used = strlen(delivery->error);

	if (used + strlen(text) + 2 < sizeof delivery->error)
		snprintf(delivery->error + used, sizeof delivery->error - used, "%s%s", used > 0 ? "; " : "", text);
}

static void settle(const struct round *round, long timeout, json_t *content, struct delivery *delivery)
{
	AUTO(json) json_t *left = json_array();
	char text[200];

	for (size_t i = 0; i < round->n; i++) {
		if (!failed(&round->runs[i]))
			continue;
		say(&round->runs[i], timeout, text, sizeof text);
		add_error(delivery, text);
		json_array_append_new(left, json_string(round->runs[i].name));
		if (delivery->outcome != OUT_STALLED)
			delivery->outcome = round->runs[i].late ? OUT_STALLED : OUT_RETRY;
	}
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
	struct round round = { .folder = folder, .event = text, .id = id == NULL ? "" : id };

	if (text == NULL) {
		delivery->outcome = OUT_PARK;
		snprintf(delivery->error, sizeof delivery->error, "the letter has no event");
		return;
	}
	if (!find_hooks(&round, json_object_get(content, "left"))) {
		try_later(delivery, errno);
		return;
	}
	run_all(&round, timeout);
	settle(&round, timeout, content, delivery);
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
