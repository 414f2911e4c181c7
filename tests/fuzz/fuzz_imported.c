/* What may be one of Django's hashes. */
#include "lib/password.c"

#include <assert.h>

#include "fuzz.h"

/* The digits of a number from 1 to IMPORTED_MOST, without zeros in front. */
static const char *after_number(const char *text)
{
	long n = 0;

	if (*text < '1' || *text > '9')
		return NULL;
	for (; *text >= '0' && *text <= '9'; text++) {
		n = n * 10 + (*text - '0');
		if (n > IMPORTED_MOST)
			return NULL;
	}
	return *text == '$' ? text + 1 : NULL;
}

/* libsodium 1.0.18 takes some bytes beyond ASCII for digits: such a key is nobody's, and no harm. */
static bool is_key(const char *text, bool *ascii)
{
	size_t n = strlen(text);

	*ascii = true;
	for (size_t i = 0; i < n; i++)
		*ascii &= (unsigned char)text[i] < 0x80;
	return n == 44 && text[43] == '=' &&
	       strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/") == 43 &&
	       strchr("AEIMQUYcgkosw048", text[42]) != NULL;
}

/* Is it PREFIX$ITERATIONS$SALT$KEY? */
static bool is_imported(const char *hash, bool *ascii)
{
	const char *salt, *end;

	*ascii = true;
	if (strncmp(hash, IMPORTED, strlen(IMPORTED)) != 0)
		return false;
	salt = after_number(hash + strlen(IMPORTED));
	end = salt != NULL ? strchr(salt, '$') : NULL;
	return end != NULL && end > salt && is_key(end + 1, ascii);
}

static void check_parts(const char *hash)
{
	struct imported parts;
	bool read = read_imported(hash, &parts);

	assert(read && parts.iterations >= 1 && parts.iterations <= IMPORTED_MOST);
	assert(parts.salt > hash && parts.salt_size > 0 && memchr(parts.salt, '$', parts.salt_size) == NULL);
	assert(parts.salt[parts.salt_size] == '$' && parts.salt + parts.salt_size < hash + strlen(hash));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *hash = fuzz_text(data, size);
	bool ascii, expected = is_imported(hash, &ascii), imported = password_is_imported(hash);

	assert(imported == expected || (imported && !ascii));
	if (imported)
		check_parts(hash);
	free(hash);
	return 0;
}
