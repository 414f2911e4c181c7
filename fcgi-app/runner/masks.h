/* masks.h - secrets that no text shows (D8).
 *
 *	struct masks *masks = masks_new();
 *	masks_add(masks, secret, size);                             each of them
 *	shown = masks_apply(masks, text, size, &shown_size);        free(shown)
 *	masks_free(&masks);
 *
 * Where a secret stands in a text, MASK takes its place; where some overlap, one MASK takes that of all. A secret is known as
 * it is, and as JSON (also within JSON), Python's repr() and a shell's single quotes write it; of one of several lines also
 * each line of at least MASKS_LEAST_OF_LINE characters, but a key's BEGIN and END. White space around it does not count. Not
 * masked are secrets of fewer than MASKS_LEAST characters, which would mask half of any text, and what was made of a secret
 * otherwise: turned into base64, cut in two lines, coloured within.
 */
#ifndef RUNNER_MASKS_H
#define RUNNER_MASKS_H

#include <stddef.h>

#include <jansson.h>

#include "lib/status.h"

#define MASK "[~~ENCRYPTED~~]"
#define MASKS_LEAST 4
#define MASKS_LEAST_OF_LINE 8

struct masks;

struct masks *masks_new(void);

/* Wipes and frees them. */
void masks_free(struct masks **masks);

/* One more secret, in UTF-8. */
void masks_add(struct masks *masks, const char *secret, size_t size);

/* The size of the longest text that is masked; 0: none is. */
size_t masks_longest(const struct masks *masks);

/* Where the next part to be masked begins, at `from` or later, and its size; `size`: there is none. */
size_t masks_find(const struct masks *masks, const char *text, size_t size, size_t from, size_t *ret_size);

/* The text as it may be shown, followed by a NUL. The caller owns it. */
char *masks_apply(const struct masks *masks, const char *text, size_t size, size_t *ret_size) __attribute__((warn_unused_result));

/* The same of all texts in a value; a number with a secret in it becomes a text. The caller owns it. */
json_t *masks_json(const struct masks *masks, const json_t *value) __attribute__((warn_unused_result));

/* Writes them to a file, for who takes over; and reads them. S_INTERNAL: it can't be written, or was not written so. */
enum status masks_save(const struct masks *masks, int fd) CHECKED;
enum status masks_load(int fd, struct masks **ret_masks) CHECKED;

#endif
