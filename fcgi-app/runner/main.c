/* moirai-runner: starts what there is to do, one moirai-run for each (run.h), and lets it alone.
 *
 * It keeps nothing in mind: what it has claimed stands in the database, what goes on is where the locks of folders are held. So it may be
 * killed, restarted and upgraded at any moment; what it had started goes on.
 */
#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <sodium.h>

#include "lib/auto.h"
#include "lib/log.h"
#include "lib/program.h"
#include "lib/service.h"
#include "runner/folder.h"
#include "runner/interpreter.h"
#include "runner/project.h"
#include "runner/queue.h"
#include "runner/record.h"

#define PAUSE 100                /* milliseconds between looks for work */
#define TROUBLE_PAUSE 1000       /* while the database is away */
#define SETTINGS_FD 3            /* where who is started finds the settings */
#define SETTINGS_PATH "/proc/self/fd/3"

struct runner {
	struct service *service;
	struct queue *queue;
	int settings;                /* a file of those that hold, for whom we start: the ones on the disk may be wrong by now */
	char program[PATH_MAX];      /* moirai-run */
	char ansible[128];           /* the version of what is installed; "": none */
};

static volatile sig_atomic_t stopping, reloading;

static void on_signal(int sig)
{
	if (sig == SIGHUP)
		reloading = 1;
	else
		stopping = 1;
}

/* ---- what is started ---- */

/* In memory, and read from its beginning by each who opens it. */
static int settings_file(const struct settings *s)
{
	int fd = memfd_create("moirai.yaml", MFD_CLOEXEC);
	FILE *file = fd >= 0 ? fdopen(dup(fd), "w") : NULL;

	if (file == NULL)
		fatal("%s", strerror(errno));
	settings_print(s, file);
	if (fclose(file) != 0)
		fatal("%s", strerror(errno));
	return fd;
}

/* A session of its own: what happens to us does not happen to it. */
static _Noreturn void become(const struct runner *r, const char *option, const char *argument)
{
	char *words[] = { (char *)(uintptr_t)r->program, (char[]){ "-c" }, (char[]){ SETTINGS_PATH }, (char *)(uintptr_t)option,
		          (char *)(uintptr_t)argument, NULL };
	int nothing = open("/dev/null", O_RDWR);

	setsid();
	if (nothing < 0 || dup2(nothing, STDIN_FILENO) < 0 || dup2(nothing, STDOUT_FILENO) < 0 || dup2(r->settings, SETTINGS_FD) < 0)
		_exit(126);
	fcntl(SETTINGS_FD, F_SETFD, 0);
	program_become_with(SETTINGS_FD, r->program, words, environ);
}

static void start(const struct runner *r, const char *option, const char *argument)
{
	pid_t pid = fork();

	if (pid == 0)
		become(r, option, argument);
	if (pid < 0)
		log_line(LOG_LEVEL_ERROR, "%s %s: %s", option, argument, strerror(errno));
}

static bool start_claimed(struct runner *r)
{
	AUTO(json) json_t *jobs = NULL;
	json_t *job;
	size_t i;

	if (queue_claim(r->queue, &jobs) != S_OK)
		return false;
	json_array_foreach(jobs, i, job) {
		bool run = strcmp(json_string_value(json_object_get(job, "kind")), "run") == 0;
		char name[64];

		snprintf(name, sizeof name, "%lld:%.36s", (long long)json_integer_value(json_object_get(job, "id")),
		         json_string_value(json_object_get(job, "token")));
		start(r, run ? "--run" : "--sync", name);
	}
	return true;
}

/* Runs whose shepherds are gone. */
static void recover(const struct runner *r)
{
	DIR *all = opendir(r->service->settings.runs_dir);
	char name[64];

	while (all != NULL && folder_next_free(&r->service->settings, all, name)) {
		log_line(LOG_LEVEL_WARNING, "run %s: its shepherd is gone", name);
		start(r, "--recover", name);
	}
	if (all != NULL)
		closedir(all);
}

/* ---- what is done now and then ---- */

/* Where Ansible has changed, a program of ours finds out what it can do. */
static void look_at_ansible(struct runner *r)
{
	bool known = true;

	if (!interpreter_version(&r->service->settings, r->ansible, sizeof r->ansible))
		*r->ansible = '\0';
	else if (queue_reference_known(r->queue, r->ansible, &known) == S_OK && !known)
		start(r, "--reference", r->ansible);
}

