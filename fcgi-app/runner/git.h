/* git.h - the bare repository in which our copy of a GIT project is, and git, who works on it.
 *
 * Each fetch brings one commit without its past (--depth 1), wherever it is: a history that was rewritten is followed. What a run may
 * still want of before stays for a day. Whoever changes it holds the store's lock; git that was killed in the middle leaves
 * locks and half files, which are cleared away.
 */
#ifndef RUNNER_GIT_H
#define RUNNER_GIT_H

#include "runner/project.h"
#include "runner/repository.h"
#include "runner/store.h"

#define GIT_COMMIT 41

struct git {
	const struct settings *settings;
	const struct project *project;
	const struct repository *repository;
	char folder[STORE_PATH + 8];
	long long deadline;              /* by program_clock_ms(): what runs then is killed */
	long long size;                  /* bytes that the repository had when it was cleared */
};

/* Takes away what git leaves when it is killed. */
void git_clear(struct git *g);

/* Makes the repository where there is none, or not all of it, and clears it. S_LATER: why. */
enum status git_prepare(struct git *g, char why[WHY]) CHECKED;

/* Whether all is there that should be; `why_not` is what was told of that which failed. */
bool git_is_sound(const struct git *g, const char *why_not);

/* S_INVALID: where it comes from is away, refuses, or hasn't got it; S_LATER: it is ours. */
enum status git_fetch_branch(const struct git *g, char ret_commit[GIT_COMMIT], char why[WHY]) CHECKED;
enum status git_fetch_commit(const struct git *g, const char *commit, char why[WHY]) CHECKED;

/* A tar of a commit's files over what is in `out`. S_ABSENT: it is not there, or not whole. */
enum status git_archive(const struct git *g, const char *commit, int out, char why[WHY]) CHECKED;

/* From now on that is the commit that stays. */
enum status git_keep(const struct git *g, const char *commit, char why[WHY]) CHECKED;

/* Packs what has come together; `alone`: and drops all that isn't kept. */
void git_tidy(const struct git *g, bool alone);

#endif
