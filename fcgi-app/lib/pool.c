#include "config.h"

#include <assert.h>
#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lib/log.h"
#include "lib/pool.h"

#define YOUNG_SECONDS 5          /* a child that fails within these holds back its replacement */
#define LONGEST_PAUSE 30
#define DRAIN_SECONDS 9          /* from the first SIGTERM to SIGKILL: the stop is over within ten */

struct child {
	pid_t pid;
	size_t slot;
	time_t born;
	bool old;                /* told to end: replaced by one with newer settings */
};

struct state {
	const struct pool *pool;
	struct child *children;
	size_t n, room;
	time_t no_fork_before;
	int pause;               /* seconds; doubles with each young death */
	sigset_t signals, before;
};

static time_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec;
}

static void be_child(const struct state *st, pid_t parent, size_t slot)
{
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != parent)
		_exit(0);
	srandom((unsigned)getpid() ^ (unsigned)time(NULL));
	sigprocmask(SIG_SETMASK, &st->before, NULL);
	exit(st->pool->work(st->pool->context, slot));
}

/* The lowest that no child has, but those told to end. */
static size_t free_slot(const struct state *st)
{
	size_t slot = 0;

	for (size_t i = 0; i < st->n; i++)
		if (!st->children[i].old && st->children[i].slot == slot) {
			slot++;
			i = (size_t)-1;
		}
	return slot;
}

static bool start_child(struct state *st)
{
	size_t slot = free_slot(st);
	pid_t parent = getpid(), pid = fork();

	if (pid == 0)
		be_child(st, parent, slot);
	if (pid < 0) {
		log_line(LOG_LEVEL_ERROR, "fork: %s", strerror(errno));
		st->no_fork_before = now() + 1;
		return false;
	}
	if (st->n == st->room) {
		st->room = st->room * 2 + 16;
		st->children = realloc(st->children, st->room * sizeof *st->children);
		assert(st->children != NULL);
	}
	st->children[st->n++] = (struct child){ .pid = pid, .slot = slot, .born = now() };
	return true;
}

static void refill(struct state *st)
{
	size_t want = st->pool->size(st->pool->context);
	size_t fresh = 0;

	for (size_t i = 0; i < st->n; i++)
		fresh += !st->children[i].old;
	while (fresh < want && now() >= st->no_fork_before && start_child(st))
		fresh++;
}

static void hold_back(struct state *st)
{
	if (now() < st->no_fork_before)
		return;                  /* deaths of one moment count once */
	st->pause = st->pause == 0 ? 1 : st->pause * 2 > LONGEST_PAUSE ? LONGEST_PAUSE : st->pause * 2;
	st->no_fork_before = now() + st->pause;
	log_line(LOG_LEVEL_WARNING, "children die young: no new one for %d s", st->pause);
}

static void bury(struct state *st, pid_t pid, int status)
{
	for (size_t i = 0; i < st->n; i++) {
		struct child c = st->children[i];

		if (c.pid != pid)
			continue;
		st->children[i] = st->children[--st->n];
		if (now() - c.born >= YOUNG_SECONDS)
			st->pause = 0;
		if (status == 0 || c.old)
			return;
		if (WIFSIGNALED(status))
			log_line(LOG_LEVEL_ERROR, "child %d killed by signal %d", (int)pid, WTERMSIG(status));
		else
			log_line(LOG_LEVEL_ERROR, "child %d ended with status %d", (int)pid, WEXITSTATUS(status));
		if (now() - c.born < YOUNG_SECONDS)
			hold_back(st);
		return;
	}
}

static void reap(struct state *st)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		bury(st, pid, status);
}

static void tell(const struct state *st, bool only_old, int sig)
{
	for (size_t i = 0; i < st->n; i++)
		if (!only_old || st->children[i].old)
			kill(st->children[i].pid, sig);
}

/* The only place where a signal lands; 0: a second has passed. */
static int next_signal(const struct state *st)
{
	static const struct timespec second = { .tv_sec = 1 };
	int sig = sigtimedwait(&st->signals, NULL, &second);

	return sig < 0 ? 0 : sig;
}

static void stop(struct state *st)
{
	time_t deadline = now() + DRAIN_SECONDS;

	while (st->n > 0) {
		tell(st, false, now() < deadline ? SIGTERM : SIGKILL);
		do {
			reap(st);
		} while (st->n > 0 && next_signal(st) == SIGCHLD);
	}
}

static void renew(struct state *st)
{
	if (!st->pool->reload(st->pool->context))
		return;
	for (size_t i = 0; i < st->n; i++)
		st->children[i].old = true;
	st->no_fork_before = 0;
	refill(st);
	tell(st, true, SIGTERM);
}

int pool_run(const struct pool *pool)
{
	struct state st = { .pool = pool };
	int sig = 0;

	sigemptyset(&st.signals);
	sigaddset(&st.signals, SIGTERM);
	sigaddset(&st.signals, SIGINT);
	sigaddset(&st.signals, SIGHUP);
	sigaddset(&st.signals, SIGCHLD);
	sigprocmask(SIG_BLOCK, &st.signals, &st.before);
	while (sig != SIGTERM && sig != SIGINT) {
		reap(&st);
		refill(&st);
		sig = next_signal(&st);
		if (sig == SIGHUP)
			renew(&st);
		else if (sig == 0)
			tell(&st, true, SIGTERM);
	}
	stop(&st);
	free(st.children);
	return 0;
}
