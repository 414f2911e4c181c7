/* temp_file.h - a file that leaves no trace, for code that wants a path.
 *
 *	struct temp_file p = temp_file_new();
 *	temp_file_write(&p, text, size);           over what stood there
 *	settings_load(&s, p.path, ...);
 *	temp_file_free(&p);
 */
#ifndef TESTS_TEMP_FILE_H
#define TESTS_TEMP_FILE_H

#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

struct temp_file {
	int fd;
	char path[32];
};

static inline struct temp_file temp_file_new(void)
{
	struct temp_file p = { .fd = memfd_create("temp", MFD_CLOEXEC) };

	assert(p.fd >= 0);
	snprintf(p.path, sizeof p.path, "/proc/self/fd/%d", p.fd);
	return p;
}

static inline void temp_file_write(const struct temp_file *p, const void *text, size_t size)
{
	int cut = ftruncate(p->fd, 0);
	ssize_t written = pwrite(p->fd, text, size, 0);

	assert(cut == 0 && written == (ssize_t)size);
}

/* What stands on it, as a string. */
static inline void temp_file_read(const struct temp_file *p, char *text, size_t size)
{
	ssize_t n = pread(p->fd, text, size - 1, 0);

	assert(n >= 0);
	text[n] = '\0';
}

static inline void temp_file_free(struct temp_file *p)
{
	close(p->fd);
	p->fd = -1;
}

#endif
