/* access.h - what git is given to reach a repository with: its environment, and the files with password and key.
 *
 * The password is in no environment and on no command line: git and ssh ask moirai-askpass for it, which reads it from a file
 * in a private folder. Nothing of what this machine or our account have set for git or ssh is heard.
 */
#ifndef RUNNER_ACCESS_H
#define RUNNER_ACCESS_H

#include "runner/private.h"
#include "runner/project.h"
#include "runner/repository.h"

#define ACCESS_MOST 24

struct access {
	struct private private;
	char *environment[ACCESS_MOST + 1];      /* NULL at the end */
	int n;
};

/* For what needs no repository but ours. */
void access_none(struct access *a);

/* S_LATER: why. access_done() follows also then. */
enum status access_make(struct access *a, const struct settings *settings, const struct project *project,
                        const struct repository *repository, char why[WHY]) CHECKED;
void access_done(struct access *a);

#endif
