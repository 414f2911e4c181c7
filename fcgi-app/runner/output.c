#include "config.h"

#include <assert.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/seal.h"
#include "runner/masks.h"
#include "runner/output.h"

#define ESC '\x1b'
#define PLAIN_AGAIN "\x1b[0m"
#define REPLACEMENT "\xef\xbf\xbd"
#define MOST_CODE 32

struct output {
	const struct masks *masks;       /* borrowed */
	char head[48];                   /* of each row: DAY \t RUN \t */
	size_t head_size;

	unsigned char letter[4];         /* that has begun, of so many bytes; the next one has to be between these */
	size_t letter_size, letter_needs;
	unsigned char low, high;
	char code[MOST_CODE];            /* of a terminal, that has begun */
	size_t code_size;
	bool after_cr;

	bool begun;                      /* a line: this is the beginning of it */
	char *line;
	size_t size, room;
	size_t past, past_solid;         /* what found no room, and of it up to its last byte that is no white space */

	int most_lines, taken, lines, stored;
	int64_t left_out;
	bool has_error, ours;

	char *rows;                      /* of the lines stored + 1 to `lines` */
	size_t rows_begin, rows_end, rows_room;
};

/* For so many bytes more of rows. */
static void need_room(struct output *o, size_t size)
{
	size_t held = o->rows_end - o->rows_begin;

	if (o->rows_end + size <= o->rows_room)
		return;
	if (o->rows_begin > 0)
		memmove(o->rows, o->rows + o->rows_begin, held);
	o->rows_begin = 0;
	o->rows_end = held;
	if (held + size <= o->rows_room / 2)             /* else much would be moved for little */
		return;
	o->rows_room = (held + size) * 2;
	o->rows = realloc(o->rows, o->rows_room);
	assert(o->rows != NULL);
}

struct output *output_new(const char *day, int64_t run, const struct masks *masks, int most_lines)
{
	struct output *o = calloc(1, sizeof *o);

	assert(o != NULL);
	o->masks = masks;
	o->most_lines = most_lines;
	o->head_size = (size_t)snprintf(o->head, sizeof o->head, "%s\t%" PRId64 "\t", day, run);
	assert(o->head_size < sizeof o->head);
	/* A secret that begins in the part that is shown is there as a whole. */
	o->room = OUTPUT_LINE_MOST + 1 + masks_longest(masks);
	o->line = malloc(o->room);
	assert(o->line != NULL);
	need_room(o, OUTPUT_LINE_MOST);
	return o;
}

void output_free(struct output **output)
{
	struct output *o = *output;

	*output = NULL;
	if (o == NULL)
		return;
	seal_wipe(&o->line, o->room);
	free(o->rows);
	free(o);
}

/* ---- rows ---- */

static void put(struct output *o, const char *bytes, size_t size)
{
	need_room(o, size);
	memcpy(o->rows + o->rows_end, bytes, size);
	o->rows_end += size;
}

/* With COPY's escapes; a line has no other character that needs one. */
static void put_escaped(struct output *o, const char *text, size_t size)
{
	char *to;

	need_room(o, size * 2);
	to = o->rows + o->rows_end;
	for (size_t i = 0; i < size; i++) {
		char c = text[i];

		if (c == '\\' || c == '\t')
			*to++ = '\\';
		*to++ = c == '\t' ? 't' : c;
	}
	o->rows_end = (size_t)(to - o->rows);
}

__attribute__((format(printf, 2, 3))) static void put_format(struct output *o, const char *format, ...)
{
	char text[128];
	va_list values;
	int n;

	va_start(values, format);
	n = vsnprintf(text, sizeof text, format, values);
	va_end(values);
	assert(n >= 0 && (size_t)n < sizeof text);
	put(o, text, (size_t)n);
}

static void begin_row(struct output *o)
{
	put(o, o->head, o->head_size);
	put_format(o, "%d\t", o->lines);
}

/* The next line has its number; false: it is stored already. */
static bool count_line(struct output *o)
{
	assert(o->lines < INT32_MAX);
	return ++o->lines > o->stored;
}

