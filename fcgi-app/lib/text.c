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
