#include "config.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <jansson.h>

#include "lib/text.h"
#include "runner/why.h"

static bool is_utf8(const char *text)
{
	json_t *string = json_string(text);              /* who looks whether it is */

	json_decref(string);
	return string != NULL;
}

static void make_plain(char *text, unsigned char stays)
{
	bool utf8 = is_utf8(text);

	for (unsigned char *c = (unsigned char *)text; *c != '\0'; c++)
		if ((*c < ' ' && *c != stays) || *c == 0x7f)
			*c = ' ';
		else if (*c >= 0x80 && !utf8)
			*c = '?';
}

void why_plain(char *text)
{
	make_plain(text, '\0');
}

void why_plain_lines(char *text)
{
	make_plain(text, '\n');
}

enum status why_say(enum status s, char why[WHY], const char *format, ...)
{
	va_list args;

	va_start(args, format);
	if (vsnprintf(why, WHY, format, args) >= WHY)
		text_end_between_letters(why);
	va_end(args);
	why_plain(why);
	return s;
}

static char *star(char *from, size_t size)
{
	size_t stars = size < 3 ? size : 3;

	memset(from, '*', stars);
	memmove(from + stars, from + size, strlen(from + size) + 1);
	return from + stars;
}

void why_hide(char *text, const char *secret)
{
	if (secret == NULL || *secret == '\0')
		return;
	for (char *at = text; (at = strstr(at, secret)) != NULL;)
		at = star(at, strlen(secret));
}

void why_hide_users(char *text)
{
	for (char *at = text; (at = strstr(at, "://")) != NULL;) {
		size_t size = strcspn(at += 3, "/?# \t\r\n'\"<>"), user = size;

		while (user > 0 && at[user - 1] != '@')
			user--;
		if (user > 1)
			at = star(at, user - 1);
	}
}
