/* tarball.h - the archive of a TAR project, as it came, in our copy: FOLDER/archive-SHA256.
 *
 * A new one takes the place of the old only once it was looked at; who reads the old one meanwhile has it open.
 */
#ifndef RUNNER_TARBALL_H
#define RUNNER_TARBALL_H

#include "runner/archive.h"
#include "runner/project.h"
#include "runner/repository.h"
#include "runner/store.h"

struct tarball {
	int fd;                                  /* from its beginning; -1: none */
	char revision[PROJECT_REVISION];
};

/* Downloads it beside the one that is there. S_INVALID: why; S_LATER: it is ours. tarball_done() follows in any case. */
enum status tarball_fetch(struct tarball *t, const struct store *store, const struct project *project,
                          const struct repository *repository, char why[WHY]) CHECKED;

/* Now it is ours, and the only one. S_LATER: why. */
enum status tarball_keep(const struct tarball *t, const struct store *store, char why[WHY]) CHECKED;
void tarball_done(struct tarball *t, const struct store *store);

/* A file descriptor of that revision; -1: we haven't got it. */
int tarball_open(const struct store *store, const char *revision);

#endif
