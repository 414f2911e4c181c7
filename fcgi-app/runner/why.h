/* why.h - the reason that is told to people when a project's files can't be had: one line, plain, without secrets.
 *
 * Much of it is said by others: git, a server, the names in an archive. So what comes in has no control characters, is UTF-8,
 * and is looked through for secrets before any of it is cut off.
 */
#ifndef RUNNER_WHY_H
#define RUNNER_WHY_H

#include "lib/status.h"

#define WHY 400

/* Fills `why`, and returns `s`. */
__attribute__((format(printf, 3, 4))) enum status why_say(enum status s, char why[WHY], const char *format, ...);

/* Makes control characters blanks, and what isn't UTF-8 question marks; ends of lines stay in why_plain_lines(). */
void why_plain(char *text);
void why_plain_lines(char *text);

/* Stars in place of each `secret` (NULL and "" are none), and of what stands before the @ of an URL. The text gets no longer. */
void why_hide(char *text, const char *secret);
void why_hide_users(char *text);

#endif
