/* wiped.h - bytes that are secrets, in a buffer that grows and leaves no copy behind.
 *
 *	AUTO(wiped) struct wiped text = { 0 };
 *	wiped_add(&text, bytes, size);
 *
 * text.bytes is followed by a NUL once anything was added. To hand them out, take the pointer and set it to NULL.
 */
#ifndef RUNNER_WIPED_H
#define RUNNER_WIPED_H

#include <stddef.h>

#include "lib/auto.h"

struct wiped {
	char *bytes;
	size_t size, room;
};

void wiped_add(struct wiped *w, const void *bytes, size_t size);
void wiped_add_text(struct wiped *w, const char *text);

/* Wipes and frees; what it was may be used again, empty. */
void wiped_done(struct wiped *w);

static inline void auto_wiped(struct wiped *w)
{
	wiped_done(w);
}

#endif
