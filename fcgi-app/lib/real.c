#include "config.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/real.h"

#define FEWEST 15             /* each decimal number of so many digits is a double of its own */
#define MOST 17               /* that many tell any two doubles apart */
#define SIZE 32

/* As jansson does: 1e+05 is 1e5. */
static void trim_exponent(char *text)
{
	char *exponent = strchr(text, 'e');
	char *digits;

	if (exponent == NULL)
		return;
	digits = exponent + 1 + strspn(exponent + 1, "+-");
	digits += strspn(digits, "0");
	exponent += exponent[1] == '-' ? 2 : 1;
	memmove(exponent, digits, strlen(digits) + 1);
}

static size_t write_real(double real, char text[SIZE])
{
	for (int digits = FEWEST; digits <= MOST; digits++) {
		double again;

		snprintf(text, SIZE, "%.*g", digits, real);
		again = strtod(text, NULL);
		if (!(again < real) && !(again > real))
			break;
	}
	trim_exponent(text);
	if (strpbrk(text, ".e") == NULL)
		strcat(text, ".0");
	return strlen(text);
}

/* The number that begins here, written to `to`, which may be the same place. (A very small one may be as short as can be.) */
static size_t shorten(const char *number, size_t size, char *to)
{
	bool is_whole = strspn(number, "-0123456789") == size;
	char text[SIZE];
	size_t n = is_whole ? size : write_real(strtod(number, NULL), text);

	if (is_whole || n >= size) {
		memmove(to, number, size);
		return size;
	}
	memcpy(to, text, n);
	return n;
}

void real_shorten(char *json)
{
	bool in_string = false;
	char *to = json;

	for (const char *from = json; *from != '\0';) {
		size_t size = in_string || *from == 'e' ? 0 : strspn(from, "-+.0123456789eE");

		if (size > 0) {
			to += shorten(from, size, to);
			from += size;
			continue;
		}
		if (in_string && *from == '\\')
			*to++ = *from++;
		else if (*from == '"')
			in_string = !in_string;
		*to++ = *from++;
	}
	*to = '\0';
}
