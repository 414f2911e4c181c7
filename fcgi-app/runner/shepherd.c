/* The shepherd of a run: from its claim to its end (polemarch-behaviour.md section 9.3, D8). */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lib/auto.h"
#include "lib/log.h"
#include "lib/program.h"
#include "runner/beater.h"
#include "runner/folder.h"
#include "runner/guard.h"
#include "runner/launch.h"
#include "runner/output.h"
#include "runner/record.h"
#include "runner/results.h"
#include "runner/run.h"

#define GATHER 100                       /* milliseconds in which lines come together before they are stored */
#define LOOK 1000                        /* ... between looks whether it is to be stopped */
#define TROUBLE 1000                     /* ... until the database is tried again */
#define SETTLE_TRIES 86400               /* seconds that a run which is over waits for the database */
#define GUARD_MOST ((GUARD_GRACE + 10) * 1000LL)      /* milliseconds in which a guard has ended its run */
#define TURN_BATCHES 4                   /* that are stored before we look around */
#define REFUSED_MOST 10                  /* times that lines are tried which the database does not take */
#define WAITING_MOST ((size_t)2 << 20)   /* bytes of lines that are held; the rest stays in the spool */
#define ONE_READ ((size_t)64 << 10)
#define BATCH_BYTES ((size_t)1 << 20)
#define BATCH_LINES 20000

struct shepherd {
	const struct settings *settings;
	const char *name;                /* ID:TOKEN */
	struct folder folder;
	struct record *record;
	json_t *about;
	struct launch launch;
	struct output *output;
	int stored;                      /* so many lines, as far as we know */
	bool rewound;                    /* `output` is a new one, which begins again */
	struct results *results;
	int spool, told, exit;           /* files of the folder, as we read them */
	json_t *exit_said;               /* what the guard has told, merged */
	long long stored_at, asked_at, beat_at, try_at, late_at;         /* by program_clock_ms(); 0: never */
	bool inventory_told;
	int guard_status;                /* its exit status */
	int refused;                     /* so many times on end lines could not be stored, for no fault of the line to the database */
	bool lost;                       /* the run is not ours any more */
	bool canceled, late, stopped;    /* why it is to stop */
};

/* ---- what has come ---- */

/* From the beginning of the spool, but for the lines that are stored already. */
static void begin_output(struct shepherd *s, int lines)
{
	output_free(&s->output);
	s->output = output_new(json_string_value(json_object_get(s->about, "day")), atoll(s->name), s->launch.masks,
	                       (int)s->settings->run_max_lines);
	output_stored(s->output, lines);
	s->stored = lines;
	s->rewound = true;
	lseek(s->spool, 0, SEEK_SET);
}

static void begin_listening(struct shepherd *s, int lines)
{
	begin_output(s, lines);
	s->results = results_new(s->launch.masks);
	s->exit_said = json_object();
}

static void feed(struct shepherd *s)
{
	char bytes[ONE_READ];
	ssize_t n;

	while (output_waiting(s->output) < WAITING_MOST && (n = read(s->spool, bytes, sizeof bytes)) > 0)
		output_feed(s->output, bytes, (size_t)n);
}

static bool feed_all(struct shepherd *s)
{
	feed(s);
	return output_waiting(s->output) < WAITING_MOST;
}

/* A line is a JSON object; one that was cut off by its end is none. */
static void hear_guard(struct shepherd *s)
{
	FILE *file = fdopen(dup(s->exit), "r");
	AUTO(text) char *line = NULL;
	size_t room = 0;

	if (file == NULL)
		return;
	rewind(file);
	while (getline(&line, &room, file) > 0) {
		AUTO(json) json_t *said = json_loads(line, 0, NULL);

		json_object_update(s->exit_said, said);
	}
	fclose(file);
}

/* ---- the database ---- */

static bool is_ours(struct shepherd *s, enum status status)
{
	if (status == S_ABSENT)
		s->lost = true;
	if (status == S_LATER || status == S_INTERNAL)
		s->try_at = program_clock_ms() + TROUBLE;
	return status == S_OK;
}

/* What came of it when nobody could say: the lines are there, all of a batch or none. A database that was killed may have lost some that it
 * had acknowledged (db_copy): these come from the spool once more. */
static void ask_what_is_stored(struct shepherd *s)
{
	AUTO(json) json_t *found = NULL;
	int lines;

	if (!is_ours(s, record_resume(s->record, &found)))
		return;
	lines = (int)json_integer_value(json_object_get(found, "lines"));
	if (lines < s->stored)
		begin_output(s, lines);
	output_stored(s->output, lines);
	s->stored = lines;
}

