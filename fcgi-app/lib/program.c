#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <sodium.h>

#include "lib/program.h"

#define NICE 10
#define MOST_FILES 256
#define ONE_READ ((size_t)64 << 10)              /* bytes: what a pipe holds */
#define MOST_WRITTEN ((rlim_t)1 << 20)           /* bytes of a file: most programs have nothing to write */

enum { ITS_END, ITS_OUTPUT, ITS_ERRORS, WATCHED };

/* A program that runs: its process, and our ends of what it is watched by. */
struct run {
	pid_t pid;
	sigset_t before;                                 /* the signals that we block */
	struct pollfd watched[WATCHED];                  /* fd -1: nothing more comes from there */
};

long long program_clock_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000LL + t.tv_nsec / 1000000;
}

/* ---- the child, between fork and exec: nothing here may allocate ---- */

static void limit(int resource, rlim_t most)
{
	const struct rlimit l = { most, most };

	setrlimit(resource, &l);                         /* fails where the limit is lower already */
}

static void limit_all(const struct program *p)
{
	if (p->memory > 0)
		limit(RLIMIT_AS, p->memory);
	limit(RLIMIT_CPU, (rlim_t)p->seconds + 1);
	limit(RLIMIT_FSIZE, p->most_written > 0 ? p->most_written : MOST_WRITTEN);
	limit(RLIMIT_NOFILE, MOST_FILES);
	limit(RLIMIT_CORE, 0);
}

static void stand_back(void)
{
	int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);

	setpriority(PRIO_PROCESS, 0, NICE);
	if (fd >= 0 && write(fd, "1000", 4) < 0)
		return;                                  /* then it takes its chances with the rest of us */
}

/* ---- a family ---- */

static void die_with(pid_t parent, int sig)
{
	prctl(PR_SET_PDEATHSIG, sig);
	if (getppid() != parent)
		_exit(126);
}

static void kill_the_family(int sig)
{
	(void)sig;
	kill(0, SIGKILL);
}

/* Ends as the program did. */
static _Noreturn void keep_the_family(pid_t pid)
{
	int status = 0;

	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		continue;
	if (!WIFSIGNALED(status))
		_exit(WEXITSTATUS(status));
	signal(WTERMSIG(status), SIG_DFL);
	raise(WTERMSIG(status));
	_exit(126);
}

/* PR_SET_PDEATHSIG reaches a child, but nobody whom that child starts. So one process more stands between us and a family: it
 * is in the group, and kills it when we die. Only in the program itself this comes back. */
static void be_in_a_family(void)
{
	const struct sigaction act = { .sa_handler = kill_the_family };
	pid_t keeper = getpid(), parent = getppid(), pid;
	sigset_t open;

	sigemptyset(&open);
	sigaddset(&open, SIGUSR1);
	if (sigaction(SIGUSR1, &act, NULL) < 0 || sigprocmask(SIG_UNBLOCK, &open, NULL) < 0)
		_exit(126);
	die_with(parent, SIGUSR1);
	pid = fork();
	if (pid < 0)
		_exit(126);
	if (pid > 0)
		keep_the_family(pid);
	die_with(keeper, SIGKILL);
}

/* ---- becoming it ---- */

