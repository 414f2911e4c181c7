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
	while (getppid() == parent && record_beat(record) != S_ABSENT)
		sleep(BEAT_SECONDS);
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
	if (beater <= 0)
		return;
	kill(beater, SIGKILL);
	waitpid(beater, NULL, 0);
}
