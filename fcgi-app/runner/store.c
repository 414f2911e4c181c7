#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/program.h"
#include "runner/store.h"
#include "runner/tree.h"

#define PAUSE 20000      /* µs between two tries for a lock */

static bool path_of(const struct store *store, const char *prefix, char ret_path[STORE_PATH])
{
	return snprintf(ret_path, STORE_PATH, "%s/%s%lld", store->settings->projects_dir, prefix, store->id) < STORE_PATH;
}

static enum status refuse(const struct store *store, const char *what, char why[WHY])
{
	return why_say(S_LATER, why, "%.200s: %s: %s.", store->settings->projects_dir, what, strerror(errno));
}

/* ---- the lock file ---- */

static enum status open_lock(struct store *store, char why[WHY])
{
	char path[STORE_PATH];

	if (!path_of(store, ".lock-", path))
		return why_say(S_INTERNAL, why, "projects_dir is too long.");
	store->fd = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	return store->fd >= 0 ? S_OK : refuse(store, "the lock can't be made", why);
}

enum status store_open(struct store *store, const struct settings *s, long long id, long long deadline, char why[WHY])
{
	*store = (struct store){ .settings = s, .id = id, .deadline = deadline, .fd = -1 };
	if (!path_of(store, "", store->folder))
		return why_say(S_INTERNAL, why, "projects_dir is too long.");
	return open_lock(store, why);
}

void store_close(struct store *store)
{
	if (store->fd >= 0)
		close(store->fd);
	store->fd = -1;
}

static bool set_lock(const struct store *store, enum store_lock which, short type)
{
	struct flock lock = { .l_type = type, .l_whence = SEEK_SET, .l_start = which == STORE_WRITE ? 0 : 1, .l_len = 1 };

	return fcntl(store->fd, F_OFD_SETLK, &lock) == 0;
}

/* Whether the file is still the one that others find. */
static bool is_current(const struct store *store)
{
	char path[STORE_PATH];
	struct stat ours, there;

	path_of(store, ".lock-", path);
	return fstat(store->fd, &ours) == 0 && stat(path, &there) == 0 && ours.st_ino == there.st_ino && ours.st_dev == there.st_dev;
}

enum status store_lock(struct store *store, enum store_lock which, char why[WHY])
{
	short type = which == STORE_READ ? F_RDLCK : F_WRLCK;

	while (true) {
		if (set_lock(store, which, type)) {
			if (is_current(store))
				return S_OK;
			store_close(store);              /* somebody has removed the project */
			if (open_lock(store, why) != S_OK)
				return S_LATER;
		} else if (errno != EAGAIN && errno != EACCES) {
			return refuse(store, "the lock can't be had", why);
		} else if (program_clock_ms() >= store->deadline) {
			return why_say(S_LATER, why, "Another process has not been done with the project's files in time.");
		} else {
			usleep(PAUSE);
		}
	}
}

void store_unlock(struct store *store, enum store_lock which)
{
	set_lock(store, which, F_UNLCK);
}

/* ---- kinds ---- */

static void read_kind(const struct store *store, char ret_kind[8])
{
	ssize_t n = pread(store->fd, ret_kind, 7, 0);

	ret_kind[n > 0 ? n : 0] = '\0';
}

static bool write_kind(const struct store *store, const char *kind)
{
	size_t size = strlen(kind);

	return pwrite(store->fd, kind, size, 0) == (ssize_t)size && ftruncate(store->fd, (off_t)size) == 0;
}

