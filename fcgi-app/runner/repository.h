/* repository.h - the URL of a project: what it names, and what of it others may see.
 *
 *	struct repository r;
 *	if (repository_read(&r, settings, "GIT", text, why) == S_OK)
 *		fetch(r.url, r.user, r.password);
 *	repository_done(&r);                             also when it wasn't S_OK
 *
 * A password in the URL is taken out of it: no command line and no message has it. What lies on this machine's disks may be
 * named only if the settings say so, and never what is below our own folders.
 */
#ifndef RUNNER_REPOSITORY_H
#define RUNNER_REPOSITORY_H

#include <stdbool.h>

#include "lib/settings.h"
#include "runner/why.h"

#define REPOSITORY_MOST 2048             /* bytes */

enum way { WAY_LOCAL, WAY_HTTP, WAY_HTTPS, WAY_FTP, WAY_SSH, WAY_GIT };

struct repository {
	enum way way;
	char *url;                       /* without a password; of WAY_LOCAL the path, links resolved */
	char *user, *password;           /* of the URL, decoded; NULL: it has none */
	char *origin;                    /* scheme://host:port, in small letters; "" where there is none */
};

/* `type` is GIT or TAR. S_INVALID: why. */
enum status repository_read(struct repository *r, const struct settings *settings, const char *type, const char *text,
                            char why[WHY]) CHECKED;
void repository_done(struct repository *r);

#endif
