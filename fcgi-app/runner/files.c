#include "config.h"

#include <assert.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <archive.h>
#include <archive_entry.h>

#include "runner/files.h"

#define KEY_VARIABLE "ansible_ssh_private_key_file"

struct files *files_new(const char *folder)
{
	struct files *f = calloc(1, sizeof *f);

	assert(f != NULL);
	f->folder = strdup(folder);
	assert(f->folder != NULL);
	return f;
}

void files_free(struct files **files)
{
	struct files *f = *files;

	*files = NULL;
	if (f == NULL)
		return;
	for (size_t i = 0; i < f->n; i++) {
		seal_wipe(&f->files[i].bytes, f->files[i].size);
		free(f->files[i].path);
	}
	free(f->files);
	free(f->folder);
	free(f);
}

/* Takes the bytes, which are empty then. */
static const char *add(struct files *f, const char *name, struct wiped *take_bytes)
{
	struct file *file;

	f->files = realloc(f->files, (f->n + 1) * sizeof *f->files);
	assert(f->files != NULL);
	file = &f->files[f->n++];
	if (asprintf(&file->path, "%s/%s", f->folder, name) < 0)
		abort();
	file->name = file->path + strlen(f->folder) + 1;
	file->bytes = take_bytes->bytes;
	file->size = take_bytes->size;
	*take_bytes = (struct wiped){ 0 };
	return file->path;
}

const char *files_add(struct files *f, const char *name, const void *bytes, size_t size)
{
	struct wiped copy = { 0 };

	wiped_add(&copy, bytes, size);
	return add(f, name, &copy);
}

/* ---- keys ---- */

bool files_is_key(const char *text)
{
	return strstr(text, "-----BEGIN ") != NULL;
}

const char *files_add_key(struct files *f, const char *text)
{
	struct wiped lines = { 0 };
	char name[32];

	while (*text != '\0') {
		size_t size = strcspn(text, "\r\n");

		wiped_add(&lines, text, size);
		wiped_add_text(&lines, "\n");
		text += size;
		text += text[0] == '\r' && text[1] == '\n' ? 2 : *text != '\0';
	}
	snprintf(name, sizeof name, "key-%zu", ++f->keys);
	return add(f, name, &lines);
}

/* ---- values in an inventory ---- */

/* The letter that begins here and needs an escape: it ends a line for Python, or YAML does not allow it. Returns its size, 0:
 * none does. */
static size_t escape(const char *text, char ret_escape[8])
{
	static const struct { const char *letter; unsigned code; } rare[] = {
		{ "\u2028", 0x2028 }, { "\u2029", 0x2029 }, { "\ufeff", 0xfeff }, { "\xef\xbf\xbe", 0xfffe }, { "\xef\xbf\xbf", 0xffff },
	};
	unsigned char c = (unsigned char)text[0], next = (unsigned char)(c == '\0' ? 0 : text[1]);

	if (c == 0x7f || (c == 0xc2 && next < 0xa0)) {
		snprintf(ret_escape, 8, "\\u%04x", c == 0x7f ? c : next);
		return c == 0x7f ? 1 : 2;
	}
	for (size_t i = 0; c >= 0xe2 && i < sizeof rare / sizeof rare[0]; i++)
		if (strncmp(text, rare[i].letter, 3) == 0) {
			snprintf(ret_escape, 8, "\\u%04x", rare[i].code);
			return 3;
		}
	return 0;
}

/* The string that begins here, with its quotes. Returns its size. */
static size_t put_string(const char *json, struct wiped *to)
{
	size_t i = 0;
	char escaped[8];

	do {
		size_t n = escape(json + i, escaped);

		if (n > 0) {
			wiped_add_text(to, escaped);
		} else {
			n = json[i] == '\\' ? 2 : 1;
			wiped_add(to, json + i, n);
		}
		i += n;
	} while (json[i] != '"');
	wiped_add_text(to, "\"");
	return i + 1;
}

/* JSON with Python's words. */
static void put_literal(const json_t *value, struct wiped *to)
{
	AUTO(wiped) struct wiped json = { 0 };

	opened_json(value, &json);
	for (const char *at = json.bytes; *at != '\0';) {
		size_t word = strspn(at, "abcdefghijklmnopqrstuvwxyz");

		if (*at == '"') {
			at += put_string(at, to);
		} else if (*at == 'n' || *at == 't' || *at == 'f') {
			wiped_add_text(to, *at == 'n' ? "None" : *at == 't' ? "True" : "False");
			at += word;
		} else {
			wiped_add(to, at++, 1);
		}
	}
}

