/* log_kept.h - lib/log.h for code that stands alone: `logged` is the last line, and whoever is fatal exits with 111. Where
 * `logged_only` is a level, each line must be of it. Comes after house.h.
 */
#ifndef TESTS_LOG_KEPT_H
#define TESTS_LOG_KEPT_H

#include "lib/log.h"

static char logged[512];
static enum log_level logged_only;

void log_line(enum log_level level, const char *format, ...)
{
	va_list args;

	if (logged_only != 0)
		assert_int_equal(level, logged_only);
	va_start(args, format);
	vsnprintf(logged, sizeof logged, format, args);
	va_end(args);
}

void fatal(const char *format, ...)
{
	(void)format;
	exit(111);
}

#endif
