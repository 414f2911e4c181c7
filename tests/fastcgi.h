/* fastcgi.h - libfcgi without nginx: `sent` is what would go to it, `body` what it brings.
 *
 *	fastcgi_begin((char *[]){ "REQUEST_METHOD=GET", NULL });
 */
#ifndef TESTS_FASTCGI_H
#define TESTS_FASTCGI_H

#include <assert.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <fcgiapp.h>

static char sent[8192];
static const char *body_sent = "";
static bool nobody_reads;          /* what is flushed does not arrive */
static FCGX_Stream stream_in, stream_out;
static FCGX_Request fcgi;

static inline void fastcgi_begin(char **params)
{
	*sent = '\0';
	fcgi = (FCGX_Request){ .in = &stream_in, .out = &stream_out, .envp = params, .ipcFd = -1 };
}

static inline bool was_sent(const char *text)
{
	return strstr(sent, text) != NULL;
}

int FCGX_GetStr(char *text, int size, FCGX_Stream *in)
{
	size_t n = strlen(body_sent);

	assert(in == &stream_in);
	if (n > (size_t)size)
		n = (size_t)size;
	memcpy(text, body_sent, n);
	return (int)n;
}

int FCGX_PutStr(const char *text, int size, FCGX_Stream *out)
{
	assert(out == &stream_out);
	assert(strlen(sent) + (size_t)size < sizeof sent);
	strncat(sent, text, (size_t)size);
	return size;
}

int FCGX_PutS(const char *text, FCGX_Stream *out)
{
	return FCGX_PutStr(text, (int)strlen(text), out);
}

int FCGX_FFlush(FCGX_Stream *out)
{
	assert(out == &stream_out);
	return nobody_reads ? -1 : 0;
}

__attribute__((format(printf, 2, 3)))
int FCGX_FPrintF(FCGX_Stream *out, const char *format, ...)
{
	char text[2048];
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(text, sizeof text, format, args);
	va_end(args);
	assert(n >= 0 && (size_t)n < sizeof text);
	return FCGX_PutStr(text, n, out);
}

#endif
