#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/auto.h"
#include "lib/program.h"
#include "runner/archive.h"
#include "runner/guard.h"
#include "runner/left.h"
#include "runner/project.h"
#include "runner/tree.h"

#define COPY_MOST ((size_t)64 << 10)
#define MOST_RESTS 1000                  /* pieces that a pipe may hold */
#define SHOWN_MOST ((size_t)1 << 20)      /* bytes of an inventory file */

struct guard {
	const char *disk, *memory;
	long long room;              /* bytes that the spool still takes */
	bool cut;                    /* it took not all */
	const char *inventory;       /* below the project; "": none */
	char *const *command;
	pid_t pid;                   /* Ansible's, and its session's */
	int out;                     /* what it says; -1: nothing more comes */
	int signals;
	bool ended;
	int status;
	long long kill_at;           /* milliseconds; 0: nobody wants it to stop */
	bool orphan;                 /* the shepherd was gone before it had ended */
};

/* ---- what the shepherd is told ---- */

/* Steals the value. */
static void tell(json_t *value)
{
	AUTO(text) char *text = json_dumps(value, JSON_COMPACT);

	json_decref(value);
	if (text != NULL)
		dprintf(GUARD_EXIT, "%s\n", text);
}

__attribute__((format(printf, 1, 2)))
static bool failed(const char *format, ...)
{
	char text[1000];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	tell(json_pack("{s:s}", "failed", text));
	return false;
}

/* ---- folders ---- */

static bool make_folder(const char *folder, const char *name)
{
	AUTO(text) char *path = NULL;

	if (asprintf(&path, "%s%s", folder, name) < 0)
		return failed("out of memory");
	return mkdir(path, 0700) == 0 || failed("%s: %s", path, strerror(errno));
}

static bool unpack(int fd, const char *folder, const char *name, long long most)
{
	AUTO(text) char *path = NULL;
	char why[ARCHIVE_WHY];

	if (!make_folder(folder, name) || asprintf(&path, "%s%s", folder, name) < 0)
		return false;
	if (archive_unpack(fd, path, most, PROJECT_MOST_FILES, why) != S_OK)
		return failed("%s", why);
	close(fd);
	return true;
}

/* Below the project, also when links are followed. */
static bool is_inside(const char *project, const char *name)
{
	AUTO(text) char *path = NULL;
	AUTO(text) char *real = NULL;
	size_t n = strlen(project);

	if (asprintf(&path, "%s/%s", project, name) < 0)
		return false;
	real = realpath(path, NULL);
	if (real == NULL)
		return failed("[Errno %d] %s: '%s'", errno, strerror(errno), name);
	return (strncmp(real, project, n) == 0 && real[n] == '/') || failed("'%s' is not in the project.", name);
}

static bool prepare(const struct guard *g, long long project_bytes)
{
	AUTO(text) char *project = NULL;
	AUTO(text) char *real = NULL;

	if (!make_folder(g->disk, "") || !make_folder(g->disk, "/home") || !make_folder(g->disk, "/tmp") ||
	    !unpack(GUARD_FILES, g->memory, "", project_bytes) || !unpack(GUARD_PROJECT, g->disk, "/project", project_bytes) ||
	    asprintf(&project, "%s/project", g->disk) < 0)
		return false;
	real = realpath(project, NULL);
	if (real == NULL || chdir(real) < 0)
		return failed("%s: %s", project, strerror(errno));
	return *g->inventory == '\0' || is_inside(real, g->inventory);
}

/* The text of a file; NULL: it is none. The caller owns it. */
static json_t *text_of(const char *path)
{
	static char text[SHOWN_MOST];
	int fd = *path != '\0' ? open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK) : -1;
	ssize_t n = fd >= 0 ? read(fd, text, SHOWN_MOST) : -1;

	if (fd >= 0)
		close(fd);
	return n >= 0 && memchr(text, '\0', (size_t)n) == NULL ? json_stringn(text, (size_t)n) : NULL;
}

/* ---- Ansible ---- */

static _Noreturn void be_ansible(const struct guard *g, int out, pid_t parent)
{
	int nothing = open("/dev/null", O_RDONLY);

	setsid();
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent || nothing < 0)
		_exit(126);
	/* Its results where it expects them, the only one of our files that it has. */
	if (dup2(nothing, STDIN_FILENO) < 0 || dup2(out, STDOUT_FILENO) < 0 || dup2(out, STDERR_FILENO) < 0 ||
	    dup2(GUARD_RESULTS, STDERR_FILENO + 1) < 0)
		_exit(126);
	program_become_with(STDERR_FILENO + 1, g->command[0], g->command, environ);
}

/* To unpack takes a while: is it still wanted? */
static bool is_wanted(struct guard *g)
{
	struct pollfd control = { .fd = GUARD_CONTROL, .events = POLLIN };
	char wish;

	if (poll(&control, 1, 0) == 0)
		return true;
	g->orphan = read(GUARD_CONTROL, &wish, 1) == 0;
	return false;
}

static bool start(struct guard *g)
{
	sigset_t all;
	int out[2];
	pid_t parent = getpid();

	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, NULL);
	g->signals = signalfd(-1, &all, SFD_CLOEXEC | SFD_NONBLOCK);
	if (g->signals < 0 || pipe2(out, O_CLOEXEC) < 0)
		return failed("%s", strerror(errno));
	g->out = out[0];
	g->pid = fork();
	if (g->pid == 0)
		be_ansible(g, out[1], parent);
	close(out[1]);
	if (g->pid < 0)
		return failed("%s", strerror(errno));
	tell(json_pack("{s:i, s:o*}", "pid", (int)g->pid, "inventory", text_of(g->inventory)));
	return true;
}