static bool store_batch(struct shepherd *s)
{
	struct output_batch batch;
	bool cancel;
	enum status status;

	if (!output_batch(s->output, BATCH_BYTES, BATCH_LINES, &batch))
		return false;
	status = record_lines(s->record, batch.data, batch.size, batch.first, batch.last, &cancel);
	s->refused = status == S_INTERNAL ? s->refused + 1 : 0;
	if (is_ours(s, status)) {
		output_stored(s->output, batch.last);
		s->stored = batch.last;
		s->canceled = s->canceled || cancel;
		s->stored_at = s->asked_at = s->beat_at = program_clock_ms();
	} else if (!s->lost && status != S_INTERNAL) {
		ask_what_is_stored(s);
	}
	return status == S_OK;
}

static void tell_hosts(struct shepherd *s)
{
	json_t *names;
	enum status status;

	results_read(s->results, s->told);
	names = results_started(s->results);
	if (names == NULL)
		return;
	status = record_hosts(s->record, names);
	if (!is_ours(s, status) && status == S_LATER)
		results_started_again(s->results, names);
	else
		json_decref(names);
}

/* The text of an inventory that is a file of the project, which only the guard has seen. */
static void tell_inventory(struct shepherd *s)
{
	const char *inventory;

	if (s->inventory_told)
		return;
	hear_guard(s);
	inventory = json_string_value(json_object_get(s->exit_said, "inventory"));
	if (json_object_get(s->exit_said, "pid") != NULL)
		s->inventory_told = inventory == NULL || is_ours(s, record_started(s->record, NULL, inventory));
}

static void look_around(struct shepherd *s, long long now)
{
	bool cancel = false;

	tell_inventory(s);

	if (now >= s->asked_at + LOOK && is_ours(s, record_asked(s->record, &cancel)))
		s->asked_at = now;
	if (now >= s->beat_at + BEAT_SECONDS * 1000 && is_ours(s, record_beat(s->record)))
		s->beat_at = now;
	s->canceled = s->canceled || cancel;
}

static void talk_to_database(struct shepherd *s)
{
	long long now = program_clock_ms();

	if (now < s->try_at)
		return;
	s->try_at = 0;
	look_around(s, now);
	if (s->try_at != 0 || s->lost)
		return;
	if (output_waiting(s->output) > 0 && (now >= s->stored_at + GATHER || output_waiting(s->output) >= BATCH_BYTES / 2))
		for (int i = 0; i < TURN_BATCHES && store_batch(s); i++)
			feed(s);
	if (s->try_at == 0 && !s->lost)
		tell_hosts(s);
}

/* ---- while it runs ---- */

static void stop_guard(struct shepherd *s)
{
	if (s->launch.control >= 0 && write(s->launch.control, "T", 1) < 0)
		log_line(LOG_LEVEL_WARNING, "run %s: its guard does not hear", s->name);
}

static bool is_to_stop(const struct shepherd *s)
{
	return s->canceled || s->late || s->stopped || s->lost;
}

/* Where nobody tells us of output we look for it. */
static int pause_of(const struct shepherd *s, bool told)
{
	long long now = program_clock_ms(), until = now + (told ? LOOK : GATHER);

	if (s->try_at > now)
		until = s->try_at;
	else if (output_waiting(s->output) > 0)
		until = s->stored_at + GATHER;
	if (s->late_at != 0 && s->late_at < until)
		until = s->late_at;
	return until > now ? (int)(until - now) : 0;
}

static void drain(int fd)
{
	char events[4096];

	while (read(fd, events, sizeof events) > 0)
		;
}

/* It may take a while. */
static void sweep(struct shepherd *s, pid_t session, pid_t guard)
{
	pid_t beater = beater_start(s->settings, RECORD_RUN, s->name);

	launch_sweep(s->settings, &s->folder, session, guard);
	beater_stop(beater);
}

