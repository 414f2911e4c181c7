/* output.h - what a run has put out, made into numbered lines for work.lines.
 *
 *	struct output *o = output_new("2026-11-30", run, masks, most_lines);
 *	output_stored(o, n);                         so many lines are stored already, by who was at it before
 *	output_feed(o, bytes, size);                 as they come
 *	output_end(o);                               no more come
 *	output_say(o, "[ERROR]: ...");               a line of ours after them
 *	while (output_batch(o, most_bytes, most_lines, &batch))
 *		... COPY work.lines (day, run_id, n, line) FROM STDIN, in UTF-8 ...
 *		output_stored(o, batch.last);
 *	output_free(&o);
 *
 * The same bytes give the same lines, however they are cut: who takes over feeds all of them again, from the first. The
 * lines not yet stored are held here; who feeds looks at output_waiting() and waits when there are too many.
 *
 * A line ends with LF, CR, or both; white space at its end is dropped. All of it is UTF-8 that does no harm: what is none
 * becomes U+FFFD; of control characters only TAB stays and ESC where it begins a colour code (ESC [ ... m), other codes of
 * terminals go. Secrets are masked. Of a line only OUTPUT_LINE_MOST bytes are shown, of a run most_lines lines, and then
 * that there were more.
 */
#ifndef RUNNER_OUTPUT_H
#define RUNNER_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define OUTPUT_LINE_MOST 16384

struct masks;
struct output;

struct output_batch {
	const char *data;          /* rows in COPY's text format; until the next call with this output */
	size_t size;
	int first, last;           /* the numbers of their lines */
};

/* The masks stay the caller's, with no more added to them. */
struct output *output_new(const char *day, int64_t run, const struct masks *masks, int most_lines);
void output_free(struct output **output);

void output_feed(struct output *output, const char *bytes, size_t size);
void output_end(struct output *output);

/* One or more lines of ours; masked, too, and there is always room for them. To be called after output_end(): who takes over
 * says them again, and finds them stored. */
void output_say(struct output *output, const char *text);

/* The next rows that are not stored: no more than so many bytes, but for one row, and lines. False: there are none. */
bool output_batch(const struct output *output, size_t most_bytes, int most_lines, struct output_batch *ret_batch);

/* All lines up to this one are stored. */
void output_stored(struct output *output, int last);

/* How many bytes wait to be stored. */
size_t output_waiting(const struct output *output);

/* How many lines there are, and how many more there would have been. */
int output_lines(const struct output *output);
int64_t output_left_out(const struct output *output);

/* Did a line begin with `ERROR! `, as when Ansible can't read a playbook? Colours don't matter. */
bool output_has_error(const struct output *output);

#endif