static void spool(struct guard *g, const char *text, size_t n)
{
	size_t most = (long long)n > g->room ? (size_t)g->room : n;

	g->cut = g->cut || most < n;
	g->room -= (long long)most;
	for (ssize_t done = 0; most > 0; most -= (size_t)done, text += done) {
		done = write(GUARD_SPOOL, text, most);
		if (done < 0 && errno == EINTR) {
			done = 0;
		} else if (done < 0) {
			g->cut = true;               /* the disk is full: the run goes on */
			g->room = 0;
			return;
		}
	}
}

/* Whether there was something. */
static bool copy(struct guard *g)
{
	static char text[COPY_MOST];
	ssize_t n = read(g->out, text, sizeof text);

	if (n > 0) {
		spool(g, text, (size_t)n);
	} else if (n == 0 || errno != EINTR) {
		close(g->out);
		g->out = -1;
	}
	return n > 0;
}

/* ---- its end ---- */

static void bury(void *context)
{
	struct guard *g = context;
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		if (pid == g->pid) {
			g->ended = true;
			g->status = status;
		}
}

/* What it has left behind is ours now: whoever loses his parent gets us. */
static void kill_all(struct guard *g)
{
	const struct left left = { .disk = g->disk, .session = g->pid, .led = !g->ended, .parent = getpid() };

	left_end(&left, bury, g);
	bury(g);
}

static void stop(struct guard *g, int sig, long long grace)
{
	if (g->kill_at != 0 && g->kill_at <= program_clock_ms() + grace)
		return;
	g->kill_at = program_clock_ms() + grace;
	kill(-g->pid, sig);
}

static void hear_shepherd(struct guard *g, struct pollfd *control)
{
	char wish;
	ssize_t n = control->revents != 0 ? read(GUARD_CONTROL, &wish, 1) : -1;

	if (n > 0) {
		stop(g, SIGTERM, GUARD_GRACE * 1000LL);
	} else if (n == 0) {
		control->fd = -1;
		g->orphan = true;
		stop(g, SIGKILL, 0);
	}
}

static void hear_signals(struct guard *g)
{
	struct signalfd_siginfo info;

	while (read(g->signals, &info, sizeof info) > 0)
		if (info.ssi_signo == SIGTERM || info.ssi_signo == SIGINT || info.ssi_signo == SIGHUP)
			stop(g, SIGTERM, GUARD_GRACE * 1000LL);
}

static int time_left(const struct guard *g)
{
	long long left = g->kill_at - program_clock_ms();

	return g->kill_at == 0 ? -1 : left > 0 ? (int)left : 0;
}

static void watch(struct guard *g)
{
	struct pollfd watched[] = { { .fd = GUARD_CONTROL, .events = POLLIN }, { .fd = g->signals, .events = POLLIN },
		                    { .fd = g->out, .events = POLLIN } };

	while (!g->ended) {
		watched[2].fd = g->out;
		if (poll(watched, 3, time_left(g)) < 0 && errno != EINTR)
			break;
		hear_shepherd(g, &watched[0]);
		hear_signals(g);
		if (watched[2].revents != 0 && g->out >= 0)
			copy(g);
		bury(g);
		if (g->kill_at != 0 && time_left(g) == 0)
			kill_all(g);
	}
}

/* What still is in the pipe, though somebody may go on writing whom we could not kill. */
static void copy_rest(struct guard *g)
{
	struct pollfd out = { .fd = g->out, .events = POLLIN };

	for (int i = 0; i < MOST_RESTS && g->out >= 0 && poll(&out, 1, 0) > 0 && copy(g); i++)
		;
}

int guard_main(int argc, char **argv)
{
	struct guard g = { .out = -1 };

	if (argc < 7 || strcmp(argv[5], "--") != 0)
		return 100;
	g.disk = argv[0];
	g.memory = argv[1];
	g.room = atoll(argv[2]);
	g.inventory = argv[4];
	g.command = argv + 6;
	for (int fd = GUARD_CONTROL; fd < GUARD_FDS; fd++)
		fcntl(fd, F_SETFD, FD_CLOEXEC);
	umask(0077);
	prctl(PR_SET_DUMPABLE, 0);               /* the run, which has the same account, shall not reach into us */
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	if (prepare(&g, atoll(argv[3]))) {
		if (is_wanted(&g) && start(&g)) {
			watch(&g);
			kill_all(&g);
			copy_rest(&g);
			tell(json_pack("{s:i, s:b, s:b}", "status", g.status, "cut", g.cut, "orphan", g.orphan));
		} else {
			tell(json_pack("{s:b}", "orphan", g.orphan));
		}
	}
	tree_remove(g.disk);
	tree_remove(g.memory);
	return 0;
}

/* ---- after a guard that was killed ---- */

int sweep_main(int argc, char **argv)
{
	struct left left = { 0 };
	pid_t guard;

	if (argc != 6)
		return 100;
	left.session = atoi(argv[0]);
	guard = atoi(argv[1]);
	left.parent = atoi(argv[2]);
	left.spared = atoi(argv[3]);
	left.disk = argv[4];
	if (guard > 1)
		kill(guard, SIGKILL);
	left_end(&left, NULL, NULL);
	tree_remove(argv[4]);
	tree_remove(argv[5]);
	return 0;
}
