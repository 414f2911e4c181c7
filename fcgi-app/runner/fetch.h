/* fetch.h - project_open() for a run that may be stopped meanwhile: what has to be fetched may take minutes.
 *
 * It is done by a process of its own, which is killed when the run is not wanted any more. */
#ifndef RUNNER_FETCH_H
#define RUNNER_FETCH_H

#include "runner/project.h"

#define FETCH_LOOK 1000          /* milliseconds between looks whether it is wanted */

/* is_wanted: NULL: it is. S_ABSENT: it was not; else as project_open(). */
enum status fetch_project(const struct settings *settings, const struct project *project, const char *revision,
                          bool (*is_wanted)(void *context), void *context, int *ret_files,
                          char why[PROJECT_WHY]) CHECKED;

#endif
