/* What a run puts out becomes numbered lines. */
#include "runner/output.c"

#include "lib/auto.h"

#include "house.h"

#define DAY "2026-11-30"
#define MOST 1000
#define NOTICE "[moirai] The output ends here: more than 1000 lines.\n"

static struct masks *no_masks;
static struct output *o;

static int begin(void **state)
{
	(void)state;
	no_masks = masks_new();
	o = output_new(DAY, 7, no_masks, MOST);
	return 0;
}

static int end(void **state)
{
	(void)state;
	output_free(&o);
	masks_free(&no_masks);
	return 0;
}

static void begin_again(void)
{
	output_free(&o);
	o = output_new(DAY, 7, no_masks, MOST);
}

static void feed(const char *text)
{
	output_feed(o, text, strlen(text));
}

/* The rows not yet stored, without their beginnings, which are as they must be. The caller owns the text. */
static char *lines_of(const struct output *output)
{
	struct output_batch batch;
	bool any = output_batch(output, SIZE_MAX, INT32_MAX, &batch);
	char *lines = calloc(1, batch.size + 1), *to = lines, head[64];
	const char *row = batch.data;

	assert_non_null(lines);
	assert_int_equal(any, batch.size > 0);
	assert_int_equal(batch.size, output_waiting(output));
	for (int n = batch.first; n <= batch.last; n++) {
		size_t size = (size_t)snprintf(head, sizeof head, DAY "\t7\t%d\t", n);
		const char *row_end = memchr(row, '\n', batch.size - (size_t)(row - batch.data));

		assert_non_null(row_end);
		assert_memory_equal(row, head, size);
		to = mempcpy(to, row + size, (size_t)(row_end + 1 - row) - size);
		row = row_end + 1;
	}
	assert_ptr_equal(row, batch.data + batch.size);
	return lines;
}

static void lines_are(const char *wanted)
{
	AUTO(text) char *lines = lines_of(o);

	assert_string_equal(lines, wanted);
}

/* Fed at once, and byte by byte. */
static void becomes_of(const char *bytes, size_t size, const char *wanted)
{
	begin_again();
	output_feed(o, bytes, size);
	output_end(o);
	lines_are(wanted);
	begin_again();
	for (size_t i = 0; i < size; i++)
		output_feed(o, bytes + i, 1);
	output_end(o);
	lines_are(wanted);
}

static void becomes(const char *text, const char *wanted)
{
	becomes_of(text, strlen(text), wanted);
}

/* ---- lines ---- */

static void a_line_ends_at_lf_cr_or_both(void **state)
{
	(void)state;
	becomes("a\nb\rc\r\nd\n", "a\nb\nc\nd\n");
	becomes("a\r\r\nb\n\rc\n", "a\n\nb\n\nc\n");
	becomes("\n\n", "\n\n");
	becomes("\r\n\r\n", "\n\n");
	becomes("a\r\x1b[0m\nb", "a\n\x1b[0m\nb\n");
}

static void the_last_line_needs_no_end(void **state)
{
	(void)state;
	becomes("a\nb", "a\nb\n");
	becomes("a", "a\n");
	becomes("a\r", "a\n");
	becomes("", "");
	becomes("\n ", "\n\n");
}

static void white_space_at_the_end_is_dropped(void **state)
{
	(void)state;
	becomes("a \t \n b\t \r\n \t\nc  ", "a\n b\n\nc\n");
}

static void what_copy_would_read_is_escaped(void **state)
{
	(void)state;
	becomes("a\tb\\c\n\\.\n\\N\n", "a\\tb\\\\c\n\\\\.\n\\\\N\n");
}

static void numbers_go_on_and_the_rest_counts(void **state)
{
	struct output_batch batch;

	(void)state;
	feed("a\nb\nc");
	assert_int_equal(output_lines(o), 2);
	assert_true(output_batch(o, 1 << 20, 100, &batch));
	assert_int_equal(batch.size, 34);
	assert_memory_equal(batch.data, DAY "\t7\t1\ta\n" DAY "\t7\t2\tb\n", 34);
	output_end(o);
	output_end(o);
	assert_int_equal(output_lines(o), 3);
	lines_are("a\nb\nc\n");
}

/* ---- characters ---- */

static void what_is_utf8_stays(void **state)
{
	static const char text[] = "\u00e9\u20ac\U0001f600 \u00a0\u07ff\u0800\ud7ff\ue000\ufeff\uffff\U00010000\U0010ffff\u2028\u202e";

	(void)state;
	becomes(text, "\u00e9\u20ac\U0001f600 \u00a0\u07ff\u0800\ud7ff\ue000\ufeff\uffff\U00010000\U0010ffff\u2028\u202e\n");
}

