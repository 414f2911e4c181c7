/* seal.h - boxes that only the holder of a private key can open (libsodium's crypto_box_seal), and the file of such keys.
 *
 *	char *box = seal_close(public_key, text, size);          free(box)
 *	struct seal_keys *keys;
 *	if (seal_keys_read(path, &keys, why))
 *		text = seal_open(keys, box, &size);              seal_wipe(&text, size)
 *	seal_keys_free(&keys);
 *
 * Keys and boxes are base64 text outside. The file has the private half of one pair a line, the newest last; the public
 * half follows from it. Private halves are held in guarded memory, which is wiped when it is freed. sodium_init() comes first.
 */
#ifndef LIB_SEAL_H
#define LIB_SEAL_H

#include <stdbool.h>
#include <stddef.h>

#define SEAL_KEY_BYTES 32
#define SEAL_KEY_SIZE 45           /* as text */
#define SEAL_MAX_KEYS 100
#define SEAL_WHY 200

struct seal_pair {
	unsigned char private_key[SEAL_KEY_BYTES], public_key[SEAL_KEY_BYTES];
};

struct seal_keys {
	size_t n;
	struct seal_pair pairs[SEAL_MAX_KEYS];
};

/* None yet; and one more, just made. False: there are too many. */
struct seal_keys *seal_keys_new(void);
bool seal_keys_add(struct seal_keys *keys) __attribute__((warn_unused_result));
void seal_keys_free(struct seal_keys **keys);

/* Reads the file. False: why says so, and errno is ENOENT if there is none, else something else. */
bool seal_keys_read(const char *path, struct seal_keys **ret_keys, char why[SEAL_WHY]) __attribute__((warn_unused_result));

/* Writes them in place of the file, at once or not at all; owner and mode stay, a new file's mode is 0400. False: why. */
bool seal_keys_write(const struct seal_keys *keys, const char *path, char why[SEAL_WHY]) __attribute__((warn_unused_result));

/* The public half of the i-th pair, as text. */
void seal_keys_public(const struct seal_keys *keys, size_t i, char public_key[SEAL_KEY_SIZE]);

/* The pair with this public half; keys->n: there is none. */
size_t seal_keys_find(const struct seal_keys *keys, const char *public_key);

/* Seals a text. The caller owns the box; NULL: that is no public key. */
char *seal_close(const char *public_key, const void *text, size_t size) __attribute__((warn_unused_result));

/* Opens a box by whichever pair can. The caller owns the text, which is followed by a NUL; NULL: none can. */
char *seal_open(const struct seal_keys *keys, const char *box, size_t *ret_size) __attribute__((warn_unused_result));

/* Wipes and frees what was opened; NULL is fine. */
void seal_wipe(char **text, size_t size);

#endif
