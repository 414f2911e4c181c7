/* A settings file. */
#include "lib/settings.c"

#include "../temp_file.h"
#include "fuzz.h"

static void check_values(const struct settings *s)
{
	for (size_t i = 0; i < N_ROWS; i++) {
		const struct row *row = &rows[i];

		if (row->kind == TEXT || row->kind == SECRET)
			assert(fuzz_is_text(*(char **)field(s, row), strlen(*(char **)field(s, row))));
		if (row->kind == NUMBER)
			assert(*(long *)field(s, row) >= row->min && *(long *)field(s, row) <= row->max);
	}
}

static bool same(const struct settings *a, const struct settings *b, const struct row *row)
{
	switch (row->kind) {
	case TEXT:
	case SECRET: return strcmp(*(char **)field(a, row), *(char **)field(b, row)) == 0;
	case NUMBER: return *(long *)field(a, row) == *(long *)field(b, row);
	case FLAG:   return *(bool *)field(a, row) == *(bool *)field(b, row);
	case ELSEWHERE: break;
	}
	return true;
}

/* What --print-settings shows is a file that says the same. */
static void check_print(const struct settings *s)
{
	struct temp_file file = temp_file_new();
	struct settings again;
	char why[512] = "", *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);
	bool loaded;

	settings_print(s, out);
	fclose(out);
	temp_file_write(&file, text, size);
	settings_init(&again);
	loaded = settings_load(&again, file.path, why, sizeof why);
	assert(loaded);
	for (size_t i = 0; i < N_ROWS; i++)
		assert(same(s, &again, &rows[i]));
	settings_done(&again);
	temp_file_free(&file);
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct temp_file file = temp_file_new();
	struct settings s;
	char why[512] = "";

	temp_file_write(&file, data, size);
	settings_init(&s);
	if (settings_load(&s, file.path, why, sizeof why)) {
		check_print(&s);
	} else {
		assert(strncmp(why, file.path, strlen(file.path)) == 0);
		assert(why[strlen(file.path)] == ':' && strlen(why) > strlen(file.path) + 3);
	}
	check_values(&s);
	settings_done(&s);
	temp_file_free(&file);
	return 0;
}
