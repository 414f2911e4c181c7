/* password.h - argon2id, by libsodium. Hashing takes milliseconds of CPU on purpose: never inside a transaction. */
#ifndef LIB_PASSWORD_H
#define LIB_PASSWORD_H

#include <stdbool.h>

#define PASSWORD_HASH_SIZE 128

/* Fills `hash` with what people.users.password holds. False: no memory for it. */
bool password_hash(const char *password, char hash[PASSWORD_HASH_SIZE]) __attribute__((warn_unused_result));

/* Is it the password that was hashed? `hash` NULL takes as long as a comparison and says no, so that the time it takes
 * does not tell who exists. */
bool password_matches(const char *password, const char *hash) __attribute__((warn_unused_result));

#endif
