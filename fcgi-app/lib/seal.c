#include "config.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sodium.h>

#include "lib/auto.h"
#include "lib/fd.h"
#include "lib/seal.h"

#define BASE64 sodium_base64_VARIANT_ORIGINAL
#define LINE (SEAL_KEY_SIZE)                             /* a newline in place of the NUL */
#define FILE_SIZE ((size_t)LINE * SEAL_MAX_KEYS)

_Static_assert(SEAL_KEY_BYTES == crypto_box_PUBLICKEYBYTES, "libsodium's size");
_Static_assert(SEAL_KEY_BYTES == crypto_box_SECRETKEYBYTES, "libsodium's size");
_Static_assert(SEAL_KEY_SIZE == sodium_base64_ENCODED_LEN(SEAL_KEY_BYTES, BASE64), "libsodium's size");

static bool read_key(const char *text, size_t size, unsigned char key[SEAL_KEY_BYTES])
{
	size_t n;

	return size == SEAL_KEY_SIZE - 1 &&
	       sodium_base642bin(key, SEAL_KEY_BYTES, text, size, NULL, &n, NULL, BASE64) == 0 && n == SEAL_KEY_BYTES;
}

/* ---- keys ---- */

struct seal_keys *seal_keys_new(void)
{
	struct seal_keys *keys = sodium_malloc(sizeof *keys);

	assert(keys != NULL);
	keys->n = 0;
	return keys;
}

void seal_keys_free(struct seal_keys **keys)
{
	sodium_free(*keys);
	*keys = NULL;
}

bool seal_keys_add(struct seal_keys *keys)
{
	struct seal_pair *pair = &keys->pairs[keys->n];

	if (keys->n == SEAL_MAX_KEYS)
		return false;
	crypto_box_keypair(pair->public_key, pair->private_key);
	keys->n++;
	return true;
}

void seal_keys_public(const struct seal_keys *keys, size_t i, char public_key[SEAL_KEY_SIZE])
{
	sodium_bin2base64(public_key, SEAL_KEY_SIZE, keys->pairs[i].public_key, SEAL_KEY_BYTES, BASE64);
}

size_t seal_keys_find(const struct seal_keys *keys, const char *public_key)
{
	unsigned char key[SEAL_KEY_BYTES];
	size_t i = 0;

	if (!read_key(public_key, strlen(public_key), key))
		return keys->n;
	while (i < keys->n && memcmp(keys->pairs[i].public_key, key, sizeof key) != 0)
		i++;
	return i;
}

/* ---- their file ---- */

/* All of the file into `text`; -1: errno says why not. */
static ssize_t read_file(const char *path, char *text, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	size_t n = 0;
	ssize_t got;

	if (fd < 0)
		return -1;
	do {
		got = read(fd, text + n, size - n);
		n += got > 0 ? (size_t)got : 0;
	} while (got > 0 && n < size);
	close(fd);
	return got < 0 ? -1 : (ssize_t)n;
}

static bool take_line(struct seal_keys *keys, const char *line, size_t size)
{
	struct seal_pair *pair = &keys->pairs[keys->n];

	if (keys->n == SEAL_MAX_KEYS || !read_key(line, size, pair->private_key) ||
	    crypto_scalarmult_base(pair->public_key, pair->private_key) != 0)
		return false;
	keys->n++;
	return true;
}

/* The number of the first line that is no key; 0: all are. */
static size_t take_lines(struct seal_keys *keys, const char *text, size_t size)
{
	size_t line = 1;

	for (; size > 0; line++) {
		const char *end = memchr(text, '\n', size);
		size_t n = end != NULL ? (size_t)(end - text) : size;

		if (!take_line(keys, text, n))
			return line;
		n += end != NULL;
		text += n;
		size -= n;
	}
	return 0;
}

bool seal_keys_read(const char *path, struct seal_keys **ret_keys, char why[SEAL_WHY])
{
	char *text = sodium_malloc(FILE_SIZE + 1);
	struct seal_keys *keys = seal_keys_new();
	ssize_t size;
	size_t wrong = 0;
	int error;

	assert(text != NULL);
	size = read_file(path, text, FILE_SIZE + 1);
	error = size < 0 ? errno : 0;
	if (size >= 0)
		wrong = take_lines(keys, text, (size_t)size);
	sodium_free(text);
	if (error == 0 && wrong == 0) {
		*ret_keys = keys;
		return true;
	}
	seal_keys_free(&keys);
	if (error != 0)
		snprintf(why, SEAL_WHY, "%.120s: %s", path, strerror(error));
	else
		snprintf(why, SEAL_WHY, "%.120s: line %zu is not a key", path, wrong);
	errno = error != 0 ? error : EINVAL;
	return false;
}

