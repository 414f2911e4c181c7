/* The Cookie header: what is found there against a reader that takes it apart one cookie after the other. */
#include "config.h"

#include "worker/input.h"

#include "fuzz.h"

#define NAME "moirai"

/* The value of the first cookie of that name, as long as it is; or NULL. */
static const char *find(const char *header, size_t *ret_size)
{
	size_t n = strlen(NAME);

	for (;;) {
		while (*header == ';' || *header == ' ' || *header == '\t')
			header++;
		if (*header == '\0')
			return NULL;
		if (strlen(header) > n && memcmp(header, NAME, n) == 0 && header[n] == '=') {
			header += n + 1;
			for (*ret_size = 0; header[*ret_size] != '\0' && strchr("; \t", header[*ret_size]) == NULL;)
				++*ret_size;
			return header;
		}
		while (*header != '\0' && *header != ';')
			header++;
	}
}

/* In room for so many bytes, of which none is written beyond. */
static void check(const char *header, size_t room)
{
	char *value = malloc(room);
	size_t size = 0;
	const char *expected = find(header, &size);

	assert(value != NULL);
	if (input_cookie(header, NAME, value, room)) {
		assert(expected != NULL && size < room && strlen(value) == size);
		assert(memcmp(value, expected, size) == 0);
	} else {
		assert(expected == NULL || size >= room);
	}
	free(value);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *header = fuzz_text(data, size);

	check(header, 41);
	check(header, 5);
	check(header, 1);
	free(header);
	return 0;
}
