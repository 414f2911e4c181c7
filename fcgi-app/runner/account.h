/* account.h - a child that is no longer the runner, but the account that Ansible runs as (setting run_account). */
#ifndef RUNNER_ACCOUNT_H
#define RUNNER_ACCOUNT_H

#include <stdbool.h>
#include <sys/types.h>

#define ACCOUNT_WHY 200

struct account {
	uid_t uid;
	gid_t gid;
	bool other;                  /* than ours */
};

/* Looks it up; "": our own. False: why. */
bool account_find(struct account *account, const char *name, char why[ACCOUNT_WHY]) __attribute__((warn_unused_result));

/* Becomes it, in a child, for good: nothing that we may is left. False: we may not. */
bool account_become(const struct account *account) __attribute__((warn_unused_result));

#endif
