#include "config.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/log.h"

static enum log_level highest = LOG_LEVEL_INFO;
static const char *program = "moirai";

void log_set_level(enum log_level level)
{
	highest = level;
}

void log_set_name(const char *name)
{
	program = name;
}

/* One write, so that lines of many processes never mix. */
__attribute__((format(printf, 2, 0)))
static void write_line(enum log_level level, const char *format, va_list args)
{
	char line[1024];
	size_t n;

	if (getenv("JOURNAL_STREAM") != NULL)
		n = (size_t)snprintf(line, sizeof line, "<%d>", level);
	else
		n = (size_t)snprintf(line, sizeof line, "%s[%d]: ", program, (int)getpid());
	n += (size_t)vsnprintf(line + n, sizeof line - n, format, args);
	if (n > sizeof line - 2)
		n = sizeof line - 2;
	for (size_t i = 0; i < n; i++)
		if ((unsigned char)line[i] < ' ')
			line[i] = ' ';
	line[n] = '\n';
	if (write(STDERR_FILENO, line, n + 1) < 0)
		return;         /* nobody is left to be told */
}

void log_line(enum log_level level, const char *format, ...)
{
	va_list args;

	if (level > highest)
		return;
	va_start(args, format);
	write_line(level, format, args);
	va_end(args);
}

void fatal(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	write_line(LOG_LEVEL_ERROR, format, args);
	va_end(args);
	exit(111);
}
