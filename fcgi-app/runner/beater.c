#include "config.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "runner/beater.h"

static _Noreturn void beat(const struct settings *settings, enum record_kind kind, const char *name, pid_t parent)
{
	struct record *record = record_new(settings, kind, name);

	signal(SIGTERM, SIG_DFL);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	/* What we do was begun just now: most of it is done before anybody asks. */
	do
		sleep(BEAT_SECONDS);
	while (getppid() == parent && record_beat(record) != S_ABSENT);
	_exit(0);
}

pid_t beater_start(const struct settings *settings, enum record_kind kind, const char *name)
{
	pid_t parent = getpid(), pid = fork();

	if (pid == 0)
		beat(settings, kind, name, parent);
	return pid;
}

void beater_stop(pid_t beater)
{
	if (beater <= 0 || waitpid(beater, NULL, WNOHANG) != 0)
		return;
	kill(beater, SIGKILL);
	waitpid(beater, NULL, 0);
}
