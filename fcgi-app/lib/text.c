#include "config.h"

#include <string.h>

#include "lib/text.h"

void text_end_between_letters(char *text)
{
	size_t n = strlen(text), first = n;
	unsigned char lead;

	while (first > 0 && ((unsigned char)text[first - 1] & 0xc0) == 0x80)
		first--;
	if (first == 0)
		return;
	lead = (unsigned char)text[--first];
	if (n - first < (lead >= 0xf0 ? 4U : lead >= 0xe0 ? 3U : lead >= 0xc0 ? 2U : 1U))
		text[first] = '\0';
}

#define ESC '\x1b'

/* The size of the code that begins here; 0: it is none. */
static size_t code_size(const char *text, size_t size)
{
	const char *m = memchr(text, 'm', size);

	return m != NULL && memchr(text, '\n', (size_t)(m - text)) == NULL ? (size_t)(m - text) + 1 : 0;
}

size_t text_plain(const char *text, size_t size, char *ret_plain)
{
	const char *end = text + size, *from = text, *at;
	char *to = ret_plain;

	while ((at = memchr(from, ESC, (size_t)(end - from))) != NULL) {
		size_t code = code_size(at, (size_t)(end - at)), n = (size_t)(at - from) + (code == 0);

		memcpy(to, from, n);
		to += n;
		from = at + code + (code == 0);
	}
	memcpy(to, from, (size_t)(end - from));
	return (size_t)(to - ret_plain) + (size_t)(end - from);
}
