#include "config.h"

#include <archive.h>
#include <archive_entry.h>
#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/program.h"
#include "runner/pack.h"

#define DEEPEST 100                      /* folders: each is an open file meanwhile */
#define ONE_READ ((size_t)64 << 10)

struct pack {
	struct archive *out;
	const struct archive_limits *limits;
	long long bytes, files;
	char path[PATH_MAX];             /* of what is looked at, below the folder */
	char *why;
};

static enum status pack_all_in(struct pack *p, int folder, int depth);

static enum status refuse(const struct pack *p, const char *what)
{
	return why_say(S_INVALID, p->why, "The project's files can't be read: %.200s: %s.", p->path, what);
}

static enum status not_written(const struct pack *p)
{
	return why_say(S_LATER, p->why, "The project's files can't be copied: %s.", archive_error_string(p->out));
}

static enum status count(struct pack *p, const struct stat *st)
{
	p->files++;
	p->bytes += S_ISREG(st->st_mode) ? st->st_size : 0;
	if (p->files > p->limits->files)
		return why_say(S_INVALID, p->why, "The project has more than %lld files.", p->limits->files);
	if (p->bytes > p->limits->bytes)
		return why_say(S_INVALID, p->why, "The project is larger than %lld MiB.", p->limits->bytes >> 20);
	if (p->limits->deadline != 0 && program_clock_ms() >= p->limits->deadline)
		return why_say(S_INVALID, p->why, "It took too long to read the project's files.");
	return S_OK;
}

static enum status write_header(struct pack *p, const struct stat *st, const char *target)
{
	struct archive_entry *e = archive_entry_new();
	int done;

	assert(e != NULL);
	archive_entry_copy_pathname(e, p->path);
	archive_entry_set_mode(e, st->st_mode);
	archive_entry_set_mtime(e, st->st_mtime, 0);
	archive_entry_set_size(e, S_ISREG(st->st_mode) ? st->st_size : 0);
	if (target != NULL)
		archive_entry_copy_symlink(e, target);
	done = archive_write_header(p->out, e);
	archive_entry_free(e);
	return done == ARCHIVE_OK || done == ARCHIVE_WARN ? S_OK : not_written(p);
}

/* What it has grown by meanwhile is left out, what it has lost is made up for by zeros. */
static enum status pack_data(struct pack *p, int fd)
{
	char data[ONE_READ];
	ssize_t n;

	while ((n = read(fd, data, sizeof data)) > 0) {
		la_ssize_t written = archive_write_data(p->out, data, (size_t)n);

		if (written < 0)
			return not_written(p);
		if (written < n)
			break;
	}
	return n < 0 ? refuse(p, strerror(errno)) : S_OK;
}

static enum status pack_file(struct pack *p, int folder, const char *name)
{
	int fd = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	enum status s = S_OK;
	struct stat st;

	if (fd < 0)
		return errno == ENOENT || errno == ELOOP ? S_OK : refuse(p, strerror(errno));
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode)) {
		s = count(p, &st);
		if (s == S_OK)
			s = write_header(p, &st, NULL);
		if (s == S_OK)
			s = pack_data(p, fd);
	}
	close(fd);
	return s;
}

static enum status pack_link(struct pack *p, int folder, const char *name, const struct stat *st)
{
	char target[PATH_MAX];
	ssize_t n = readlinkat(folder, name, target, sizeof target - 1);
	enum status s = count(p, st);

	if (n < 0 || s != S_OK)
		return s;                        /* it is none any more */
	target[n] = '\0';
	return write_header(p, st, target);
}

static enum status pack_below(struct pack *p, int folder, const char *name, int depth)
{
	int fd = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_DIRECTORY | O_CLOEXEC);
	enum status s = S_OK;
	struct stat st;

	if (fd < 0)
		return errno == ENOENT || errno == ELOOP || errno == ENOTDIR ? S_OK : refuse(p, strerror(errno));
	if (depth > DEEPEST)
		s = refuse(p, "there are too many folders in folders");
	else if (fstat(fd, &st) == 0)
		s = count(p, &st);
	if (s == S_OK)
		s = write_header(p, &st, NULL);
	if (s != S_OK) {
		close(fd);
		return s;
	}
	return pack_all_in(p, fd, depth);
}

static enum status pack_one(struct pack *p, int folder, const char *name, int depth)
{
	struct stat st;

	if (fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return S_OK;                     /* it has just gone */
	if (S_ISREG(st.st_mode))
		return pack_file(p, folder, name);
	if (S_ISDIR(st.st_mode))
		return pack_below(p, folder, name, depth + 1);
	if (S_ISLNK(st.st_mode))
		return pack_link(p, folder, name, &st);
	return S_OK;
}

/* Closes the folder. */
static enum status pack_all_in(struct pack *p, int folder, int depth)
{
	DIR *each = fdopendir(folder);
	size_t size = strlen(p->path);
	enum status s = S_OK;
	struct dirent *e;

	assert(each != NULL);
	while (s == S_OK && (e = readdir(each)) != NULL) {
		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
			continue;
		if (size + strlen(e->d_name) + 2 > sizeof p->path)
			s = refuse(p, strerror(ENAMETOOLONG));
		else
			sprintf(p->path + size, "%s%s", size > 0 ? "/" : "", e->d_name);
		if (s == S_OK)
			s = pack_one(p, folder, e->d_name, depth);
		p->path[size] = '\0';
	}
	closedir(each);
	return s;
}

static struct archive *open_tar(int out)
{
	struct archive *a = archive_write_new();

	assert(a != NULL);
	archive_write_set_format_gnutar(a);
	archive_write_set_bytes_in_last_block(a, 1);
	archive_write_open_fd(a, out);                   /* what is wrong is said again by the first write */
	return a;
}

enum status pack_folder(const char *folder, int out, const struct archive_limits *limits, char why[WHY])
{
	struct pack p = { .limits = limits, .why = why };
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	enum status s;

	if (fd < 0)
		return why_say(S_LATER, why, "The project's folder can't be read: %s.", strerror(errno));
	p.out = open_tar(out);
	s = pack_all_in(&p, fd, 0);
	if (s == S_OK && archive_write_close(p.out) != ARCHIVE_OK)
		s = not_written(&p);
	archive_write_free(p.out);
	return s;
}