static json_t *copies(const struct settings *s)
{
	json_t *ids = json_array();
	DIR *all = opendir(s->projects_dir);

	for (struct dirent *e; all != NULL && (e = readdir(all)) != NULL;)
		if (strspn(e->d_name, "0123456789") == strlen(e->d_name) && strlen(e->d_name) < 19)
			json_array_append_new(ids, json_integer(atoll(e->d_name)));
	if (all != NULL)
		closedir(all);
	return ids;
}

static void forget_projects(struct runner *r)
{
	AUTO(json) json_t *ids = copies(&r->service->settings);
	AUTO(json) json_t *gone = NULL;
	json_t *id;
	size_t i;

	if (queue_projects_gone(r->queue, ids, &gone) != S_OK)
		return;
	json_array_foreach(gone, i, id) {
		if (!project_forget(&r->service->settings, json_integer_value(id)))
			log_line(LOG_LEVEL_ERROR, "project %lld: its files could not be removed", (long long)json_integer_value(id));
	}
}

static void tick(struct runner *r)
{
	if (queue_tick(r->queue) != S_LATER)
		recover(r);
}

static void say_alive(struct runner *r)
{
	if (queue_alive(r->queue, *r->ansible != '\0' ? r->ansible : NULL) == S_OK && queue_connected(r->queue) > RECORD_LEASE * 1000)
		queue_reap(r->queue);
}

static void tidy(struct runner *r)
{
	if (queue_tidy(r->queue) != S_LATER)
		forget_projects(r);
}

static const struct { void (*task)(struct runner *r); long long every; } tasks[] = {
	{ tick, 1000 }, { look_at_ansible, 60000 }, { say_alive, 5000 }, { tidy, 600000 },
};
#define N_TASKS (sizeof tasks / sizeof tasks[0])

static void do_tasks(struct runner *r)
{
	static long long due[N_TASKS];

	for (size_t i = 0; i < N_TASKS && !stopping; i++) {
		long long now = program_clock_ms();

		if (now < due[i])
			continue;
		tasks[i].task(r);
		due[i] = now + tasks[i].every;
	}
}

/* ---- the daemon ---- */

static void reload(struct runner *r)
{
	reloading = 0;
	if (!service_reload(r->service))
		return;
	queue_renew(r->queue, &r->service->settings);
	close(r->settings);
	r->settings = settings_file(&r->service->settings);
}

static void bury(void)
{
	while (waitpid(-1, NULL, WNOHANG) > 0)
		;
}

static void rest(long ms)
{
	nanosleep(&(struct timespec){ .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000 }, NULL);
}

/* Beside us. */
static bool find_program(struct runner *r)
{
	ssize_t n = readlink("/proc/self/exe", r->program, sizeof r->program - 16);
	char *slash;

	if (n <= 0)
		return false;
	r->program[n] = '\0';
	slash = strrchr(r->program, '/');
	strcpy(slash + 1, "moirai-run");
	return access(r->program, X_OK) == 0;
}

static int run(struct service *service)
{
	static struct runner r;
	const struct sigaction heard = { .sa_handler = on_signal };      /* no SA_RESTART: it shall end a pause */

	r.service = service;
	if (sodium_init() < 0 || !find_program(&r))
		fatal("moirai-run is not beside this program");
	sigaction(SIGTERM, &heard, NULL);
	sigaction(SIGINT, &heard, NULL);
	sigaction(SIGHUP, &heard, NULL);
	project_clean(&service->settings);
	folder_clean(&service->settings);
	r.settings = settings_file(&service->settings);
	r.queue = queue_new(&service->settings);
	service_notify("READY=1");
	while (!stopping) {
		bool good = start_claimed(&r);

		do_tasks(&r);
		bury();
		if (reloading)
			reload(&r);
		rest(good ? PAUSE : TROUBLE_PAUSE);
	}
	queue_free(&r.queue);
	return 0;
}

int main(int argc, char **argv)
{
	static const struct service_kind kind = {
		.name = "moirai-runner",
		.summary = "Starts runs of Ansible, and whatever else is to be done for them.",
		.run = run,
	};

	return service_main(argc, argv, &kind);
}
