/* refused.h - request_refuse() for code that stands alone, without request.c: the words as they are. Comes after the code. */
#ifndef TESTS_REFUSED_H
#define TESTS_REFUSED_H

#include <stdarg.h>
#include <stdio.h>

enum status request_refuse(struct request *r, enum status s, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(r->why, sizeof r->why, format, args);
	va_end(args);
	return s;
}

#endif