static void put_quoted(const char *text, struct wiped *to)
{
	wiped_add_text(to, "'");
	while (*text != '\0') {
		size_t size = strcspn(text, "'");

		wiped_add(to, text, size);
		text += size;
		if (*text == '\'') {
			wiped_add_text(to, "'\"'\"'");
			text++;
		}
	}
	wiped_add_text(to, "'");
}

static void put_value(const json_t *value, bool quoted, struct wiped *to)
{
	AUTO(wiped) struct wiped literal = { 0 };

	put_literal(value, &literal);
	if (quoted)
		put_quoted(literal.bytes, to);
	else
		wiped_add(to, literal.bytes, literal.size);
}

/* ---- the inventory ---- */

static bool is_form(const char *form)
{
	return form != NULL && (strcmp(form, "host") == 0 || strcmp(form, "section") == 0);
}

static enum status put_secret(struct files *f, const struct seal_keys *keys, const char *form, const char *key, const char *box,
                              struct masks *masks, struct wiped *to, char why[OPENED_WHY])
{
	AUTO(opened) json_t *value = NULL;
	AUTO(json) json_t *path = NULL;
	enum status s = opened_value(keys, key, box, &value, why);

	if (s != S_OK)
		return s;
	opened_mask(value, masks);
	if (strcmp(key, KEY_VARIABLE) == 0 && json_is_string(value) && files_is_key(json_string_value(value)))
		path = json_string(files_add_key(f, json_string_value(value)));
	put_value(path != NULL ? path : value, strcmp(form, "host") == 0, to);
	return S_OK;
}

static enum status put_piece(struct files *f, const struct seal_keys *keys, const json_t *piece, struct masks *masks,
                             struct wiped *to, char why[OPENED_WHY])
{
	const char *text = json_string_value(json_object_get(piece, "text"));
	const char *form = json_string_value(json_object_get(piece, "form"));
	const char *key = json_string_value(json_object_get(piece, "key"));
	const json_t *box = json_object_get(piece, "sealed");

	if (text != NULL)
		wiped_add_text(to, text);
	if (text != NULL && (box == NULL || json_is_null(box)))
		return S_OK;
	if (text != NULL && is_form(form) && key != NULL && json_is_string(box))
		return put_secret(f, keys, form, key, json_string_value(box), masks, to, why);
	snprintf(why, OPENED_WHY, "A piece of the inventory is none.");
	return S_INTERNAL;
}

enum status files_inventory(struct files *f, const struct seal_keys *keys, const json_t *pieces, struct masks *masks,
                            const char **ret_path, char why[OPENED_WHY])
{
	AUTO(wiped) struct wiped text = { 0 };
	const json_t *piece;
	size_t i;

	wiped_add(&text, "", 0);
	json_array_foreach(pieces, i, piece) {
		enum status s = put_piece(f, keys, piece, masks, &text, why);

		if (s != S_OK)
			return s;
	}
	*ret_path = add(f, FILES_INVENTORY, &text);
	return S_OK;
}

/* ---- the tar ---- */

static bool write_file(struct archive *tar, const struct file *file)
{
	struct archive_entry *entry = archive_entry_new();
	bool done;

	assert(entry != NULL);
	archive_entry_set_pathname(entry, file->name);
	archive_entry_set_filetype(entry, AE_IFREG);
	archive_entry_set_perm(entry, 0600);
	archive_entry_set_size(entry, (la_int64_t)file->size);
	done = archive_write_header(tar, entry) == ARCHIVE_OK &&
	       archive_write_data(tar, file->bytes, file->size) == (la_ssize_t)file->size;
	archive_entry_free(entry);
	return done;
}

static bool write_tar(const struct files *f, int fd)
{
	struct archive *tar = archive_write_new();
	bool done;

	assert(tar != NULL);
	/* Without blocks, of which libarchive would keep the last. */
	done = archive_write_set_format_ustar(tar) == ARCHIVE_OK && archive_write_set_bytes_per_block(tar, 0) == ARCHIVE_OK &&
	       archive_write_open_fd(tar, fd) == ARCHIVE_OK;
	for (size_t i = 0; done && i < f->n; i++)
		done = write_file(tar, &f->files[i]);
	done = done && archive_write_close(tar) == ARCHIVE_OK;
	archive_write_free(tar);
	return done;
}

enum status files_tar(const struct files *f, int *ret_fd)
{
	int fd = memfd_create("files", MFD_CLOEXEC | MFD_ALLOW_SEALING);

	if (fd < 0)
		return S_INTERNAL;
	if (!write_tar(f, fd) || lseek(fd, 0, SEEK_SET) != 0 ||
	    fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL) != 0) {
		close(fd);
		return S_INTERNAL;
	}
	*ret_fd = fd;
	return S_OK;
}