/* What comes next gets only these of our files, and hears signals as if we had never been. */
static void leave(int last_fd)
{
	sigset_t none;

	if (close_range((unsigned)last_fd + 1, ~0U, CLOSE_RANGE_CLOEXEC) < 0)
		_exit(126);
	for (int sig = 1; sig < NSIG; sig++)
		signal(sig, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

void program_become(const char *path, char *const *arguments, char *const *environment)
{
	program_become_with(STDERR_FILENO, path, arguments, environment);
}

void program_become_with(int last_fd, const char *path, char *const *arguments, char *const *environment)
{
	leave(last_fd);
	execve(path, arguments, environment);
	_exit(errno == ENOENT ? 127 : 126);
}

void program_become_file(int last_fd, int file, char *const *arguments, char *const *environment)
{
	leave(last_fd);
	fexecve(file, arguments, environment);
	_exit(126);
}

static _Noreturn void be_program(const struct program *p, int out, int errors, pid_t parent)
{
	setsid();
	die_with(parent, SIGKILL);
	stand_back();
	prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);        /* what moirai-runner may is nothing for others */
	if (dup2(p->in, STDIN_FILENO) < 0 || dup2(p->out > 0 ? p->out : out, STDOUT_FILENO) < 0 ||
	    dup2(errors, STDERR_FILENO) < 0 || chdir(p->folder) < 0)
		_exit(126);
	limit_all(p);
	if (p->family)
		be_in_a_family();
	program_become(p->path, p->arguments, p->environment);
}

/* ---- its start and its end ---- */

static void watch(struct run *run, int which, int fd)
{
	run->watched[which] = (struct pollfd){ .fd = fd, .events = POLLIN };
}

static void watch_no_longer(struct run *run, int which)
{
	if (run->watched[which].fd >= 0)
		close(run->watched[which].fd);
	run->watched[which].fd = -1;
}

/* Its pid isn't anybody else's before it is waited for. */
static int kill_and_bury(const struct run *run)
{
	int status = 0;
	pid_t got;

	kill(-run->pid, SIGKILL);
	kill(run->pid, SIGKILL);
	do {
		got = waitpid(run->pid, &status, 0);
	} while (got < 0 && errno == EINTR);
	return status;
}

static bool has_ended(const struct run *run)
{
	siginfo_t info = { 0 };

	return waitid(P_PID, (id_t)run->pid, &info, WEXITED | WNOHANG | WNOWAIT) != 0 || info.si_pid != 0;
}

/* Blocked from before the fork on, the signal of its end can't be missed. */
static bool watch_children(struct run *run)
{
	sigset_t child;

	sigemptyset(&child);
	sigaddset(&child, SIGCHLD);
	sigprocmask(SIG_BLOCK, &child, &run->before);
	watch(run, ITS_END, signalfd(-1, &child, SFD_CLOEXEC));
	return run->watched[ITS_END].fd >= 0;
}

static bool fork_program(const struct program *p, struct run *run, const int out[2], const int errors[2])
{
	pid_t parent = getpid();

	run->pid = watch_children(run) ? fork() : -1;
	if (run->pid == 0)
		be_program(p, out[1], errors[1], parent);
	return run->pid > 0;
}

static bool start(const struct program *p, struct run *run)
{
	int out[2], errors[2];
	bool started;

	if (pipe2(out, O_CLOEXEC) < 0)
		return false;
	watch(run, ITS_OUTPUT, out[0]);
	if (pipe2(errors, O_CLOEXEC) < 0) {
		close(out[1]);
		return false;
	}
	watch(run, ITS_ERRORS, errors[0]);
	started = fork_program(p, run, out, errors);
	close(out[1]);
	close(errors[1]);
	return started;
}

/* ---- what it says ---- */

/* One byte more than it may write tells that it wrote too much. */
static ssize_t read_output(int fd, struct program_end *e)
{
	size_t left = e->room - e->size;
	ssize_t n = read(fd, e->out + e->size, left < ONE_READ ? left : ONE_READ);

	if (n > 0)
		e->size += (size_t)n;
	e->too_much = e->size == e->room;
	return n;
}

/* Where it says what it is about, and how it ends, is what counts: when there is no room, some of the middle goes. */
static ssize_t read_errors(int fd, struct program_end *e)
{
	size_t room = sizeof e->errors - 1, half = room / 2, gone = room / 4;
	ssize_t n;

	if (e->n_errors == room) {
		memmove(e->errors + half, e->errors + half + gone, room - half - gone);
		e->n_errors -= gone;
		sodium_memzero(e->errors + e->n_errors, gone);
	}
	n = read(fd, e->errors + e->n_errors, room - e->n_errors);
	if (n > 0)
		e->n_errors += (size_t)n;
	return n;
}

static void read_all(struct run *run, struct program_end *e)
{
	if (run->watched[ITS_OUTPUT].revents != 0 && read_output(run->watched[ITS_OUTPUT].fd, e) == 0)
		watch_no_longer(run, ITS_OUTPUT);
	if (run->watched[ITS_ERRORS].revents != 0 && read_errors(run->watched[ITS_ERRORS].fd, e) == 0)
		watch_no_longer(run, ITS_ERRORS);
}

/* The signal may have been another child's. */
static void look_for_its_end(struct run *run)
{
	struct signalfd_siginfo info;

	if (run->watched[ITS_END].revents == 0 || read(run->watched[ITS_END].fd, &info, sizeof info) < 0 || !has_ended(run))
		return;
	kill(-run->pid, SIGKILL);
	watch_no_longer(run, ITS_END);
}

/* Once it has ended, what is in the pipes is read, but nobody's next word is waited for. */
static void listen_to(const struct program *p, struct run *run, struct program_end *e)
{
	long long deadline = program_clock_ms() + p->seconds * 1000LL;

	while (!e->too_much && !e->late) {
		long long rest = deadline - program_clock_ms();
		bool runs = run->watched[ITS_END].fd >= 0;
		int n = poll(run->watched, WATCHED, rest > 0 && runs ? (int)rest : 0);

		if (n == 0 && !runs)
			return;
		if (n > 0) {
			read_all(run, e);
			look_for_its_end(run);
		}
		e->late = rest <= 0;
	}
}

bool program_run(const struct program *p, struct program_end *ret_end)
{
	struct run run = { .watched = { { .fd = -1 }, { .fd = -1 }, { .fd = -1 } } };
	struct program_end *e = ret_end;
	bool started;
	int problem;

	*e = (struct program_end){ .room = p->most + 1 };
	/* Memory is taken as it is filled, and never moved, which would leave copies. */
	e->out = mmap(NULL, e->room, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (e->out == MAP_FAILED)
		return false;
	sigprocmask(SIG_SETMASK, NULL, &run.before);
	started = start(p, &run);
	problem = errno;
	if (started) {
		listen_to(p, &run, e);
		e->status = kill_and_bury(&run);
	} else {
		program_end_done(e);
	}
	for (int i = 0; i < WATCHED; i++)
		watch_no_longer(&run, i);
	sigprocmask(SIG_SETMASK, &run.before, NULL);
	errno = problem;
	return started;
}

void program_end_done(struct program_end *e)
{
	munmap(e->out, e->room);
	e->out = NULL;
	sodium_memzero(e->errors, e->n_errors);
}