bool output_batch(const struct output *o, size_t most_bytes, int most_lines, struct output_batch *ret_batch)
{
	const char *rows = o->rows + o->rows_begin;
	size_t held = o->rows_end - o->rows_begin, size = 0;
	int n = 0;

	while (n < most_lines && size < held) {
		const char *end = memchr(rows + size, '\n', held - size);
		size_t with_it = (size_t)(end - rows) + 1;

		if (n > 0 && with_it > most_bytes)
			break;
		size = with_it;
		n++;
	}
	*ret_batch = (struct output_batch){ rows, size, o->stored + 1, o->stored + n };
	return n > 0;
}

void output_stored(struct output *o, int last)
{
	struct output_batch gone;

	if (last > o->stored && output_batch(o, SIZE_MAX, last - o->stored, &gone))
		o->rows_begin += gone.size;
	if (last > o->stored)
		o->stored = last;
	if (o->rows_begin == o->rows_end)
		o->rows_begin = o->rows_end = 0;
}

/* ---- lines ---- */

/* Where one that is too long is cut: between letters, and not within the code of a colour. */
static size_t cut_at(const struct output *o)
{
	size_t n = OUTPUT_LINE_MOST;
	const char *code;

	while (((unsigned char)o->line[n] & 0xc0) == 0x80)
		n--;
	code = memrchr(o->line, ESC, n);
	return code != NULL && memchr(code, 'm', (size_t)(o->line + n - code)) == NULL ? (size_t)(code - o->line) : n;
}

static void put_mark(struct output *o, size_t shown, size_t left_out)
{
	if (memchr(o->line, ESC, shown) != NULL)
		put(o, PLAIN_AGAIN, strlen(PLAIN_AGAIN));
	put_format(o, " [... %zu bytes left out]", left_out);
}

/* `total` is its size, of which the beginning is here. */
static void put_line(struct output *o, size_t total)
{
	size_t size = total < o->size ? total : o->size;
	size_t shown = total > OUTPUT_LINE_MOST ? cut_at(o) : total;
	size_t at = 0;

	begin_row(o);
	while (at < shown) {
		size_t masked, next = masks_find(o->masks, o->line, size, at, &masked);

		put_escaped(o, o->line + at, (next < shown ? next : shown) - at);
		if (next < shown)
			put(o, MASK, strlen(MASK));
		at = next < shown ? next + masked : shown;
	}
	if (at < total)
		put_mark(o, shown, total - at);
	put(o, "\n", 1);
}

/* The first one for which there is no room says so. */
static void leave_out(struct output *o)
{
	if (o->left_out++ > 0 || !count_line(o))
		return;
	begin_row(o);
	put_format(o, "[moirai] The output ends here: more than %d lines.\n", o->most_lines);
}

static bool is_white(char c)
{
	return c == ' ' || c == '\t';
}

static bool is_error(const char *line, size_t size)
{
	static const char wanted[] = "ERROR! ";
	size_t n = 0;

	for (size_t i = 0; i < size && wanted[n] != '\0'; i++) {
		if (line[i] == ESC)
			i += strcspn(line + i, "m");
		else if (line[i] != wanted[n++])
			return false;
	}
	return wanted[n] == '\0';
}

static void end_line(struct output *o)
{
	size_t total = o->size + o->past_solid;

	while (total > 0 && total <= o->size && is_white(o->line[total - 1]))
		total--;
	if (!o->ours)
		o->has_error |= is_error(o->line, total < o->size ? total : o->size);
	if (!o->ours && o->taken == o->most_lines) {
		leave_out(o);
	} else {
		o->taken += !o->ours;
		if (count_line(o))
			put_line(o, total);
	}
	o->size = o->past = o->past_solid = 0;
	o->begun = false;
}

/* ---- characters ---- */

static void add(struct output *o, const char *bytes, size_t size)
{
	size_t fits = size < o->room - o->size ? size : o->room - o->size, solid = size;

	memcpy(o->line + o->size, bytes, fits);
	o->size += fits;
	while (solid > fits && is_white(bytes[solid - 1]))
		solid--;
	if (solid > fits)
		o->past_solid = o->past + solid - fits;
	o->past += size - fits;
}

