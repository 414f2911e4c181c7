/* password.h - argon2id, by libsodium, and what Django made, by OpenSSL. Hashing takes milliseconds of CPU on purpose:
 * never inside a transaction. */
#ifndef LIB_PASSWORD_H
#define LIB_PASSWORD_H

#include <stdbool.h>

#define PASSWORD_HASH_SIZE 128

/* Fills `hash` with what people.users.password holds. False: no memory for it. */
bool password_hash(const char *password, char hash[PASSWORD_HASH_SIZE]) __attribute__((warn_unused_result));

/* Is it one of Django's, pbkdf2_sha256$ITERATIONS$SALT$BASE64? */
bool password_is_imported(const char *hash);

/* Is it the password that was hashed? The time it takes does not tell who exists: `hash` NULL takes as long as any and
 * says no; and while `imported`, the costliest imported hash that there is, is not NULL, each comparison costs one of
 * ours and as much as that one. */
bool password_matches(const char *password, const char *hash, const char *imported) __attribute__((warn_unused_result));

#endif