/* Until the guard has ended. */
static void watch(struct shepherd *s, int signals)
{
	struct pollfd watched[] = { { .fd = (int)syscall(SYS_pidfd_open, s->launch.guard, 0), .events = POLLIN },
		                    { .fd = signals, .events = POLLIN }, { .fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC), .events = POLLIN } };
	char path[FOLDER_PATH + 16];
	long long told_at = 0;

	if (watched[0].fd < 0)
		fatal("pidfd_open: %s", strerror(errno));
	snprintf(path, sizeof path, "%s/spool", s->folder.path);
	inotify_add_watch(watched[2].fd, path, IN_MODIFY);
	for (;;) {
		poll(watched, 3, pause_of(s, watched[2].fd >= 0));
		if (watched[1].revents != 0) {
			drain(signals);
			s->stopped = true;
		}
		/* In this order: what comes after a look is noticed. */
		drain(watched[2].fd);
		if (!s->lost) {
			feed(s);
			talk_to_database(s);
		}
		s->late = s->late || (s->late_at != 0 && program_clock_ms() >= s->late_at);
		if (is_to_stop(s) && told_at == 0) {
			told_at = program_clock_ms();
			s->late_at = 0;
			stop_guard(s);
		}
		/* One that a playbook has stopped hears nothing. */
		if (told_at != 0 && program_clock_ms() > told_at + GUARD_MOST) {
			sweep(s, 0, s->launch.guard);
			break;
		}
		if (watched[0].revents != 0)
			break;
	}
	close(watched[0].fd);
	close(watched[2].fd);
}

/* ---- its end ---- */

/* All of it, however long the database is away. */
static void store_all(struct shepherd *s)
{
	for (int tries = 0; !s->lost && tries < SETTLE_TRIES && s->refused < REFUSED_MOST;) {
		bool all = feed_all(s);

		if (all && output_waiting(s->output) == 0)
			return;
		s->try_at = 0;
		while (store_batch(s))
			;
		if (s->try_at != 0) {
			sleep(1);
			tries++;
		}
	}
}

struct ending {
	const char *status;
	bool said;                       /* Ansible itself could not tell it: its output ends with it */
	char detail[LAUNCH_WHY];
};

__attribute__((format(printf, 3, 4)))
static struct ending ending(const char *status, bool said, const char *format, ...)
{
	struct ending e = { .status = status, .said = said };
	va_list args;

	va_start(args, format);
	vsnprintf(e.detail, sizeof e.detail, format, args);
	va_end(args);
	return e;
}

/* How Ansible ended by itself. */
static struct ending ending_of(const struct shepherd *s, int status)
{
	bool module = strcmp(json_string_value(json_object_get(s->about, "kind")), "MODULE") == 0;
	int code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;

	if (code == 0 && module && results_no_host(s->results))
		return ending("ERROR", true, "No host matched the pattern: nothing was done.");
	if (code == 0)
		return (struct ending){ .status = "OK" };
	if (code == 4 && !output_has_error(s->output))
		return ending("OFFLINE", false, "A host could not be reached.");
	if (code < 0)
		return ending("ERROR", true, "Ansible was killed by signal %d.", WTERMSIG(status));
	return ending("ERROR", false, "Ansible ended with exit code %d.", code);
}

/* What we add to the output: why Ansible itself could not tell. */
static void say(struct shepherd *s, const struct ending *e)
{
	if (strcmp(e->status, "INTERRUPTED") == 0) {
		output_say(s->output, "");
		output_say(s->output, "[ERROR]: User interrupted execution");
	} else {
		output_say(s->output, e->detail);
	}
}

/* Was it stopped for that reason? Not if it had come to its end already. */
static bool was_stopped(const struct shepherd *s, bool reason)
{
	const json_t *status = json_object_get(s->exit_said, "status");

	return reason && !(status != NULL && json_integer_value(status) == 0 && !json_is_true(json_object_get(s->exit_said, "orphan")));
}

static struct ending judge(const struct shepherd *s)
{
	const json_t *status = json_object_get(s->exit_said, "status");
	const char *failed = json_string_value(json_object_get(s->exit_said, "failed"));

	if (s->refused >= REFUSED_MOST)
		return ending("ERROR", true, "Its output could not be stored.");
	if (was_stopped(s, s->canceled))
		return ending("INTERRUPTED", true, "canceled");
	if (was_stopped(s, s->late))
		return ending("ERROR", true, "It was stopped after %ld seconds (run_time_limit).", s->settings->run_time_limit);
	if (was_stopped(s, s->stopped))
		return ending("ERROR", true, "It was stopped with the runner's machine.");
	if (failed != NULL)
		return ending("ERROR", true, "%s", failed);
	if (json_is_true(json_object_get(s->exit_said, "orphan")))
		return ending("ERROR", true, "The process that watched over the run was killed, and the run with it.");
	if (status == NULL && s->guard_status == GUARD_REFUSED)
		return ending("ERROR", true, "The runner may not become the account %s (run_account).", s->settings->run_account);
	if (status == NULL)
		return ending("ERROR", true, "The run's guard was killed, and the run with it.");
	return ending_of(s, (int)json_integer_value(status));
}

