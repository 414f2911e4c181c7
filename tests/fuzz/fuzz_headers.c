/* Host and Content-Type. */
#include "config.h"

#include <ctype.h>
#include <strings.h>

#include "worker/input.h"

#include "fuzz.h"

static bool may_stand_in_a_host(unsigned char c)
{
	return c < 0x80 && (isalnum(c) || (c != '\0' && strchr("-._:[]", c) != NULL));
}

static void check_host(const char *text)
{
	size_t n = strlen(text), good = 0;

	while (good < n && may_stand_in_a_host((unsigned char)text[good]))
		good++;
	assert(input_host_is_good(text) == (good == n && n > 0 && n < 300));
}

static void check_type(const char *text)
{
	static const char json[] = "application/json";
	size_t n = strlen(json);

	while (*text == ' ' || *text == '\t')
		text++;
	if (!input_type_is(text, json)) {
		assert(strcasecmp(text, json) != 0);
		return;
	}
	assert(strlen(text) >= n && strncasecmp(text, json, n) == 0);
	assert(text[n] == '\0' || text[n] == ';' || text[n] == ' ' || text[n] == '\t');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_text(data, size);

	check_host(text);
	check_type(text);
	free(text);
	return 0;
}
