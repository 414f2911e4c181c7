/* Secrets and a text, with TABs between: what is masked is what a search for each of the masks finds. */
#include "runner/masks.c"

#include <sys/mman.h>

#include "fuzz.h"

/* How often each byte of the text is part of a mask. */
static void cover(const char *text, size_t size, const char *mask, size_t mask_size, unsigned *covered)
{
	for (size_t i = 0; i + mask_size <= size; i++)
		if (memcmp(text + i, mask, mask_size) == 0)
			for (size_t k = 0; k < mask_size; k++)
				covered[i + k]++;
}

static void check_find(const struct masks *masks, const char *text, size_t size)
{
	unsigned *covered = calloc(size + 1, sizeof *covered);
	size_t at = 0, n;

	assert(covered != NULL);
	for (size_t i = 0; i < masks->n; i++)
		cover(text, size, masks->masks[i].text, masks->masks[i].size, covered);
	while (at < size) {
		size_t next = masks_find(masks, text, size, at, &n);

		assert(next >= at && next + n <= size && (n > 0 || next == size));
		for (; at < next; at++)
			assert(covered[at] == 0);
		for (; at < next + n; at++)
			assert(covered[at] > 0);
	}
	free(covered);
}

static void check_list(const struct masks *masks)
{
	size_t longest = 0;

	for (size_t i = 0; i < masks->n; i++) {
		const struct mask *mask = &masks->masks[i];

		assert(i == 0 || compare(&masks->masks[i - 1], mask->text, mask->size) < 0);
		assert(mask->size >= HEAD);
		longest = mask->size > longest ? mask->size : longest;
	}
	assert(masks_longest(masks) == longest);
}

static void check_loaded(const struct masks *masks)
{
	int fd = memfd_create("masks", MFD_CLOEXEC);
	struct masks *again = NULL;

	assert(masks_save(masks, fd) == S_OK && lseek(fd, 0, SEEK_SET) == 0 && masks_load(fd, &again) == S_OK);
	assert(again->n == masks->n && again->longest == masks->longest);
	assert(memcmp(again->heads, masks->heads, sizeof masks->heads) == 0);
	for (size_t i = 0; i < masks->n; i++)
		assert(compare(&again->masks[i], masks->masks[i].text, masks->masks[i].size) == 0);
	masks_free(&again);
	close(fd);
}

/* It is found as it is, and as JSON has it. */
static void check_secret(const struct masks *masks, const char *secret)
{
	size_t size = strlen(secret), n;
	const char *trimmed = trim(secret, &size);
	json_t *string = json_stringn(trimmed, size);
	char *json = json_dumps(string, JSON_ENCODE_ANY);

	if (count_letters(trimmed, size) >= MASKS_LEAST) {
		assert(masks_find(masks, trimmed, size, 0, &n) == 0 && n == size);
		if (json != NULL && strstr(json, "\\u") == NULL)
			assert(masks_find(masks, json, strlen(json) - 1, 1, &n) == 1 && n == strlen(json) - 2);
	}
	free(json);
	json_decref(string);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *input = fuzz_text(data, size), *text = strrchr(input, '\t'), *rest = input, *secret;
	struct masks *masks = masks_new();

	if (text != NULL) {
		*text++ = '\0';
		while ((secret = strsep(&rest, "\t")) != NULL) {
			masks_add(masks, secret, strlen(secret));
			check_secret(masks, secret);
		}
		check_list(masks);
		check_find(masks, text, strlen(text));
		check_loaded(masks);
	}
	masks_free(&masks);
	free(input);
	return 0;
}
