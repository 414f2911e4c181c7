#include "config.h"

#include <stdio.h>
#include <stdlib.h>

#include "lib/real.h"

#define FEWEST 15             /* each decimal number of so many digits is a double of its own */
#define MOST 17               /* that many tell any two doubles apart */

static int digits_of(double real)
{
	char text[40];

	for (int digits = FEWEST; digits < MOST; digits++) {
		snprintf(text, sizeof text, "%.*g", digits, real);
		if (!(strtod(text, NULL) < real) && !(strtod(text, NULL) > real))
			return digits;
	}
	return MOST;
}

/* 0: it has no reals. What we dump is never so deep that this could not end (worker/input.h). */
static int digits_in(json_t *value)
{
	int most = json_is_real(value) ? digits_of(json_real_value(value)) : 0;
	const char *key;
	json_t *child;
	size_t i;

	json_object_foreach(value, key, child) {
		int digits = digits_in(child);

		most = digits > most ? digits : most;
	}
	json_array_foreach(value, i, child) {
		int digits = digits_in(child);

		most = digits > most ? digits : most;
	}
	return most;
}

size_t real_flags(json_t *value)
{
	int digits = digits_in(value);

	return digits > 0 ? JSON_REAL_PRECISION((size_t)digits) : 0;
}
