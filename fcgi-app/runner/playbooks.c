#include "config.h"

#include <assert.h>
#include <locale.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>
#include <wctype.h>

#include "runner/playbooks.h"

static bool ends(const char *name, size_t size, const char *ending)
{
	size_t n = strlen(ending);

	return size > n && memcmp(name + size - n, ending, n) == 0;
}

/* Letters and digits are those of the locale that is in use. */
static bool is_playbook(const char *name)
{
	size_t size = strlen(name), n;
	mbstate_t state = { 0 };
	wchar_t c;

	if (!ends(name, size, ".yml") && !ends(name, size, ".yaml"))
		return false;
	for (; *name != '\0'; name += n) {
		n = mbrtowc(&c, name, MB_CUR_MAX, &state);
		if (n == (size_t)-1 || n == (size_t)-2)
			return false;
		if (!iswalnum((wint_t)c) && c != L'_' && c != L'.' && c != L'-')
			return false;
	}
	return true;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static json_t *sorted(const char **names, size_t n)
{
	json_t *array = json_array();

	qsort(names, n, sizeof *names, by_name);
	for (size_t i = 0; i < n; i++)
		json_array_append_new(array, json_string(names[i]));
	return array;
}

json_t *playbooks_among(const json_t *names)
{
	locale_t utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0), before = uselocale(utf8);
	const char **found = calloc(json_array_size(names) + 1, sizeof *found);
	json_t *name, *array;
	size_t i, n = 0;

	assert(found != NULL);
	json_array_foreach(names, i, name)
		if (is_playbook(json_string_value(name)))
			found[n++] = json_string_value(name);
	array = sorted(found, n);
	free(found);
	uselocale(before);
	if (utf8 != (locale_t)0)
		freelocale(utf8);
	return array;
}