/* Is it the next byte of a terminal's code? ESC [ 0-? ... @-~, or ESC blank-/ ... 0-~. */
static bool take_code(struct output *o, unsigned char c)
{
	bool has_arguments = o->code_size > 1 && o->code[1] == '[', goes_on;

	if (c < ' ' || c > '~' || o->code_size == MOST_CODE) {
		o->code_size = 0;
		return false;
	}
	goes_on = has_arguments ? c < '@' : c < '0' || (c == '[' && o->code_size == 1);
	o->code[o->code_size++] = (char)c;
	if (goes_on)
		return true;
	o->code[o->code_size - 1] = '\0';
	if (has_arguments && c == 'm' && strspn(o->code + 2, "0123456789;:") == o->code_size - 3) {
		o->code[o->code_size - 1] = 'm';
		add(o, o->code, o->code_size);
	}
	o->code_size = 0;
	return true;
}

static bool is_control(const unsigned char *letter, size_t size)
{
	return size == 2 && letter[0] == 0xc2 && letter[1] < 0xa0;
}

/* Is it the next byte of a letter? If not, what there is of it is none. */
static bool take_letter(struct output *o, unsigned char c)
{
	bool fits = c >= o->low && c <= o->high;

	if (fits) {
		o->letter[o->letter_size++] = c;
		o->low = 0x80;
		o->high = 0xbf;
	}
	if (fits && o->letter_size < o->letter_needs)
		return true;
	if (!fits)
		add(o, REPLACEMENT, strlen(REPLACEMENT));
	else if (!is_control(o->letter, o->letter_size))
		add(o, (const char *)o->letter, o->letter_size);
	o->letter_needs = 0;
	return fits;
}

/* The second byte rules out what could be written shorter, surrogates, and what is beyond U+10FFFF. */
static void begin_letter(struct output *o, unsigned char c)
{
	if (c < 0xc2 || c > 0xf4) {
		add(o, REPLACEMENT, strlen(REPLACEMENT));
		return;
	}
	o->letter[0] = c;
	o->letter_size = 1;
	o->letter_needs = c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
	o->low = c == 0xe0 ? 0xa0 : c == 0xf0 ? 0x90 : 0x80;
	o->high = c == 0xed ? 0x9f : c == 0xf4 ? 0x8f : 0xbf;
}

static void take_byte(struct output *o, unsigned char c)
{
	bool after_cr = o->after_cr;

	if ((o->code_size > 0 && take_code(o, c)) || (o->letter_needs > 0 && take_letter(o, c)))
		return;
	o->after_cr = c == '\r';
	if (c == '\n' && after_cr)
		return;
	o->begun = true;
	if (c == '\n' || c == '\r')
		end_line(o);
	else if (c == ESC)
		o->code[o->code_size++] = ESC;
	else if (c >= 0x80)
		begin_letter(o, c);
	else if (c == '\t' || (c >= ' ' && c != 0x7f))
		add(o, (const char *)&c, 1);
}

static bool is_plain(char c)
{
	return c >= ' ' && c <= '~';
}

void output_feed(struct output *o, const char *bytes, size_t size)
{
	for (size_t i = 0, n; i < size; i += n) {
		n = 0;
		while (o->code_size == 0 && o->letter_needs == 0 && i + n < size && is_plain(bytes[i + n]))
			n++;
		if (n > 0) {
			add(o, bytes + i, n);
			o->begun = true;
			o->after_cr = false;
		} else {
			take_byte(o, (unsigned char)bytes[i]);
			n = 1;
		}
	}
}

void output_end(struct output *o)
{
	if (o->letter_needs > 0)
		take_letter(o, '\0');
	o->code_size = 0;
	o->after_cr = false;
	if (o->begun)
		end_line(o);
}

void output_say(struct output *o, const char *text)
{
	output_end(o);
	o->ours = true;
	output_feed(o, text, strlen(text));
	o->begun = true;
	output_end(o);
	o->ours = false;
}

/* ---- what there is to know ---- */

size_t output_waiting(const struct output *o)
{
	return o->rows_end - o->rows_begin;
}

int output_lines(const struct output *o)
{
	return o->lines;
}

int64_t output_left_out(const struct output *o)
{
	return o->left_out;
}

bool output_has_error(const struct output *o)
{
	return o->has_error;
}
