/* fuzz.h - what the fuzz targets share. A target asserts what must hold for every input there is. */
#ifndef FUZZ_FUZZ_H
#define FUZZ_FUZZ_H

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The input as a string that ends at its first NUL, in a block of just its size, so that a sanitizer sees who reads
 * past it. */
static inline char *fuzz_text(const uint8_t *data, size_t size)
{
	size_t n = size > 0 ? strnlen((const char *)data, size) : 0;
	char *text = malloc(n + 1);

	assert(text != NULL);
	if (n > 0)
		memcpy(text, data, n);
	text[n] = '\0';
	return text;
}

/* How many bytes of the text the character takes that begins it, 0 if it is no UTF-8. Written from the table in
 * RFC 3629 and nothing of ours. */
static inline size_t fuzz_character(const unsigned char *t, size_t size)
{
	static const struct { unsigned char first, last, low, high; size_t n; } table[] = {
		{ 0x01, 0x7f, 0, 0, 1 },       { 0xc2, 0xdf, 0x80, 0xbf, 2 }, { 0xe0, 0xe0, 0xa0, 0xbf, 3 },
		{ 0xe1, 0xec, 0x80, 0xbf, 3 }, { 0xed, 0xed, 0x80, 0x9f, 3 }, { 0xee, 0xef, 0x80, 0xbf, 3 },
		{ 0xf0, 0xf0, 0x90, 0xbf, 4 }, { 0xf1, 0xf3, 0x80, 0xbf, 4 }, { 0xf4, 0xf4, 0x80, 0x8f, 4 },
	};

	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		if (t[0] < table[i].first || t[0] > table[i].last)
			continue;
		if (size < table[i].n || (table[i].n > 1 && (t[1] < table[i].low || t[1] > table[i].high)))
			return 0;
		for (size_t k = 2; k < table[i].n; k++)
			if ((t[k] & 0xc0) != 0x80)
				return 0;
		return table[i].n;
	}
	return 0;
}

/* Is it UTF-8 without NUL? */
static inline bool fuzz_is_text(const char *text, size_t size)
{
	size_t n = 1;

	for (size_t i = 0; i < size && n > 0; i += n) {
		n = fuzz_character((const unsigned char *)text + i, size - i);
		if (n == 0)
			return false;
	}
	return true;
}

#endif