static bool is_folder(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

bool store_is(const struct store *store, const char *kind)
{
	char found[8];

	read_kind(store, found);
	return strcmp(found, kind) == 0 && is_folder(store->folder);
}

/* Out of the way at once, then removed; what can't be removed now can't be in the way either. */
static bool discard(const struct store *store, const char *path)
{
	char gone[STORE_PATH + 16];

	if (!is_folder(path))
		return true;
	snprintf(gone, sizeof gone, "%s/.gone-XXXXXX", store->settings->projects_dir);
	if (mkdtemp(gone) == NULL)
		return false;
	strcat(gone, "/x");
	if (rename(path, gone) != 0)
		return false;
	gone[strlen(gone) - 2] = '\0';
	return tree_remove(gone);
}

/* The mode that was meant, whatever the umask is. */
static bool make_folder(const char *path, mode_t mode)
{
	return (mkdir(path, mode) == 0 && chmod(path, mode) == 0) || errno == EEXIST;
}

/* People's files come back, if some were put aside. Who is killed in between finds a MANUAL copy whose folder is missing. */
static bool become_manual(const struct store *store, const char *aside, bool is_manual)
{
	if (!is_manual)
		discard(store, store->folder);
	if ((!is_manual && is_folder(store->folder)) || !write_kind(store, "MANUAL"))
		return false;
	return is_folder(store->folder) || rename(aside, store->folder) == 0 || make_folder(store->folder, 0770);
}

/* `is_manual`: what is there may be people's. */
static bool become_ours(const struct store *store, const char *kind, const char *aside, bool is_manual)
{
	if (!is_manual)
		discard(store, store->folder);
	else if (rmdir(store->folder) != 0 && errno != ENOENT && rename(store->folder, aside) != 0)
		return false;
	return !is_folder(store->folder) && write_kind(store, kind) && make_folder(store->folder, 0700);
}

/* Before anything is known of it, a folder that is there is people's. */
enum status store_become(struct store *store, const char *kind, char why[WHY])
{
	char found[8], aside[STORE_PATH];
	bool is_manual, done;
	enum status s;

	if (store_is(store, kind))
		return S_OK;
	s = store_lock(store, STORE_ALONE, why);
	if (s != S_OK)
		return s;
	read_kind(store, found);
	is_manual = *found == '\0' || strcmp(found, "MANUAL") == 0;
	path_of(store, ".manual-", aside);
	done = strcmp(kind, "MANUAL") == 0 ? become_manual(store, aside, is_manual) : become_ours(store, kind, aside, is_manual);
	s = done ? S_OK : refuse(store, "the project's folder can't be made", why);
	store_unlock(store, STORE_ALONE);
	return s;
}

/* ---- what lies about ---- */

int store_temporary(const struct settings *s)
{
	int fd = open(s->projects_dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	char path[STORE_PATH];

	if (fd >= 0 || (errno != EOPNOTSUPP && errno != EISDIR))
		return fd;
	snprintf(path, sizeof path, "%s/.gone-XXXXXX", s->projects_dir);
	fd = mkostemp(path, O_CLOEXEC);
	if (fd >= 0)
		unlink(path);
	return fd;
}

bool store_has(const struct settings *s, long long id)
{
	const struct store store = { .settings = s, .id = id };
	char path[STORE_PATH];

	return path_of(&store, "", path) && is_folder(path);
}

bool store_forget(const struct settings *s, long long id)
{
	struct store store;
	char why[WHY], path[STORE_PATH];
	bool gone;

	if (store_open(&store, s, id, program_clock_ms() + 1000, why) != S_OK || store_lock(&store, STORE_WRITE, why) != S_OK ||
	    store_lock(&store, STORE_ALONE, why) != S_OK) {
		store_close(&store);
		return false;
	}
	path_of(&store, ".manual-", path);
	gone = discard(&store, path);
	gone = discard(&store, store.folder) && gone;
	path_of(&store, ".lock-", path);
	unlink(path);
	store_close(&store);
	return gone;
}

void store_clean(const struct settings *s)
{
	DIR *each = opendir(s->projects_dir);
	char path[STORE_PATH];
	struct dirent *e;

	if (each == NULL)
		return;
	while ((e = readdir(each)) != NULL)
		if (strncmp(e->d_name, ".gone-", 6) == 0 &&
		    snprintf(path, sizeof path, "%s/%s", s->projects_dir, e->d_name) < STORE_PATH)
			tree_remove(path);
	closedir(each);
}
