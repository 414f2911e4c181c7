#include "config.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "courier/round.h"
#include "lib/program.h"

#define MAX_NAME 100             /* bytes of a name that an error tells */

void round_add(struct round *round, const char *name)
{
	round->runs = realloc(round->runs, (round->n + 1) * sizeof *round->runs);
	assert(round->runs != NULL);
	round->runs[round->n] = (struct run){ .name = strdup(name), .in = -1 };
	assert(round->runs[round->n].name != NULL);
	round->n++;
}

void round_done(struct round *round)
{
	for (size_t i = 0; i < round->n; i++)
		free(round->runs[i].name);
	free(round->runs);
}

/* ---- running ---- */

/* A file of its own for each, for they read at their own pace. */
static int open_text(const struct round *round)
{
	int fd = memfd_create("text", 0);

	if (fd < 0)
		return -1;
	if (dprintf(fd, "%s\n", round->text) > 0 && lseek(fd, 0, SEEK_SET) == 0)
		return fd;
	close(fd);
	return -1;
}

static _Noreturn void be_run(const struct round *round, const struct run *run, pid_t parent)
{
	char path[PATH_MAX + NAME_MAX + 2], file[64];
	char *argv[] = { path, round->word, round->word != NULL ? file : NULL, NULL };
	char *env[] = { (char[]){ "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin" },
		        (char[]){ "LANG=C.UTF-8" }, round->variable, NULL };
	int null;

	snprintf(path, sizeof path, "%s/%s", round->folder, run->name);
	snprintf(file, sizeof file, "/proc/%d/fd/%d", (int)parent, run->in);
	setpgid(0, 0);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(126);
	dup2(run->in, STDIN_FILENO);
	null = open("/dev/null", O_WRONLY);
	if (null < 0 || dup2(null, STDOUT_FILENO) < 0 || dup2(null, STDERR_FILENO) < 0 || chdir("/") < 0)
		_exit(126);
	program_become(path, argv, env);
}

static pid_t fork_run(const struct round *round, struct run *run)
{
	pid_t parent = getpid(), pid = -1;

	run->in = open_text(round);
	if (run->in < 0)
		return -1;
	pid = fork();
	if (pid == 0)
		be_run(round, run, parent);
	if (pid > 0)
		setpgid(pid, pid);       /* it does so itself, too: whoever comes first */
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
	run->pid = fork_run(round, run);
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

void round_run(struct round *round, long timeout)
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
	for (size_t i = 0; i < round->n; i++)
		if (round->runs[i].in >= 0)
			close(round->runs[i].in);
}

/* ---- what became of it ---- */

static size_t whole_letters(const char *text, size_t most)
{
	size_t n = strnlen(text, most);

	while (n > 0 && (text[n] & 0xC0) == 0x80)
		n--;
	return n;
}

bool round_failed(const struct run *run)
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

void round_settle(const struct round *round, long timeout, struct delivery *delivery)
{
	char text[200];

	delivery->outcome = OUT_SENT;
	delivery->error[0] = '\0';
	for (size_t i = 0; i < round->n; i++) {
		if (!round_failed(&round->runs[i]))
			continue;
		say(&round->runs[i], timeout, text, sizeof text);
		add_error(delivery, text);
		if (delivery->outcome != OUT_STALLED)
			delivery->outcome = round->runs[i].late ? OUT_STALLED : OUT_RETRY;
	}
}
