#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "runner/folder.h"
#include "runner/tree.h"

#define MAKING_SECONDS 60

static const char *const files[] = { "spool", "results", "exit", "lock" };
#define N_FILES (sizeof files / sizeof files[0])

static bool fill(struct folder *f, const struct settings *s, const char *name)
{
	const char *token = strchr(name, ':');
	int id = token != NULL ? (int)(token - name) : 0;

	*f = (struct folder){ .lock = -1 };
	return id > 0 &&
	       snprintf(f->path, sizeof f->path, "%s/%.*s-%s", s->runs_dir, id, name, token + 1) < (int)sizeof f->path &&
	       snprintf(f->disk, sizeof f->disk, "%s.files", f->path) < (int)sizeof f->disk &&
	       snprintf(f->memory, sizeof f->memory, "%s/moirai-%.*s-%s", s->secrets_dir, id, name, token + 1) < (int)sizeof f->memory &&
	       snprintf(f->masks, sizeof f->masks, "%s/moirai-%s.masks", s->secrets_dir, token + 1) < (int)sizeof f->masks;
}

static bool lock(struct folder *f, const char *path, int flags)
{
	char name[FOLDER_PATH + 8];

	snprintf(name, sizeof name, "%s/lock", path);
	f->lock = open(name, O_RDWR | O_CLOEXEC | flags, 0600);
	if (f->lock >= 0 && flock(f->lock, LOCK_EX | LOCK_NB) == 0)
		return true;
	if (f->lock >= 0)
		close(f->lock);
	f->lock = -1;
	return false;
}

/* Under another name until the lock is held: else somebody might find it free. */
bool folder_make(struct folder *f, const struct settings *s, const char *name, char why[FOLDER_WHY])
{
	char fresh[FOLDER_PATH + 8];

	if (!fill(f, s, name)) {
		snprintf(why, FOLDER_WHY, "runs_dir, secrets_dir: too long");
		return false;
	}
	snprintf(fresh, sizeof fresh, "%s.new", f->path);
	if (mkdir(fresh, 0700) == 0 && lock(f, fresh, O_CREAT) && rename(fresh, f->path) == 0)
		return true;
	snprintf(why, FOLDER_WHY, "%.300s: %s", fresh, strerror(errno));
	if (f->lock >= 0)
		close(f->lock);
	f->lock = -1;
	tree_remove(fresh);
	return false;
}

bool folder_take(struct folder *f, const struct settings *s, const char *name)
{
	struct stat st;

	return fill(f, s, name) && lstat(f->path, &st) == 0 && S_ISDIR(st.st_mode) && st.st_uid == geteuid() && lock(f, f->path, 0);
}

int folder_file(const struct folder *f, const char *name, int flags)
{
	char path[FOLDER_PATH + 16];

	snprintf(path, sizeof path, "%s/%s", f->path, name);
	return open(path, flags | O_CLOEXEC, 0600);
}

/* ID-TOKEN, and nothing that follows. */
static bool is_run(const char *name, char ret_name[64])
{
	char id[21], token[37];
	int n = 0;

	if (sscanf(name, "%20[0-9]-%36[0-9a-f-]%n", id, token, &n) != 2 || name[n] != '\0' || strlen(token) != 36)
		return false;
	snprintf(ret_name, 64, "%s:%s", id, token);
	return true;
}

bool folder_next_free(const struct settings *s, void *each, char ret_name[64])
{
	for (struct dirent *e; (e = readdir(each)) != NULL;) {
		struct folder f;

		if (!is_run(e->d_name, ret_name) || !folder_take(&f, s, ret_name))
			continue;
		close(f.lock);
		return true;
	}
	return false;
}

bool folder_is_left(const struct folder *f)
{
	struct stat st;

	return lstat(f->disk, &st) == 0 || lstat(f->memory, &st) == 0;
}

/* ID-TOKEN.new, that nobody is just making. */
void folder_clean(const struct settings *s)
{
	DIR *all = opendir(s->runs_dir);

	for (struct dirent *e; all != NULL && (e = readdir(all)) != NULL;) {
		const char *end = strrchr(e->d_name, '.');
		char path[2 * FOLDER_PATH];
		struct stat st;

		snprintf(path, sizeof path, "%s/%s", s->runs_dir, e->d_name);
		if (end != NULL && strcmp(end, ".new") == 0 && lstat(path, &st) == 0 && st.st_uid == geteuid() &&
		    time(NULL) - st.st_mtime > MAKING_SECONDS)
			tree_remove(path);
	}
	if (all != NULL)
		closedir(all);
}

void folder_remove(struct folder *f)
{
	char path[FOLDER_PATH + 16];

	unlink(f->masks);
	for (size_t i = 0; i < N_FILES; i++) {
		snprintf(path, sizeof path, "%s/%s", f->path, files[i]);
		unlink(path);
	}
	rmdir(f->path);
	if (f->lock >= 0)
		close(f->lock);
	f->lock = -1;
}
