#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/auto.h"
#include "lib/log.h"
#include "lib/program.h"
#include "runner/beater.h"
#include "runner/private.h"
#include "runner/run.h"
#include "runner/shepherd.h"

#define EXIT_ROOM (2 << 20)              /* bytes: the text of an inventory, and how it ended */

static bool open_files(struct shepherd *s)
{
	s->launch.spool = folder_file(&s->folder, "spool", O_WRONLY | O_CREAT | O_APPEND);
	s->launch.results = folder_file(&s->folder, "results", O_WRONLY | O_CREAT | O_APPEND);
	s->launch.exit = folder_file(&s->folder, "exit", O_WRONLY | O_CREAT | O_APPEND);
	(void)fallocate(s->launch.exit, FALLOC_FL_KEEP_SIZE, 0, EXIT_ROOM);       /* what the guard says is heard though the disk is full */
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

/* A wish to stop, once heard, stays one. */
static bool is_wanted(void *context)
{
	struct shepherd *s = context;
	struct signalfd_siginfo info;
	bool cancel;

	shepherd_owns(s, record_asked(s->record, &cancel));
	s->canceled = s->canceled || cancel;
	s->stopped = s->stopped || read(s->signals, &info, sizeof info) > 0;
	return !shepherd_is_to_stop(s);
}

/* What takes long, while the run is said to be alive. */
static enum status prepare(struct shepherd *s, char why[LAUNCH_WHY])
{
	pid_t beater = beater_start(s->settings, RECORD_RUN, s->name);
	enum status status;

	s->launch.settings = s->settings;
	s->launch.folder = &s->folder;
	s->launch.about = s->about;
	s->launch.is_wanted = is_wanted;
	s->launch.context = s;
	status = launch_prepare(&s->launch, why);
	shepherd_listen(s, 0);
	if (status == S_OK && !save_masks(s)) {
		snprintf(why, LAUNCH_WHY, "%.300s: %s", s->folder.masks, strerror(errno));
		status = S_INTERNAL;
	}
	if (s->launch.raw_args != NULL)
		shepherd_owns(s, record_started(s->record, s->launch.raw_args, NULL));
	beater_stop(beater);
	return status;
}

static void run(struct shepherd *s)
{
	char why[LAUNCH_WHY] = "";
	enum status status = prepare(s, why);
	bool wanted = is_wanted(s);
	int ended;

	if (status == S_OK && wanted)
		status = launch_start(&s->launch, why);
	launch_done();
	if (status == S_OK && wanted) {
		s->late_at = s->settings->run_time_limit > 0 ? program_clock_ms() + s->settings->run_time_limit * 1000LL : 0;
		shepherd_watch(s);
		if (s->launch.control >= 0)
			close(s->launch.control);
		if (waitpid(s->launch.guard, &ended, 0) > 0 && WIFEXITED(ended))
			s->guard_status = WEXITSTATUS(ended);
	} else if (wanted) {
		json_object_set_new(s->exit_said, "failed", json_string(why));
	}
	shepherd_finish(s);
}

static void done(struct shepherd *s)
{
	/* What a playbook had made as yet another account. */
	if (s->folder.lock >= 0 && folder_is_left(&s->folder))
		log_line(LOG_LEVEL_ERROR, "run %s: %s, %s: what is left there can't be removed", s->name, s->folder.disk, s->folder.memory);
	if (s->folder.lock >= 0)
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

	for (int try = 0; try < SHEPHERD_TRIES && status == S_LATER; try++) {
		if (try > 0)
			sleep(1);
		status = record_begin(s->record, &s->about);
	}
	return status == S_OK;
}

int run_shepherd(const struct settings *settings, const char *name)
{
	struct shepherd s = { .settings = settings, .name = name, .record = record_new(settings, RECORD_RUN, name) };
	char why[FOLDER_WHY] = "";

	s.signals = hear_signals();
	if (s.record == NULL || s.signals < 0 || !begin(&s)) {
		log_line(LOG_LEVEL_WARNING, "run %s: it is not ours", name);
		record_free(&s.record);
		return 1;
	}
	if (folder_make(&s.folder, settings, name, why) && open_files(&s)) {
		run(&s);
	} else {
		struct ending e = { .status = "ERROR" };
		AUTO(json) json_t *none = json_pack("{s:[], s:[]}", "hosts", "facts");

		snprintf(e.detail, sizeof e.detail, "The runner has no place for the run. %s", why);
		shepherd_settle(&s, &e, none);
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
	shepherd_listen(s, (int)json_integer_value(json_object_get(s->about, "lines")));
	shepherd_finish(s);
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
	launch_sweep(settings, &s.folder, 0, 0, 0);
	private_clean(settings);               /* it may have been fetching the project */
	done(&s);
	return 0;
}
