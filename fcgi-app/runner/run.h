/* run.h - what `moirai-run` does: one thing, and ends (fcgi-app/runner/main.c starts it).
 *
 *	--run ID:TOKEN         the shepherd of a run that was claimed
 *	--recover ID:TOKEN     goes on with one whose shepherd is gone, for what is in its folder
 *	--sync ID:TOKEN        brings a project up to date
 *	--reference VERSION    tells what the installed Ansible can do
 *
 * (And --guard, --sweep: guard.h.) Each returns the exit status.
 */
#ifndef RUNNER_RUN_H
#define RUNNER_RUN_H

#include "lib/settings.h"

int run_shepherd(const struct settings *settings, const char *name);
int run_recover(const struct settings *settings, const char *name);
int run_sync(const struct settings *settings, const char *name);
int run_reference(const struct settings *settings, const char *version);

#endif
