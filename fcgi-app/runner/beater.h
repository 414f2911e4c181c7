/* beater.h - tells that we are still at it while we do something that takes long: a process of its own, which ends with us.
 *
 *	pid_t beater = beater_start(settings, RECORD_SYNC, name);
 *	...
 *	beater_stop(beater);
 */
#ifndef RUNNER_BEATER_H
#define RUNNER_BEATER_H

#include <sys/types.h>

#include "runner/record.h"

#define BEAT_SECONDS 5

pid_t beater_start(const struct settings *settings, enum record_kind kind, const char *name);
void beater_stop(pid_t beater);

#endif
