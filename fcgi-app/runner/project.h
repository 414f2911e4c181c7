/* project.h - our copy of a project: brought up to date, and handed to a run as it was at one revision.
 *
 *	project_sync(settings, &project, &revision, &playbooks, why);
 *
 *	int files;
 *	if (project_open(settings, &project, revision, &files, why) == S_OK)
 *		unpack(files);                           archive_unpack(), then close()
 *
 * A project is one of GIT (a bare repository with the newest commit), TAR (the archive as it came) or MANUAL (the folder that people
 * fill). Several processes may be at work on one copy, and each may be killed at any moment (store.h). What fails leaves the old copy
 * as it was. Nothing is tried twice, that is the caller's.
 *
 * Certificates are verified, by tls_ca_file where it is set; the old system switched that off for git, and trusted whoever
 * answered. Keys of ssh hosts are not: projects have nowhere to say them.
 */
#ifndef RUNNER_PROJECT_H
#define RUNNER_PROJECT_H

#include <stdbool.h>

#include <jansson.h>

#include "lib/settings.h"
#include "runner/why.h"

#define PROJECT_WHY WHY
#define PROJECT_MOST_FILES 200000
#define PROJECT_REVISION 65              /* the longest, with its NUL */

struct project {
	long long id;
	const char *type, *repository;
	const char *branch;                      /* GIT: or a tag; NULL and "": the repository's default */
	const char *password, *key;              /* opened; NULL and "": none */
};

/* S_OK: the caller owns both. The revision is the commit of a GIT project, the archive's SHA-256 of a TAR, NULL of a MANUAL one; the
 * playbooks are file names, in order. Else why; S_INVALID: the project's fault or that of where it comes from, S_LATER: ours. */
enum status project_sync(const struct settings *s, const struct project *p, char **ret_revision, json_t **ret_playbooks,
                         char why[PROJECT_WHY]) CHECKED;

/* The files of that revision, fetched first if this copy hasn't it; of a MANUAL project those that are there now: an archive, to be read
 * from its beginning, which the caller closes; -1: none. */
enum status project_open(const struct settings *s, const struct project *p, const char *revision, int *ret_files,
                         char why[PROJECT_WHY]) CHECKED;

/* Have we a folder of it? */
bool project_is_here(const struct settings *s, long long id);

/* Removes our copy. False: some of it is still there. */
bool project_forget(const struct settings *s, long long id);

/* Removes what was left by those who were killed: for a program's start. */
void project_clean(const struct settings *s);

#endif
