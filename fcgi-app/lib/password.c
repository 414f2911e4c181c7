#include "config.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>
#include <sodium.h>

#include "lib/password.h"

/* What OWASP asks of argon2id: 19 MiB, two passes. */
#define PASSES 2
#define MEMORY (19U * 1024 * 1024)

#define IMPORTED "pbkdf2_sha256$"
#define IMPORTED_MOST 2000000        /* iterations; Django's own went from 10,000 to a million */
#define IMPORTED_BYTES 32

_Static_assert(PASSWORD_HASH_SIZE == crypto_pwhash_STRBYTES, "libsodium's size");

bool password_hash(const char *password, char hash[PASSWORD_HASH_SIZE])
{
	return crypto_pwhash_str_alg(hash, password, strlen(password), PASSES, MEMORY,
	                             crypto_pwhash_ALG_ARGON2ID13) == 0;
}

/* The hash of a password that nobody has ever known. */
static const char decoy[PASSWORD_HASH_SIZE] = "$argon2id$v=19$m=19456,t=2,p=1$eRVAFnsD5Nb29CPQpkLAvQ$"
                                              "g5tdtS8n/G2YLvktVhFUgvyaxxBg4VSGyP/v5xYnC+A";

/* The parts of one of Django's hashes. */
struct imported {
	int iterations;
	const char *salt;
	size_t salt_size;
	unsigned char key[IMPORTED_BYTES];
};

static bool read_imported(const char *hash, struct imported *parts)
{
	const char *number, *base64;
	char *end;
	long iterations;
	size_t n;

	if (strncmp(hash, IMPORTED, sizeof IMPORTED - 1) != 0)
		return false;
	number = hash + sizeof IMPORTED - 1;
	iterations = strtol(number, &end, 10);
	if (*number < '1' || *number > '9' || *end != '$' || iterations > IMPORTED_MOST)
		return false;
	parts->iterations = (int)iterations;
	parts->salt = end + 1;
	parts->salt_size = strcspn(parts->salt, "$");
	if (parts->salt_size == 0 || parts->salt[parts->salt_size] != '$')
		return false;
	base64 = parts->salt + parts->salt_size + 1;
	return sodium_base642bin(parts->key, sizeof parts->key, base64, strlen(base64), NULL, &n, NULL,
	                         sodium_base64_VARIANT_ORIGINAL) == 0 && n == sizeof parts->key;
}

bool password_is_imported(const char *hash)
{
	struct imported parts;

	return read_imported(hash, &parts);
}

static bool derive(const char *password, const struct imported *parts, int iterations, unsigned char key[IMPORTED_BYTES])
{
	return iterations > 0 && PKCS5_PBKDF2_HMAC(password, (int)strlen(password), (const unsigned char *)parts->salt,
	                                           (int)parts->salt_size, iterations, EVP_sha256(), IMPORTED_BYTES, key) == 1;
}

/* `hash` NULL: only costs what `costliest` would. */
static bool imported_matches(const char *password, const char *hash, const char *costliest)
{
	struct imported mine = { 0 }, most = { 0 };
	unsigned char key[IMPORTED_BYTES], unused[IMPORTED_BYTES];
	bool matches = hash != NULL && read_imported(hash, &mine) && derive(password, &mine, mine.iterations, key) &&
	               sodium_memcmp(key, mine.key, sizeof key) == 0;
	bool padded = costliest != NULL && read_imported(costliest, &most) &&
	              derive(password, &most, most.iterations - mine.iterations, unused);

	(void)padded;
	return matches;
}

bool password_matches(const char *password, const char *hash, const char *imported)
{
	bool is_imported = hash != NULL && password_is_imported(hash);
	const char *ours = hash != NULL && !is_imported ? hash : decoy;
	bool matches = crypto_pwhash_str_verify(ours, password, strlen(password)) == 0 && ours == hash;

	return imported_matches(password, is_imported ? hash : NULL, imported) || matches;
}
