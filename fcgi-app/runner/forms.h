/* forms.h - how a text is written where others show it: as it is, without its control characters, as JSON has it (with and
 * without letters beyond ASCII), as Python's repr() and a shell's single quotes have it, and as some of these are within each
 * other. The quotes around are not part of it.
 */
#ifndef RUNNER_FORMS_H
#define RUNNER_FORMS_H

#include <stddef.h>

#include "runner/wiped.h"

/* Calls take() with each form of a text in UTF-8, some of which may be the same; it owns the form, and leaves the buffer empty. */
void forms_each(const char *text, size_t size, void (*take)(void *context, struct wiped *take_form), void *context);

#endif
