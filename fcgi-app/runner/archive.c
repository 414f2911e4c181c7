#include "config.h"

#include <archive.h>
#include <archive_entry.h>
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <locale.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/program.h"
#include "runner/archive.h"

#define ONE_READ ((size_t)64 << 10)

/* One that is read; `out` is NULL where it is only looked at. */
struct walk {
	struct archive *in, *out;
	struct archive_entry *entry;
	const struct archive_limits *limits;
	long long bytes, files;                  /* so far */
	char path[PATH_MAX], before[PATH_MAX];   /* of this entry and of the last */
	json_t *links;                           /* paths of symbolic links */
	json_t *names;                           /* what is at the top */
	char *why;
};

static enum status refuse(const struct walk *w, const char *what)
{
	return why_say(S_INVALID, w->why, "The archive is refused: %.200s %s.", w->path, what);
}

static enum status broken(const struct walk *w)
{
	const char *text = archive_error_string(w->in);

	return why_say(S_INVALID, w->why, "The archive can't be read: %s.", text != NULL ? text : "it is no tar archive");
}

/* ---- paths ---- */

/* The next name of a path and its length, without slashes and `.`; 0: there is none. */
static size_t next_name(const char **path)
{
	size_t size;

	while (**path == '/' || (**path == '.' && ((*path)[1] == '/' || (*path)[1] == '\0')))
		(*path)++;
	size = strcspn(*path, "/");
	return size;
}

static bool is_up(const char *name, size_t size)
{
	return size == 2 && name[0] == '.' && name[1] == '.';
}

/* The path without what means nothing, "" for the folder itself. False: it leads out, or is too long. */
static bool clean_path(const char *path, char ret_clean[PATH_MAX])
{
	size_t n = 0, size;

	if (path == NULL || *path == '/')
		return false;
	while ((size = next_name(&path)) > 0) {
		if (is_up(path, size) || n + size + 2 > PATH_MAX)
			return false;
		if (n > 0)
			ret_clean[n++] = '/';
		memcpy(ret_clean + n, path, size);
		n += size;
		path += size;
	}
	ret_clean[n] = '\0';
	return true;
}

static bool is_link(const struct walk *w, const char *path, size_t size)
{
	char part[PATH_MAX];

	memcpy(part, path, size);
	part[size] = '\0';
	return json_object_get(w->links, part) != NULL;
}

/* Whether a folder on the way there is a symbolic link. */
static bool is_below_link(const struct walk *w, const char *path)
{
	for (const char *slash = strchr(path, '/'); slash != NULL; slash = strchr(slash + 1, '/'))
		if (is_link(w, path, (size_t)(slash - path)))
			return true;
	return false;
}

static size_t depth_of(const char *path)
{
	size_t n = 0;

	while (*path != '\0')
		n += *path++ == '/';
	return n;
}

static bool leads_out(const char *path, const char *target)
{
	size_t above = depth_of(path), size;
	bool down = false;

	if (target == NULL || *target == '/' || *target == '\0')
		return true;
	while ((size = next_name(&target)) > 0) {
		if (!is_up(target, size))
			down = true;
		else if (down || above-- == 0)
			return true;
		target += size;
	}
	return false;
}

/* How many of its names the path has not in common with the last one: an archive of few entries may make many folders. */
static long long new_names(const struct walk *w)
{
	const char *a = w->path, *b = w->before;
	long long n = 1;

	while (*a != '\0' && *a == *b)
		a++, b++;
	for (; *a != '\0'; a++)
		n += *a == '/';
	return n;
}

/* ---- one entry ---- */

static enum status look_at_path(struct walk *w)
{
	const char *path = archive_entry_pathname(w->entry);

	strcpy(w->before, w->path);
	*w->path = '\0';
	if (path == NULL)
		path = archive_entry_pathname_utf8(w->entry);
	if (path == NULL)
		return refuse(w, "it has a name that can't be read");
	if (!clean_path(path, w->path)) {
		snprintf(w->path, sizeof w->path, "%s", path);
		return refuse(w, "is a path that leads out of it");
	}
	if (is_below_link(w, w->path))
		return refuse(w, "lies below a link");
	w->files += new_names(w);
	if (w->files > w->limits->files)
		return why_say(S_INVALID, w->why, "The project has more than %lld files.", w->limits->files);
	archive_entry_copy_pathname(w->entry, w->path);
	return S_OK;
}

