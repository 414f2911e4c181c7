#include "config.h"

#include <assert.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/real.h"
#include "lib/seal.h"
#include "runner/forms.h"
#include "runner/masks.h"
#include "runner/wiped.h"

#define HEAD 4                                 /* bytes by which a mask is looked for: none is shorter */
#define HEAD_BITS 17
#define MOST_LOADED ((size_t)256 << 20)
#define WHITE " \t\r\n\v\f"

_Static_assert(HEAD == sizeof(uint32_t) && HEAD <= MASKS_LEAST, "what hash() reads");

struct mask {
	char *text;
	size_t size;
};

/* In the order of their bytes; and for each hash of their heads whether there is one. */
struct masks {
	struct mask *masks;
	size_t n, room, longest;
	uint64_t heads[(1 << HEAD_BITS) / 64];
};

struct masks *masks_new(void)
{
	struct masks *m = calloc(1, sizeof *m);

	assert(m != NULL);
	return m;
}

void masks_free(struct masks **masks)
{
	struct masks *m = *masks;

	*masks = NULL;
	if (m == NULL)
		return;
	for (size_t i = 0; i < m->n; i++)
		seal_wipe(&m->masks[i].text, m->masks[i].size);
	free(m->masks);
	free(m);
}

size_t masks_longest(const struct masks *m)
{
	return m->longest;
}

/* ---- the sorted list ---- */

static uint32_t hash(const char *text)
{
	uint32_t head;

	memcpy(&head, text, HEAD);
	return (head * 2654435761U) >> (32 - HEAD_BITS);
}

static bool may_begin(const struct masks *m, const char *text)
{
	uint32_t h = hash(text);

	return (m->heads[h / 64] >> (h % 64) & 1) != 0;
}

static int compare(const struct mask *mask, const char *text, size_t size)
{
	int order = memcmp(mask->text, text, mask->size < size ? mask->size : size);

	return order != 0 ? order : (mask->size > size) - (mask->size < size);
}