#define BAD "\ufffd"

static void what_is_no_utf8_is_replaced(void **state)
{
	static const struct { const char *text, *wanted; } rows[] = {
		{ "a\xff" "b", "a" BAD "b\n" },
		{ "\x80\xbf", BAD BAD "\n" },
		{ "\xc3", BAD "\n" },
		{ "\xc3\n\xa9", BAD "\n" BAD "\n" },
		{ "\xc3\xc3\xa9", BAD "\u00e9\n" },
		{ "\xe2\x82" "a", BAD "a\n" },
		{ "\xf0\x9f\x98", BAD "\n" },
		{ "\xc0\x80\xc1\xbf", BAD BAD BAD BAD "\n" },                  /* could be shorter */
		{ "\xe0\x9f\xbf", BAD BAD BAD "\n" },
		{ "\xf0\x8f\xbf\xbf", BAD BAD BAD BAD "\n" },
		{ "\xed\xa0\x80\xed\xbf\xbf", BAD BAD BAD BAD BAD BAD "\n" },  /* surrogates */
		{ "\xf4\x90\x80\x80\xf5\x80", BAD BAD BAD BAD BAD BAD "\n" },  /* beyond the last */
		{ "\xe2\x82\x1b[0mx", BAD "\x1b[0mx\n" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		becomes(rows[i].text, rows[i].wanted);
}

static void nul_and_control_characters_go_but_tab(void **state)
{
	(void)state;
	becomes_of("a\0b\0\n\0", 6, "ab\n\n");
	becomes("\x01\x02\x07\x08\x0b\x0c\x0e\x1f" "a\x7f\xc2\x80\xc2\x85\xc2\x9f" "b\tc", "ab\\tc\n");
}

static void colours_stay_and_other_codes_go(void **state)
{
	(void)state;
	becomes("\x1b[0;31mfatal\x1b[0m\x1b[m\x1b[38;2;1;2;3m\x1b[4:3m", "\x1b[0;31mfatal\x1b[0m\x1b[m\x1b[38;2;1;2;3m\x1b[4:3m\n");
	becomes("a\x1b[2Kb\x1b[?25lc\x1b[1;1Hd\x1b(Be\x1b=f\x1b[>4;2mg\x1b[ mh", "abcdefgh\n");
	becomes("a\x1b", "a\n");
	becomes("a\x1b[0", "a\n");
	becomes("a\x1b[0\nb", "a\nb\n");
	becomes("a\x1b[3\x1b[1mb", "a\x1b[1mb\n");
	becomes("a\x1b\x1b[1mb", "a\x1b[1mb\n");
	becomes("a\x1b[\u00e9", "a\u00e9\n");
	becomes("a\x1b]0;title\x07" "b", "a0;titleb\n");
	becomes("\x1b[111111111111111111111111111111111111111m", "111111111m\n");
}

/* ---- long lines ---- */

static char *many(char c, size_t n, const char *more)
{
	char *text = malloc(n + strlen(more) + 1);

	assert_non_null(text);
	memset(text, c, n);
	strcpy(text + n, more);
	return text;
}

static void becomes_many(size_t n, const char *more, size_t shown, const char *wanted_more)
{
	AUTO(text) char *text = many('x', n, more), *wanted = many('x', shown, wanted_more);

	becomes(text, wanted);
}

static void a_line_that_is_too_long_is_cut_with_a_mark(void **state)
{
	(void)state;
	becomes_many(OUTPUT_LINE_MOST, "\ny", OUTPUT_LINE_MOST, "\ny\n");
	becomes_many(OUTPUT_LINE_MOST, "   \t ", OUTPUT_LINE_MOST, "\n");
	becomes_many(OUTPUT_LINE_MOST + 1, "", OUTPUT_LINE_MOST, " [... 1 bytes left out]\n");
	becomes_many(OUTPUT_LINE_MOST + 123456, "  \nnext", OUTPUT_LINE_MOST, " [... 123456 bytes left out]\nnext\n");
	becomes_many(OUTPUT_LINE_MOST, "  \\\t.  ", OUTPUT_LINE_MOST, " [... 5 bytes left out]\n");
}

static void it_is_not_cut_within_a_letter(void **state)
{
	(void)state;
	becomes_many(OUTPUT_LINE_MOST - 2, "\U0001f600ab", OUTPUT_LINE_MOST - 2, " [... 6 bytes left out]\n");
	becomes_many(OUTPUT_LINE_MOST - 4, "\U0001f600ab", OUTPUT_LINE_MOST - 4, "\U0001f600 [... 2 bytes left out]\n");
	becomes_many(OUTPUT_LINE_MOST - 1, "\xff", OUTPUT_LINE_MOST - 1, " [... 3 bytes left out]\n");
}

static void nor_within_a_colour_which_ends_there(void **state)
{
	(void)state;
	becomes_many(OUTPUT_LINE_MOST - 3, "\x1b[0;31mab", OUTPUT_LINE_MOST - 3, " [... 9 bytes left out]\n");
	becomes_many(OUTPUT_LINE_MOST - 7, "\x1b[0;31mab", OUTPUT_LINE_MOST - 7, "\x1b[0;31m\x1b[0m [... 2 bytes left out]\n");
}

/* ---- secrets ---- */

static void masked_becomes(size_t n, const char *more, size_t shown, const char *wanted_more)
{
	struct masks *masks = no_masks;

	no_masks = masks_new();
	masks_add(no_masks, "rex2000", 7);
	masks_add(no_masks, "a\tb\\c", 5);
	becomes_many(n, more, shown, wanted_more);
	output_free(&o);
	masks_free(&no_masks);
	no_masks = masks;
}

static void secrets_are_masked(void **state)
{
	(void)state;
	masked_becomes(0, "a rex2000\trex2000 b\nre\nx2000\n", 0, "a " MASK "\\t" MASK " b\nre\nx2000\n");
	masked_becomes(0, "rex\x01" "20\x1b[K00", 0, MASK "\n");
	masked_becomes(0, "<a\tb\\c> a\\tb\\\\c", 0, "<" MASK "> " MASK "\n");
}

static void one_at_the_cut_is_not_shown_by_half(void **state)
{
	(void)state;
	masked_becomes(OUTPUT_LINE_MOST - 3, "rex2000", OUTPUT_LINE_MOST - 3, MASK "\n");
	masked_becomes(OUTPUT_LINE_MOST - 3, "rex2000!", OUTPUT_LINE_MOST - 3, MASK " [... 1 bytes left out]\n");
	masked_becomes(OUTPUT_LINE_MOST - 1, "rex2000 and more", OUTPUT_LINE_MOST - 1, MASK " [... 9 bytes left out]\n");
	masked_becomes(OUTPUT_LINE_MOST - 7, "rex2000x", OUTPUT_LINE_MOST - 7, MASK " [... 1 bytes left out]\n");
	masked_becomes(OUTPUT_LINE_MOST, "rex2000", OUTPUT_LINE_MOST, " [... 7 bytes left out]\n");
}

/* ---- many lines ---- */

static void feed_lines(int n)
{
	for (int i = 0; i < n; i++)
		feed("x\n");
}

static void after_the_most_one_line_says_that_there_were_more(void **state)
{
	struct output_batch batch;

	(void)state;
	feed_lines(MOST);
	output_end(o);
	assert_int_equal(output_lines(o), MOST);
	assert_int_equal(output_left_out(o), 0);
	feed("y");
	assert_int_equal(output_lines(o), MOST);
	output_end(o);
	feed_lines(5);
	assert_int_equal(output_lines(o), MOST + 1);
	assert_int_equal(output_left_out(o), 6);
	output_stored(o, MOST);
	assert_true(output_batch(o, 1, 1, &batch));
	assert_int_equal(batch.first, MOST + 1);
	assert_int_equal(batch.last, MOST + 1);
	lines_are(NOTICE);
}

static void what_we_say_has_always_room(void **state)
{
	(void)state;
	feed_lines(MOST + 1);
	feed("half");
	output_say(o, "[ERROR]: User interrupted execution");
	output_say(o, "");
	output_say(o, "two\nlines");
	output_stored(o, MOST);
	lines_are(NOTICE "[ERROR]: User interrupted execution\n\ntwo\nlines\n");
	assert_int_equal(output_left_out(o), 2);
}

static void what_we_say_ends_the_line_before_it(void **state)
{
	(void)state;
	feed("a\nb\xc3");
	output_say(o, "ERROR! ours");
	lines_are("a\nb" BAD "\nERROR! ours\n");
	assert_false(output_has_error(o));
}

/* ---- rows ---- */

static void batches_have_whole_rows_of_some_bytes_and_lines(void **state)
{
	struct output_batch batch;

	(void)state;
	assert_false(output_batch(o, 1000, 10, &batch));
	feed("one\ntwo\nthree\n");
	assert_true(output_batch(o, 1, 10, &batch));
	assert_int_equal(batch.first, 1);
	assert_int_equal(batch.last, 1);
	assert_true(output_batch(o, 38, 10, &batch));
	assert_int_equal(batch.last, 2);
	assert_int_equal(batch.size, 38);
	assert_true(output_batch(o, 37, 10, &batch));
	assert_int_equal(batch.last, 1);
	assert_true(output_batch(o, 1000, 2, &batch));
	assert_int_equal(batch.last, 2);
	output_stored(o, batch.last);
	output_stored(o, 1);
	lines_are("three\n");
	output_stored(o, 3);
	assert_false(output_batch(o, 1000, 10, &batch));
	assert_int_equal(output_waiting(o), 0);
	feed("four\n");
	lines_are("four\n");
}

static void what_is_stored_already_is_not_made_again(void **state)
{
	(void)state;
	output_stored(o, 2);
	feed("ERROR! one\ntwo\nthree\nfour");
	output_end(o);
	lines_are("three\nfour\n");
	assert_true(output_has_error(o));
	begin_again();
	output_stored(o, MOST + 2);
	feed_lines(MOST + 5);
	output_end(o);
	output_say(o, "stored, too");
	assert_int_equal(output_lines(o), MOST + 2);
	assert_int_equal(output_waiting(o), 0);
	output_say(o, "not yet");
	lines_are("not yet\n");
}

static void rows_move_and_grow_and_stay_what_they_are(void **state)
{
	struct output_batch batch;
	int stored = 0;

	(void)state;
	for (int i = 0; i < 900; i++) {
		AUTO(text) char *line = many((char)('a' + i % 26), (size_t)i * 7, "\n");

		feed(line);
		if (i % 3 != 0)
			continue;
		assert_true(output_batch(o, SIZE_MAX, 2, &batch));
		for (int n = batch.first; n <= batch.last; n++, stored++) {
			const char *text = memrchr(batch.data, '\t', (size_t)((char *)memchr(batch.data, '\n', batch.size) - batch.data));

			assert_int_equal(n, stored + 1);
			assert_int_equal(strspn(text + 1, (char[]){ (char)('a' + stored % 26), '\0' }), stored * 7);
			batch.size -= (size_t)(strchr(batch.data, '\n') + 1 - batch.data);
			batch.data = strchr(batch.data, '\n') + 1;
		}
		output_stored(o, batch.last);
	}
	assert_int_equal(stored, 599);
}

static void an_error_is_seen_whatever_its_colours(void **state)
{
	static const struct { const char *text; bool is_error; } rows[] = {
		{ "ERROR! the playbook: x could not be found", true },
		{ "a\n\x1b[0;31mERROR! x\x1b[0m\nb", true },
		{ "\x1b[0m\x1b[0;31mERR\x1b[1mOR! x", true },
		{ "a ERROR! x", false },
		{ "ERROR!", false },
		{ "ERROR! ", false },
		{ "ERROR", false },
		{ "[ERROR]: x", false },
		{ "\x1b[0;31m", false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		begin_again();
		feed(rows[i].text);
		output_end(o);
		assert_int_equal(output_has_error(o), rows[i].is_error);
	}
}

static void it_is_seen_also_where_no_line_is_kept(void **state)
{
	(void)state;
	feed_lines(MOST + 3);
	assert_false(output_has_error(o));
	feed("ERROR! x\n");
	assert_true(output_has_error(o));
}

#define WITH_OUTPUT(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_OUTPUT(a_line_ends_at_lf_cr_or_both),
		WITH_OUTPUT(the_last_line_needs_no_end),
		WITH_OUTPUT(white_space_at_the_end_is_dropped),
		WITH_OUTPUT(what_copy_would_read_is_escaped),
		WITH_OUTPUT(numbers_go_on_and_the_rest_counts),
		WITH_OUTPUT(what_is_utf8_stays),
		WITH_OUTPUT(what_is_no_utf8_is_replaced),
		WITH_OUTPUT(nul_and_control_characters_go_but_tab),
		WITH_OUTPUT(colours_stay_and_other_codes_go),
		WITH_OUTPUT(a_line_that_is_too_long_is_cut_with_a_mark),
		WITH_OUTPUT(it_is_not_cut_within_a_letter),
		WITH_OUTPUT(nor_within_a_colour_which_ends_there),
		WITH_OUTPUT(secrets_are_masked),
		WITH_OUTPUT(one_at_the_cut_is_not_shown_by_half),
		WITH_OUTPUT(after_the_most_one_line_says_that_there_were_more),
		WITH_OUTPUT(what_we_say_has_always_room),
		WITH_OUTPUT(what_we_say_ends_the_line_before_it),
		WITH_OUTPUT(batches_have_whole_rows_of_some_bytes_and_lines),
		WITH_OUTPUT(what_is_stored_already_is_not_made_again),
		WITH_OUTPUT(rows_move_and_grow_and_stay_what_they_are),
		WITH_OUTPUT(an_error_is_seen_whatever_its_colours),
		WITH_OUTPUT(it_is_seen_also_where_no_line_is_kept),
	};

	return cmocka_run_group_tests_name("output", tests, NULL, NULL);
}