static enum status look_at_hard_link(struct walk *w)
{
	char target[PATH_MAX];

	if (!clean_path(archive_entry_hardlink(w->entry), target) || *target == '\0')
		return refuse(w, "is a hard link that leads out of it");
	if (is_below_link(w, target) || is_link(w, target, strlen(target)))
		return refuse(w, "is a hard link to a link");
	archive_entry_copy_hardlink(w->entry, target);
	return S_OK;
}

static enum status look_at_kind(struct walk *w)
{
	mode_t bits = archive_entry_perm(w->entry) & 0755;

	if (archive_entry_hardlink(w->entry) != NULL)
		return look_at_hard_link(w);
	switch (archive_entry_filetype(w->entry)) {
	case AE_IFREG:
		archive_entry_set_perm(w->entry, bits | 0600);
		return S_OK;
	case AE_IFDIR:
		archive_entry_set_perm(w->entry, bits | 0700);
		return S_OK;
	case AE_IFLNK:
		if (leads_out(w->path, archive_entry_symlink(w->entry)))
			return refuse(w, "is a link that leads out of it");
		json_object_set_new_nocheck(w->links, w->path, json_true());
		return S_OK;
	default:
		return refuse(w, "is a device or the like");
	}
}

static enum status count_bytes(struct walk *w, long long n)
{
	w->bytes += n;
	if (n >= 0 && w->bytes <= w->limits->bytes)
		return S_OK;
	return why_say(S_INVALID, w->why, "The project is larger than %lld MiB.", w->limits->bytes >> 20);
}

static void note_name(struct walk *w)
{
	if (strchr(w->path, '/') == NULL && archive_entry_filetype(w->entry) != AE_IFDIR)
		json_object_set_new(w->names, w->path, json_true());     /* not, if it is no UTF-8 */
}

static enum status not_written(const struct walk *w)
{
	int error = archive_errno(w->out);
	bool ours = error == ENOSPC || error == EDQUOT || error == EIO || error == EROFS || error == EFBIG;
	const char *text = archive_error_string(w->out);

	if (ours)
		return why_say(S_LATER, w->why, "The project's files can't be written: %s.", strerror(error));
	return why_say(S_INVALID, w->why, "The archive is refused: %.200s: %s.", w->path, text != NULL ? text : "can't be written");
}

static enum status is_in_time(const struct walk *w)
{
	if (w->limits->deadline == 0 || program_clock_ms() < w->limits->deadline)
		return S_OK;
	return why_say(S_INVALID, w->why, "It took too long to read the project's files.");
}

/* Holes are counted, too: what is read of them is zeros, but it is read. */
static enum status copy_data(struct walk *w)
{
	long long size = archive_entry_size(w->entry), seen = size;
	enum status s = count_bytes(w, size);
	const void *data;
	size_t n;
	la_int64_t at;
	int got = ARCHIVE_OK;

	while (s == S_OK && (got = archive_read_data_block(w->in, &data, &n, &at)) == ARCHIVE_OK) {
		if (at + (la_int64_t)n > seen) {
			s = count_bytes(w, at + (la_int64_t)n - seen);
			seen = at + (la_int64_t)n;
		}
		if (s == S_OK)
			s = is_in_time(w);
		if (s == S_OK && w->out != NULL && archive_write_data_block(w->out, data, n, at) != ARCHIVE_OK)
			s = not_written(w);
	}
	if (s == S_OK && got != ARCHIVE_EOF)
		s = broken(w);
	return s;
}

static enum status take_entry(struct walk *w)
{
	enum status s = look_at_path(w);