/* How many come before that text or are it. */
static size_t count_up_to(const struct masks *m, const char *text, size_t size)
{
	size_t low = 0, high = m->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (compare(&m->masks[middle], text, size) <= 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* Takes what is in the buffer, which is empty then; also if it is there already. */
static void insert(struct masks *m, struct wiped *take_text)
{
	size_t at = count_up_to(m, take_text->bytes, take_text->size);
	uint32_t h = hash(take_text->bytes);

	if (at > 0 && compare(&m->masks[at - 1], take_text->bytes, take_text->size) == 0) {
		wiped_done(take_text);
		return;
	}
	if (m->n == m->room) {
		m->room = m->room * 2 + 16;
		m->masks = realloc(m->masks, m->room * sizeof *m->masks);
		assert(m->masks != NULL);
	}
	memmove(m->masks + at + 1, m->masks + at, (m->n - at) * sizeof *m->masks);
	m->masks[at] = (struct mask){ take_text->bytes, take_text->size };
	m->n++;
	m->longest = take_text->size > m->longest ? take_text->size : m->longest;
	m->heads[h / 64] |= (uint64_t)1 << (h % 64);
	*take_text = (struct wiped){ 0 };
}

/* ---- secrets ---- */

static size_t count_letters(const char *text, size_t size)
{
	size_t n = 0;

	for (size_t i = 0; i < size; i++)
		n += ((unsigned char)text[i] & 0xc0) != 0x80;
	return n;
}

static void take(void *context, struct wiped *take_form)
{
	if (take_form->size >= HEAD)
		insert(context, take_form);
	else
		wiped_done(take_form);
}

/* Without the white space around. */
static const char *trim(const char *text, size_t *size)
{
	while (*size > 0 && strchr(WHITE, *text) != NULL && *text != '\0') {
		text++;
		--*size;
	}
	while (*size > 0 && strchr(WHITE, text[*size - 1]) != NULL && text[*size - 1] != '\0')
		--*size;
	return text;
}

static bool begins(const char *text, size_t size, const char *with)
{
	return size >= strlen(with) && memcmp(text, with, strlen(with)) == 0;
}

static void add_line(struct masks *m, const char *line, size_t size)
{
	line = trim(line, &size);
	if (count_letters(line, size) >= MASKS_LEAST_OF_LINE && !begins(line, size, "-----BEGIN ") && !begins(line, size, "-----END "))
		forms_each(line, size, take, m);
}

void masks_add(struct masks *m, const char *secret, size_t size)
{
	size_t begin = 0;

	secret = trim(secret, &size);
	if (count_letters(secret, size) < MASKS_LEAST)
		return;
	forms_each(secret, size, take, m);
	for (size_t i = 0; i < size; i++)
		if (secret[i] == '\n' || secret[i] == '\r') {
			add_line(m, secret + begin, i - begin);
			begin = i + 1;
		}
	if (begin > 0)
		add_line(m, secret + begin, size - begin);
}

/* ---- where they stand ---- */

static size_t common_size(const struct mask *mask, const char *text, size_t size)
{
	size_t n = 0;

	while (n < size && n < mask->size && mask->text[n] == text[n])
		n++;
	return n;
}

/* The size of the longest mask with which the text begins. Each that does comes before it, and what comes between these two
 * begins so, too: of the last one before the text, no more than it has in common with the text can be a mask. */
static size_t longest_at(const struct masks *m, const char *text, size_t size)
{
	while (size >= HEAD) {
		size_t n = count_up_to(m, text, size);

		if (n == 0)
			return 0;
		size = common_size(&m->masks[n - 1], text, size);
		if (size == m->masks[n - 1].size)
			return size;
	}
	return 0;
}

size_t masks_find(const struct masks *m, const char *text, size_t size, size_t from, size_t *ret_size)
{
	size_t begin = size, end = size;

	*ret_size = 0;
	for (size_t i = from; m->n > 0 && i + HEAD <= size && i < end; i++) {
		size_t n = may_begin(m, text + i) ? longest_at(m, text + i, size - i) : 0;

		if (n == 0)
			continue;
		if (begin == size)
			begin = end = i;
		end = i + n > end ? i + n : end;
	}
	*ret_size = end - begin;
	return begin;
}

char *masks_apply(const struct masks *m, const char *text, size_t size, size_t *ret_size)
{
	struct wiped shown = { 0 };
	size_t at = 0, n;

	wiped_add(&shown, "", 0);
	while (at < size) {
		size_t next = masks_find(m, text, size, at, &n);

		wiped_add(&shown, text + at, next - at);
		if (n > 0)
			wiped_add_text(&shown, MASK);
		at = next + n;
	}
	*ret_size = shown.size;
	return shown.bytes;
}

/* ---- in JSON ---- */

static json_t *mask_text(const struct masks *m, const char *text, size_t size)
{
	AUTO(text) char *shown = masks_apply(m, text, size, &size);

	return json_stringn(shown, size);
}

static json_t *mask_object(const struct masks *m, const json_t *object)
{
	json_t *shown = json_object(), *value;
	const char *key;

	json_object_foreach((json_t *)(uintptr_t)object, key, value) {
		size_t size;
		AUTO(text) char *shown_key = masks_apply(m, key, strlen(key), &size);

		json_object_set_new(shown, shown_key, masks_json(m, value));
	}
	return shown;
}

static json_t *mask_array(const struct masks *m, const json_t *array)
{
	json_t *shown = json_array(), *value;
	size_t i;

	json_array_foreach(array, i, value) {
		json_array_append_new(shown, masks_json(m, value));
	}
	return shown;
}

static json_t *mask_number(const struct masks *m, const json_t *number)
{
	AUTO(text) char *text = json_dumps(number, JSON_ENCODE_ANY);
	size_t n;

	assert(text != NULL);
	real_shorten(text);
	masks_find(m, text, strlen(text), 0, &n);
	return n > 0 ? mask_text(m, text, strlen(text)) : json_incref((json_t *)(uintptr_t)number);
}

json_t *masks_json(const struct masks *m, const json_t *value)
{
	if (json_is_object(value))
		return mask_object(m, value);
	if (json_is_array(value))
		return mask_array(m, value);
	if (json_is_string(value))
		return mask_text(m, json_string_value(value), json_string_length(value));
	if (json_is_number(value))
		return mask_number(m, value);
	return json_incref((json_t *)(uintptr_t)value);
}

/* ---- in a file: the size of each and its text, then 0 ---- */

static bool write_bytes(int fd, const void *bytes, size_t size)
{
	const char *at = bytes;

	while (size > 0) {
		ssize_t n = write(fd, at, size);

		if (n <= 0)
			return false;
		at += n;
		size -= (size_t)n;
	}
	return true;
}

static bool read_bytes(int fd, void *bytes, size_t size)
{
	char *at = bytes;

	while (size > 0) {
		ssize_t n = read(fd, at, size);

		if (n <= 0)
			return false;
		at += n;
		size -= (size_t)n;
	}
	return true;
}

enum status masks_save(const struct masks *m, int fd)
{
	uint32_t size;

	for (size_t i = 0; i < m->n; i++) {
		size = (uint32_t)m->masks[i].size;
		if (!write_bytes(fd, &size, sizeof size) || !write_bytes(fd, m->masks[i].text, size))
			return S_INTERNAL;
	}
	size = 0;
	return write_bytes(fd, &size, sizeof size) ? S_OK : S_INTERNAL;
}

static bool load_one(struct masks *m, int fd, uint32_t size)
{
	struct wiped text = { malloc((size_t)size + 1), size, (size_t)size + 1 };

	assert(text.bytes != NULL);
	text.bytes[size] = '\0';
	if (!read_bytes(fd, text.bytes, size)) {
		wiped_done(&text);
		return false;
	}
	insert(m, &text);
	return true;
}

enum status masks_load(int fd, struct masks **ret_masks)
{
	struct masks *m = masks_new();
	size_t total = 0;
	uint32_t size = 0;
	bool is_good;

	do {
		is_good = read_bytes(fd, &size, sizeof size);
		total += size;
		if (is_good && size > 0)
			is_good = size >= HEAD && total <= MOST_LOADED && load_one(m, fd, size);
	} while (is_good && size > 0);
	if (is_good)
		*ret_masks = m;
	else
		masks_free(&m);
	return is_good ? S_OK : S_INTERNAL;
}
