/* paper.h - a file that leaves no trace, for code that wants a path.
 *
 *	struct paper p = paper_new();
 *	paper_write(&p, text, size);           over what stood there
 *	settings_load(&s, p.path, ...);
 *	paper_free(&p);
 */
#ifndef TESTS_PAPER_H
#define TESTS_PAPER_H

#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

struct paper {
	int fd;
	char path[32];
};

static inline struct paper paper_new(void)
{
	struct paper p = { .fd = memfd_create("paper", MFD_CLOEXEC) };

	assert(p.fd >= 0);
	snprintf(p.path, sizeof p.path, "/proc/self/fd/%d", p.fd);
	return p;
}

static inline void paper_write(const struct paper *p, const void *text, size_t size)
{
	int cut = ftruncate(p->fd, 0);
	ssize_t written = pwrite(p->fd, text, size, 0);

	assert(cut == 0 && written == (ssize_t)size);
}

/* What stands on it, as a string. */
static inline void paper_read(const struct paper *p, char *text, size_t size)
{
	ssize_t n = pread(p->fd, text, size - 1, 0);

	assert(n >= 0);
	text[n] = '\0';
}

static inline void paper_free(struct paper *p)
{
	close(p->fd);
	p->fd = -1;
}

#endif
