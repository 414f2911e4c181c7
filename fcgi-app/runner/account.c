#include "config.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "runner/account.h"

bool account_find(struct account *a, const char *name, char why[ACCOUNT_WHY])
{
	const struct passwd *found;

	*a = (struct account){ .uid = geteuid(), .gid = getegid() };
	if (*name == '\0')
		return true;
	found = getpwnam(name);
	if (found == NULL) {
		snprintf(why, ACCOUNT_WHY, "run_account: there is no account %.60s on the runner's machine.", name);
		return false;
	}
	a->other = found->pw_uid != a->uid;
	a->uid = found->pw_uid;
	a->gid = found->pw_gid;
	return true;
}

bool account_become(const struct account *a)
{
	if (a->other && (setgroups(1, &a->gid) < 0 || setresgid(a->gid, a->gid, a->gid) < 0 || setresuid(a->uid, a->uid, a->uid) < 0))
		return false;
	return prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) == 0;
}
