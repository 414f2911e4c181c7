#include "config.h"

#include <string.h>

#include <sodium.h>

#include "lib/password.h"

/* What OWASP asks of argon2id: 19 MiB, two passes. */
#define PASSES 2
#define MEMORY (19U * 1024 * 1024)

_Static_assert(PASSWORD_HASH_SIZE == crypto_pwhash_STRBYTES, "libsodium's size");

bool password_hash(const char *password, char hash[PASSWORD_HASH_SIZE])
{
	return crypto_pwhash_str_alg(hash, password, strlen(password), PASSES, MEMORY,
	                             crypto_pwhash_ALG_ARGON2ID13) == 0;
}

/* The hash of a password that nobody has ever known. */
static const char decoy[PASSWORD_HASH_SIZE] = "$argon2id$v=19$m=19456,t=2,p=1$eRVAFnsD5Nb29CPQpkLAvQ$"
                                              "g5tdtS8n/G2YLvktVhFUgvyaxxBg4VSGyP/v5xYnC+A";

bool password_matches(const char *password, const char *hash)
{
	return crypto_pwhash_str_verify(hash != NULL ? hash : decoy, password, strlen(password)) == 0 && hash != NULL;
}
