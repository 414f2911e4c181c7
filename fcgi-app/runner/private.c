#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/fd.h"
#include "runner/private.h"
#include "runner/tree.h"

#define NAME "moirai-project-"
#define OPEN_FOLDER (O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)

static enum status refuse(struct private *p, const struct settings *s, char why[WHY])
{
	return why_say(S_LATER, why, "%.200s: there is no room for secrets: %s.", p->fd < 0 ? s->secrets_dir : p->path,
	               strerror(errno));
}

/* Only when it is locked it gets the name by which left ones are found. */
enum status private_make(struct private *p, const struct settings *s, char why[WHY])
{
	char fresh[sizeof p->path];
	int n = snprintf(fresh, sizeof fresh, "%s/moirai-new-XXXXXX", s->secrets_dir);

	*p = (struct private){ .fd = -1 };
	if (n >= (int)sizeof fresh - 8 || mkdtemp(fresh) == NULL)
		return refuse(p, s, why);
	p->fd = open(fresh, OPEN_FOLDER);
	snprintf(p->path, sizeof p->path, "%s/" NAME "%s", s->secrets_dir, fresh + n - 6);
	if (p->fd >= 0 && flock(p->fd, LOCK_EX | LOCK_NB) == 0 && rename(fresh, p->path) == 0)
		return S_OK;
	refuse(p, s, why);
	rmdir(fresh);
	private_remove(p);
	return S_LATER;
}

enum status private_file(const struct private *p, const char *name, const char *text, char why[WHY])
{
	int fd = openat(p->fd, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	bool done = fd >= 0 && fd_write(fd, text, strlen(text));

	if (!done)
		why_say(S_LATER, why, "%.200s: cannot be written: %s.", p->path, strerror(errno));
	if (fd >= 0)
		close(fd);
	return done ? S_OK : S_LATER;
}

void private_remove(struct private *p)
{
	if (p->fd < 0)
		return;
	tree_remove(p->path);
	close(p->fd);
	p->fd = -1;
}

/* Others may make what they like in secrets_dir: what isn't ours is left alone. */
static void clean(const char *path)
{
	int fd = open(path, OPEN_FOLDER);
	struct stat st;

	if (fd < 0)
		return;
	if (fstat(fd, &st) == 0 && st.st_uid == geteuid() && flock(fd, LOCK_EX | LOCK_NB) == 0)
		tree_remove(path);
	close(fd);
}

void private_clean(const struct settings *s)
{
	DIR *each = opendir(s->secrets_dir);
	char path[sizeof((struct private *)0)->path];
	struct dirent *e;

	if (each == NULL)
		return;
	while ((e = readdir(each)) != NULL)
		if (strncmp(e->d_name, NAME, strlen(NAME)) == 0 &&
		    snprintf(path, sizeof path, "%s/%s", s->secrets_dir, e->d_name) < (int)sizeof path)
			clean(path);
	closedir(each);
}
