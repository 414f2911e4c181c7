/* log.h - one line on standard error for what the operator should know; the journal reads the level from its front.
 *
 * The library never logs: programs do, once, at their edge. No secret and no request body goes in here.
 */
#ifndef LIB_LOG_H
#define LIB_LOG_H

enum log_level { LOG_LEVEL_ERROR = 3, LOG_LEVEL_WARNING = 4, LOG_LEVEL_INFO = 6, LOG_LEVEL_DEBUG = 7 };

/* Lines above this level are left out; LOG_LEVEL_INFO unless set. */
void log_set_level(enum log_level level);

/* The name that begins each line, kept by reference. */
void log_set_name(const char *name);

__attribute__((format(printf, 2, 3))) void log_line(enum log_level level, const char *format, ...);

/* A bad start: says why and exits with 111. */
__attribute__((format(printf, 1, 2), noreturn)) void fatal(const char *format, ...);

#endif
