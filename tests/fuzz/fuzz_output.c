/* What a run puts out: the same lines however it is cut, and nothing in them that does harm. */
#include "config.h"

#include <stdio.h>

#include "runner/masks.h"
#include "runner/output.h"

#include "fuzz.h"

#define HEAD "2026-11-30\t7\t"
#define MOST_LINES 50

static const char *const secrets[] = { "rex2000", "2000 dogs", "it's", "\u00e9\u00e9\u00e9\u00e9" };

static struct masks *masks_of(void)
{
	struct masks *masks = masks_new();

	for (size_t i = 0; i < sizeof secrets / sizeof secrets[0]; i++)
		masks_add(masks, secrets[i], strlen(secrets[i]));
	return masks;
}

/* Fed in pieces of so many bytes, `stored` lines being stored already. */
static struct output *feed(const struct masks *masks, const uint8_t *data, size_t size, size_t piece, int stored)
{
	struct output *o = output_new("2026-11-30", 7, masks, MOST_LINES);

	output_stored(o, stored);
	for (size_t i = 0; i < size; i += piece) {
		size_t n = size - i < piece ? size - i : piece;
		char *bytes = malloc(n);                 /* of just its size, so that a sanitizer sees who reads past it */

		assert(bytes != NULL);
		memcpy(bytes, data + i, n);
		output_feed(o, bytes, n);
		free(bytes);
	}
	output_end(o);
	return o;
}

static int64_t count_lines(const uint8_t *data, size_t size)
{
	int64_t n = size > 0 && data[size - 1] != '\n' && data[size - 1] != '\r';

	for (size_t i = 0; i < size; i++)
		n += data[i] == '\r' || (data[i] == '\n' && (i == 0 || data[i - 1] != '\r'));
	return n;
}

/* Only colours begin with ESC. */
static size_t colour_size(const char *text)
{
	size_t n = 2;

	assert(text[1] == '[');
	n += strspn(text + n, "0123456789;:");
	assert(text[n] == 'm');
	return n + 1;
}

static void check_line(const char *line, size_t size)
{
	assert(strlen(line) == size && fuzz_is_text(line, size));
	assert(size == 0 || (line[size - 1] != ' ' && line[size - 1] != '\t'));
	assert(size <= 4 * (OUTPUT_LINE_MOST + 20));
	for (size_t i = 0; i < sizeof secrets / sizeof secrets[0]; i++)
		assert(strstr(line, secrets[i]) == NULL);
	for (size_t i = 0; i < size; i++) {
		unsigned char c = (unsigned char)line[i];

		if (c == 0x1b)
			i += colour_size(line + i) - 1;
		else
			assert((c >= ' ' || c == '\t') && c != 0x7f && (c != 0xc2 || (unsigned char)line[i + 1] >= 0xa0));
	}
}

/* COPY's text format. Returns the size of the row. */
static size_t check_row(const char *row, size_t size, int number)
{
	char head[64], *line;
	size_t n = (size_t)snprintf(head, sizeof head, HEAD "%d\t", number), used = 0;

	assert(size > n && memcmp(row, head, n) == 0);
	line = malloc(size - n + 1);
	assert(line != NULL);
	for (; row[n] != '\n'; n++) {
		assert(n + 1 < size && row[n] != '\t');
		if (row[n] == '\\') {
			n++;
			assert(row[n] == 't' || row[n] == '\\');
			line[used++] = row[n] == 't' ? '\t' : '\\';
		} else {
			line[used++] = row[n];
		}
	}
	line[used] = '\0';
	check_line(line, used);
	free(line);
	return n + 1;
}

static void check_rows(const struct output *o)
{
	struct output_batch batch;
	size_t at = 0;

	if (!output_batch(o, SIZE_MAX, INT32_MAX, &batch))
		return;
	assert(batch.size == output_waiting(o) && batch.last == output_lines(o));
	for (int n = batch.first; n <= batch.last; n++)
		at += check_row(batch.data + at, batch.size - at, n);
	assert(at == batch.size);
}

/* The rows of the one end like those of the other, which has more. */
static void check_same(const struct output *o, const struct output *all)
{
	struct output_batch some, whole;
	bool has_some = output_batch(o, SIZE_MAX, INT32_MAX, &some), has_any = output_batch(all, SIZE_MAX, INT32_MAX, &whole);

	assert(output_lines(o) == output_lines(all) && output_left_out(o) == output_left_out(all));
	assert(output_has_error(o) == output_has_error(all));
	if (has_some)
		assert(has_any && some.size <= whole.size && memcmp(some.data, whole.data + whole.size - some.size, some.size) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const size_t pieces[] = { 1, 2, 3, 7, 4096 };
	struct masks *masks = masks_of();
	struct output *all = feed(masks, data, size, size + 1, 0), *rest = feed(masks, data, size, 5, output_lines(all) / 2);
	int64_t lines = count_lines(data, size);

	check_rows(all);
	assert(output_lines(all) == (lines > MOST_LINES ? MOST_LINES + 1 : lines));
	assert(output_left_out(all) == (lines > MOST_LINES ? lines - MOST_LINES : 0));
	for (size_t i = 0; i < sizeof pieces / sizeof pieces[0]; i++) {
		struct output *o = feed(masks, data, size, pieces[i], 0);

		check_same(o, all);
		assert(output_waiting(o) == output_waiting(all));
		output_free(&o);
	}
	check_same(rest, all);
	output_free(&rest);
	output_free(&all);
	masks_free(&masks);
	return 0;
}