	if (s != S_OK || *w->path == '\0')
		return s;
	s = look_at_kind(w);
	if (s == S_OK && w->out != NULL && archive_write_header(w->out, w->entry) != ARCHIVE_OK)
		s = not_written(w);
	note_name(w);
	if (s == S_OK)
		s = copy_data(w);
	if (s == S_OK && w->out != NULL && archive_write_finish_entry(w->out) != ARCHIVE_OK)
		s = not_written(w);
	return s;
}

/* ---- all of it ---- */

static enum status take_all(struct walk *w)
{
	enum status s = S_OK;
	int got = ARCHIVE_OK;

	while (s == S_OK && ((got = archive_read_next_header(w->in, &w->entry)) == ARCHIVE_OK || got == ARCHIVE_WARN)) {
		s = is_in_time(w);
		if (s == S_OK)
			s = take_entry(w);
	}
	if (s == S_OK && got != ARCHIVE_EOF)
		s = broken(w);
	if (s == S_OK && w->out != NULL && archive_write_close(w->out) != ARCHIVE_OK)
		s = not_written(w);
	return s;
}

/* Not whatever libarchive knows: some filters run programs, and each format is one more parser for what a stranger sends. */
static struct archive *open_archive(int fd)
{
	struct archive *in = archive_read_new();

	assert(in != NULL);
	archive_read_support_filter_gzip(in);
	archive_read_support_filter_bzip2(in);
	archive_read_support_filter_xz(in);
	archive_read_support_filter_lzma(in);
	archive_read_support_filter_zstd(in);
	archive_read_support_format_tar(in);
	archive_read_open_fd(in, fd, ONE_READ);          /* what is wrong is said again by the first read */
	return in;
}

static struct archive *open_disk(void)
{
	struct archive *out = archive_write_disk_new();

	assert(out != NULL);
	archive_write_disk_set_options(out, ARCHIVE_EXTRACT_SECURE_SYMLINKS | ARCHIVE_EXTRACT_SECURE_NODOTDOT |
	                                            ARCHIVE_EXTRACT_SECURE_NOABSOLUTEPATHS);
	return out;
}

/* libarchive gives and takes names in the letters of the locale. */
static locale_t begin_locale(locale_t *ret_before)
{
	locale_t utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);

	*ret_before = uselocale(utf8);
	return utf8;
}

static void end_locale(locale_t utf8, locale_t before)
{
	uselocale(before);
	if (utf8 != (locale_t)0)
		freelocale(utf8);
}

static enum status walk(int fd, struct archive *out, const struct archive_limits *limits, json_t **ret_names, char why[WHY])
{
	struct walk *w = calloc(1, sizeof *w);
	locale_t before, utf8 = begin_locale(&before);
	enum status s;

	assert(w != NULL);
	*w = (struct walk){ .in = open_archive(fd), .out = out, .limits = limits, .links = json_object(),
		            .names = json_object(), .why = why };
	s = take_all(w);
	archive_read_free(w->in);
	if (s == S_OK && ret_names != NULL) {
		const char *name;
		json_t *value;

		*ret_names = json_array();
		json_object_foreach(w->names, name, value) {
			json_array_append_new(*ret_names, json_string(name));
		}
	}
	json_decref(w->links);
	json_decref(w->names);
	free(w);
	end_locale(utf8, before);
	return s;
}

enum status archive_check(int fd, const struct archive_limits *limits, json_t **ret_names, char why[WHY])
{
	return walk(fd, NULL, limits, ret_names, why);
}

enum status archive_unpack(int fd, const char *folder, long long most_bytes, long long most_files, char why[WHY])
{
	const struct archive_limits limits = { .bytes = most_bytes, .files = most_files };
	int before = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct archive *out = open_disk();
	enum status s;

	if (chdir(folder) == 0)
		s = walk(fd, out, &limits, NULL, why);
	else
		s = why_say(S_INTERNAL, why, "The folder for the project's files can't be used: %s.", strerror(errno));
	archive_write_free(out);
	if (before >= 0) {
		if (fchdir(before) != 0 && s == S_OK)
			s = why_say(S_INTERNAL, why, "The working directory is gone.");
		close(before);
	}
	return s;
}