/* S_CONFLICT: there are fewer lines than we thought. */
static enum status settle(struct shepherd *s, const struct ending *e, json_t *results)
{
	AUTO(json) json_t *none = json_pack("{s:[], s:[], s:i}", "hosts", "facts", "lines", s->stored);
	enum status status = S_LATER;

	json_object_set_new(results, "lines", json_integer(s->stored));
	for (int try = 0; try < SETTLE_TRIES && (status == S_LATER || status == S_INTERNAL); try++) {
		if (try > 0)
			sleep(1);
		/* Results that can't be stored must not keep the run from being over. */
		status = record_settle(s->record, e->status, *e->detail != '\0' ? e->detail : NULL, status == S_INTERNAL ? none : results);
	}
	s->lost = s->lost || (status != S_OK && status != S_CONFLICT);
	return status;
}

static pid_t session_of(const struct shepherd *s)
{
	return (pid_t)json_integer_value(json_object_get(s->exit_said, "pid"));
}

/* The lines that are left, and ours after them. */
static void store_end(struct shepherd *s, const struct ending *e)
{
	do {
		store_all(s);
		s->rewound = false;
		output_end(s->output);
		if (json_is_true(json_object_get(s->exit_said, "cut")))
			output_say(s->output, "[moirai] The output ends here: more could not be kept (run_max_output, or the runner's disk).");
		if (e->said)
			say(s, e);
		store_all(s);
	} while (s->rewound && !s->lost);
}

/* The guard is gone. */
static void finish(struct shepherd *s)
{
	AUTO(json) json_t *results = NULL;
	struct ending e;

	hear_guard(s);
	if (json_object_get(s->exit_said, "status") == NULL || folder_is_left(&s->folder))
		sweep(s, session_of(s), 0);
	tell_inventory(s);
	store_all(s);
	tell_hosts(s);
	results = results_settled(s->results);
	e = judge(s);
	for (enum status status = S_CONFLICT; status == S_CONFLICT && !s->lost;) {
		store_end(s, &e);
		status = settle(s, &e, results);
		if (status == S_CONFLICT) {
			sleep(1);
			ask_what_is_stored(s);
			begin_output(s, s->stored);
		}
	}
	if (s->lost)
		log_line(LOG_LEVEL_WARNING, "run %s: it was not ours to the end", s->name);
}

/* ---- its begin ---- */

static bool open_files(struct shepherd *s)
{
	s->launch.spool = folder_file(&s->folder, "spool", O_WRONLY | O_CREAT | O_APPEND);
	s->launch.results = folder_file(&s->folder, "results", O_WRONLY | O_CREAT | O_APPEND);
	s->launch.exit = folder_file(&s->folder, "exit", O_WRONLY | O_CREAT | O_APPEND);
	s->spool = folder_file(&s->folder, "spool", O_RDONLY);
	s->told = folder_file(&s->folder, "results", O_RDONLY);
	s->exit = folder_file(&s->folder, "exit", O_RDONLY);
	return s->launch.spool >= 0 && s->launch.results >= 0 && s->launch.exit >= 0 && s->spool >= 0 && s->told >= 0 && s->exit >= 0;
}

