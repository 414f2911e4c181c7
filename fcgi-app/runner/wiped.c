#include "config.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "lib/seal.h"
#include "runner/wiped.h"

/* Not realloc(), which would leave the old bytes where they were. */
static void grow(struct wiped *w, size_t needed)
{
	size_t room = w->room * 2 > needed ? w->room * 2 : needed + 48;
	char *bytes = malloc(room);

	assert(bytes != NULL);
	if (w->size > 0)
		memcpy(bytes, w->bytes, w->size);
	seal_wipe(&w->bytes, w->size);
	w->bytes = bytes;
	w->room = room;
}

void wiped_add(struct wiped *w, const void *bytes, size_t size)
{
	if (w->size + size + 1 > w->room)
		grow(w, w->size + size + 1);
	if (size > 0)
		memcpy(w->bytes + w->size, bytes, size);
	w->size += size;
	w->bytes[w->size] = '\0';
}

void wiped_add_text(struct wiped *w, const char *text)
{
	wiped_add(w, text, strlen(text));
}

void wiped_done(struct wiped *w)
{
	seal_wipe(&w->bytes, w->size);
	w->size = w->room = 0;
}
