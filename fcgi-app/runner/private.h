/* private.h - a folder of ours in secrets_dir for what a program must read from a file: passwords, keys.
 *
 *	struct private p;
 *	if (private_make(&p, settings, why) == S_OK)
 *		private_file(&p, "key", text, why);
 *	private_remove(&p);                              also when it wasn't S_OK
 *
 * It is locked for as long as we live; one that isn't was left by somebody who was killed, and private_clean() takes it away.
 */
#ifndef RUNNER_PRIVATE_H
#define RUNNER_PRIVATE_H

#include "lib/settings.h"
#include "runner/why.h"

struct private {
	char path[512];
	int fd;
};

/* S_LATER: why. */
enum status private_make(struct private *p, const struct settings *settings, char why[WHY]) CHECKED;
enum status private_file(const struct private *p, const char *name, const char *text, char why[WHY]) CHECKED;
void private_remove(struct private *p);

void private_clean(const struct settings *settings);

#endif