static bool save_masks(const struct shepherd *s)
{
	int fd = open(s->folder.masks, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	bool saved = fd >= 0 && masks_save(s->launch.masks, fd) == S_OK;

	if (fd >= 0)
		close(fd);
	return saved;
}

/* What takes long, while the run is said to be alive. */
static enum status prepare(struct shepherd *s, char why[LAUNCH_WHY])
{
	pid_t beater = beater_start(s->settings, RECORD_RUN, s->name);
	enum status status;

	s->launch.settings = s->settings;
	s->launch.folder = &s->folder;
	s->launch.about = s->about;
	status = launch_prepare(&s->launch, why);
	begin_listening(s, 0);
	if (status == S_OK && !save_masks(s)) {
		snprintf(why, LAUNCH_WHY, "%.300s: %s", s->folder.masks, strerror(errno));
		status = S_INTERNAL;
	}
	if (s->launch.raw_args != NULL)
		is_ours(s, record_started(s->record, s->launch.raw_args, NULL));
	beater_stop(beater);
	return status;
}

/* What was prepared may have taken a while. */
static bool is_wanted(struct shepherd *s, int signals)
{
	struct signalfd_siginfo info;

	is_ours(s, record_asked(s->record, &s->canceled));
	s->stopped = read(signals, &info, sizeof info) > 0;
	return !s->lost && !is_to_stop(s);
}

static void run(struct shepherd *s, int signals)
{
	char why[LAUNCH_WHY] = "";
	enum status status = prepare(s, why);

	bool wanted = is_wanted(s, signals);
	int ended;

	if (status == S_OK && wanted)
		status = launch_start(&s->launch, why);
	launch_done();
	if (status == S_OK && wanted) {
		s->late_at = s->settings->run_time_limit > 0 ? program_clock_ms() + s->settings->run_time_limit * 1000LL : 0;
		watch(s, signals);
		if (s->launch.control >= 0)
			close(s->launch.control);
		if (waitpid(s->launch.guard, &ended, 0) > 0 && WIFEXITED(ended))
			s->guard_status = WEXITSTATUS(ended);
	} else if (status != S_OK) {
		json_object_set_new(s->exit_said, "failed", json_string(why));
	}
	finish(s);
}

static void done(struct shepherd *s)
{
	/* What a playbook had made as yet another account. */
	if (folder_is_left(&s->folder))
		log_line(LOG_LEVEL_ERROR, "run %s: %s, %s: what is left there can't be removed", s->name, s->folder.disk, s->folder.memory);
	folder_remove(&s->folder);
	output_free(&s->output);
	results_free(&s->results);
	masks_free(&s->launch.masks);
	free(s->launch.raw_args);
	json_decref(s->about);
	json_decref(s->exit_said);
	record_free(&s->record);
}

/* What a guard that is killed leaves behind becomes ours. */
static int hear_signals(void)
{
	sigset_t ends;

	prctl(PR_SET_CHILD_SUBREAPER, 1);
	signal(SIGPIPE, SIG_IGN);
	sigemptyset(&ends);
	sigaddset(&ends, SIGTERM);
	sigaddset(&ends, SIGINT);
	sigprocmask(SIG_BLOCK, &ends, NULL);
	return signalfd(-1, &ends, SFD_CLOEXEC | SFD_NONBLOCK);
}

static bool begin(struct shepherd *s)
{
	enum status status = S_LATER;

	for (int try = 0; try < SETTLE_TRIES && status == S_LATER; try++) {
		if (try > 0)
			sleep(1);
		status = record_begin(s->record, &s->about);
	}
	return status == S_OK;
}

int run_shepherd(const struct settings *settings, const char *name)
{
	struct shepherd s = { .settings = settings, .name = name, .record = record_new(settings, RECORD_RUN, name) };
	int signals = hear_signals();
	char why[FOLDER_WHY] = "";

	if (s.record == NULL || signals < 0 || !begin(&s)) {
		log_line(LOG_LEVEL_WARNING, "run %s: it is not ours", name);
		record_free(&s.record);
		return 1;
	}
	if (folder_make(&s.folder, settings, name, why) && open_files(&s)) {
		run(&s, signals);
	} else {
		struct ending e = { .status = "ERROR" };
		AUTO(json) json_t *none = json_pack("{s:[], s:[]}", "hosts", "facts");

		snprintf(e.detail, sizeof e.detail, "The runner has no place for the run. %s", why);
		settle(&s, &e, none);
	}
	done(&s);
	return 0;
}

/* ---- after a shepherd that was killed ---- */

static void load_masks(struct shepherd *s)
{
	int fd = open(s->folder.masks, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);      /* others may write there */
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0 || st.st_uid != geteuid() || masks_load(fd, &s->launch.masks) != S_OK)
		s->launch.masks = NULL;
	if (fd >= 0)
		close(fd);
}

/* Without the masks nothing more of the output can be shown, nor of the results. */
static void go_on(struct shepherd *s)
{
	load_masks(s);
	s->canceled = json_is_true(json_object_get(s->about, "cancel"));
	if (s->launch.masks == NULL) {
		s->launch.masks = masks_new();
		s->spool = s->told = open("/dev/null", O_RDONLY | O_CLOEXEC);
	}
	begin_listening(s, (int)json_integer_value(json_object_get(s->about, "lines")));
	finish(s);
}

int run_recover(const struct settings *settings, const char *name)
{
	struct shepherd s = { .settings = settings, .name = name, .record = record_new(settings, RECORD_RUN, name) };
	enum status status;

	(void)hear_signals();
	if (s.record == NULL || !folder_take(&s.folder, settings, name)) {
		record_free(&s.record);
		return 1;
	}
	status = record_resume(s.record, &s.about);
	if (status == S_OK && open_files(&s)) {
		go_on(&s);
	} else if (status != S_ABSENT) {
		close(s.folder.lock);          /* the runner tries again */
		record_free(&s.record);
		return 1;
	}
	launch_sweep(settings, &s.folder, 0, 0);
	done(&s);
	return 0;
}