/* The new file takes over whose the old one is and who may read it. */
static bool be_like(int fd, const char *path)
{
	struct stat old, new;

	if (stat(path, &old) != 0)
		return errno == ENOENT && fchmod(fd, 0400) == 0;
	if (fstat(fd, &new) != 0)
		return false;
	if ((old.st_uid != new.st_uid || old.st_gid != new.st_gid) && fchown(fd, old.st_uid, old.st_gid) != 0)
		return false;
	return fchmod(fd, old.st_mode & 0777) == 0;
}

static bool write_keys(int fd, const struct seal_keys *keys)
{
	char *text = sodium_malloc(FILE_SIZE + 1);
	bool done;

	assert(text != NULL);
	for (size_t i = 0; i < keys->n; i++) {
		sodium_bin2base64(text + i * LINE, SEAL_KEY_SIZE, keys->pairs[i].private_key, SEAL_KEY_BYTES, BASE64);
		text[i * LINE + LINE - 1] = '\n';
	}
	done = fd_write(fd, text, keys->n * LINE);
	sodium_free(text);
	return done;
}

/* Makes the file's new name last. */
static bool sync_folder(const char *path)
{
	AUTO(text) char *copy = strdup(path);
	int fd;
	bool done;

	assert(copy != NULL);
	fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	done = fd >= 0 && fsync(fd) == 0;
	if (fd >= 0)
		close(fd);
	return done;
}

static bool replace(const struct seal_keys *keys, const char *path, const char *beside)
{
	int fd = open(beside, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
	bool done;

	if (fd < 0)
		return false;
	done = be_like(fd, path) && write_keys(fd, keys) && fsync(fd) == 0;
	close(fd);
	return done && rename(beside, path) == 0 && sync_folder(path);
}

/* A link to the file stays one: what is replaced is the file. */
static char *file_at(const char *path)
{
	char *file = realpath(path, NULL);

	if (file == NULL)
		file = strdup(path);
	assert(file != NULL);
	return file;
}

bool seal_keys_write(const struct seal_keys *keys, const char *path, char why[SEAL_WHY])
{
	AUTO(text) char *file = file_at(path);
	size_t size = strlen(file) + sizeof ".new";
	AUTO(text) char *beside = malloc(size);
	int error;

	assert(beside != NULL);
	snprintf(beside, size, "%s.new", file);
	unlink(beside);                          /* what somebody left who was killed */
	if (replace(keys, file, beside))
		return true;
	error = errno;
	unlink(beside);
	snprintf(why, SEAL_WHY, "%.120s: cannot be written: %s", path, strerror(error));
	errno = error;
	return false;
}

/* ---- boxes ---- */

char *seal_close(const char *public_key, const void *text, size_t size)
{
	unsigned char key[SEAL_KEY_BYTES];
	size_t sealed_size = size + crypto_box_SEALBYTES;
	size_t box_size = sodium_base64_ENCODED_LEN(sealed_size, BASE64);
	AUTO(text) char *sealed = malloc(sealed_size);
	char *box = malloc(box_size);

	assert(sealed != NULL && box != NULL);
	if (!read_key(public_key, strlen(public_key), key) ||
	    crypto_box_seal((unsigned char *)sealed, text, size, key) != 0) {
		free(box);
		return NULL;
	}
	return sodium_bin2base64(box, box_size, (unsigned char *)sealed, sealed_size, BASE64);
}

char *seal_open(const struct seal_keys *keys, const char *box, size_t *ret_size)
{
	size_t box_size = strlen(box), sealed_size;
	AUTO(text) char *sealed = malloc(box_size + 1);
	char *text = malloc(box_size + 1);

	assert(sealed != NULL && text != NULL);
	if (sodium_base642bin((unsigned char *)sealed, box_size, box, box_size, NULL, &sealed_size, NULL, BASE64) == 0 &&
	    sealed_size >= crypto_box_SEALBYTES)
		for (size_t i = keys->n; i-- > 0;)
			if (crypto_box_seal_open((unsigned char *)text, (unsigned char *)sealed, sealed_size,
			                         keys->pairs[i].public_key, keys->pairs[i].private_key) == 0) {
				*ret_size = sealed_size - crypto_box_SEALBYTES;
				text[*ret_size] = '\0';
				return text;
			}
	free(text);
	return NULL;
}

void seal_wipe(char **text, size_t size)
{
	if (*text != NULL)
		sodium_memzero(*text, size);
	free(*text);
	*text = NULL;
}
