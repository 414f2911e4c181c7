#include "config.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lib/log.h"
#include "lib/program.h"
#include "runner/beater.h"
#include "runner/guard.h"
#include "runner/shepherd.h"

#define GUARD_MOST ((GUARD_GRACE + 10) * 1000LL)      /* milliseconds in which a guard has ended its run */

static void stop_guard(struct shepherd *s)
{
	if (s->launch.control >= 0 && write(s->launch.control, "T", 1) < 0)
		log_line(LOG_LEVEL_WARNING, "run %s: its guard does not hear", s->name);
}

bool shepherd_is_to_stop(const struct shepherd *s)
{
	return s->canceled || s->late || s->stopped || s->lost;
}

/* Where nobody tells us of output we look for it. */
static int pause_of(const struct shepherd *s, bool told)
{
	long long now = program_clock_ms(), until = now + (told ? SHEPHERD_LOOK : SHEPHERD_GATHER);

	if (s->try_at > now)
		until = s->try_at;
	else if (!s->lost && output_waiting(s->output) > 0)
		until = s->stored_at + SHEPHERD_GATHER;
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
void shepherd_sweep(struct shepherd *s, pid_t session, pid_t guard)
{
	pid_t beater = beater_start(s->settings, RECORD_RUN, s->name);

	launch_sweep(s->settings, &s->folder, session, guard, beater);
	beater_stop(beater);
}

/* Until the guard has ended. */
void shepherd_watch(struct shepherd *s)
{
	struct pollfd watched[] = { { .fd = (int)syscall(SYS_pidfd_open, s->launch.guard, 0), .events = POLLIN },
		                    { .fd = s->signals, .events = POLLIN }, { .fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC), .events = POLLIN } };
	char path[FOLDER_PATH + 16];
	long long told_at = 0;

	if (watched[0].fd < 0)
		fatal("pidfd_open: %s", strerror(errno));
	snprintf(path, sizeof path, "%s/spool", s->folder.path);
	inotify_add_watch(watched[2].fd, path, IN_MODIFY);
	for (;;) {
		poll(watched, 3, pause_of(s, watched[2].fd >= 0));
		if (watched[1].revents != 0) {
			drain(s->signals);
			s->stopped = true;
		}
		/* In this order: what comes after a look is noticed. */
		drain(watched[2].fd);
		if (!s->lost) {
			shepherd_feed(s);
			shepherd_talk(s);
		}
		s->late = s->late || (s->late_at != 0 && program_clock_ms() >= s->late_at);
		if (shepherd_is_to_stop(s) && told_at == 0) {
			told_at = program_clock_ms();
			s->late_at = 0;
			stop_guard(s);
		}
		/* One that a playbook has stopped hears nothing. */
		if (told_at != 0 && program_clock_ms() > told_at + GUARD_MOST) {
			shepherd_sweep(s, 0, s->launch.guard);
			told_at = program_clock_ms();
		}
		if (watched[0].revents != 0)
			break;
	}
	close(watched[0].fd);
	close(watched[2].fd);
}
