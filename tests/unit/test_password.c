/* What libsodium and OpenSSL are asked is counted. */
#include "config.h"

#include <openssl/evp.h>
#include <sodium.h>

static int verify_counted(const char *hash, const char *password, unsigned long long size);
static int derive_counted(const char *password, int size, const unsigned char *salt, int salt_size, int iterations,
                          const EVP_MD *digest, int key_size, unsigned char *key);
#define crypto_pwhash_str_verify verify_counted
#define PKCS5_PBKDF2_HMAC derive_counted
#include "lib/password.c"
#undef crypto_pwhash_str_verify
#undef PKCS5_PBKDF2_HMAC

#include "house.h"

static int verified, derived;      /* calls; iterations */
static bool decoy_is_known;        /* any password is the decoy's */

static int verify_counted(const char *hash, const char *password, unsigned long long size)
{
	verified++;
	if (decoy_is_known && hash == decoy)
		return 0;
	return crypto_pwhash_str_verify(hash, password, size);
}

static int derive_counted(const char *password, int size, const unsigned char *salt, int salt_size, int iterations,
                          const EVP_MD *digest, int key_size, unsigned char *key)
{
	derived += iterations;
	return PKCS5_PBKDF2_HMAC(password, size, salt, salt_size, iterations, digest, key_size, key);
}

static void a_password_matches_its_hash_only(void **state)
{
	char hash[PASSWORD_HASH_SIZE];

	(void)state;
	assert_true(password_hash("Lachesis", hash));
	assert_true(password_matches("Lachesis", hash, NULL));
	assert_false(password_matches("lachesis", hash, NULL));
	assert_false(password_matches("Lachesis ", hash, NULL));
	assert_false(password_matches("", hash, NULL));
}

static void one_password_never_has_the_same_hash_twice(void **state)
{
	char first[PASSWORD_HASH_SIZE], second[PASSWORD_HASH_SIZE];

	(void)state;
	assert_true(password_hash("Clotho", first));
	assert_true(password_hash("Clotho", second));
	assert_string_not_equal(first, second);
}

static void a_hash_costs_what_the_house_says(void **state)
{
	char hash[PASSWORD_HASH_SIZE];

	(void)state;
	assert_true(password_hash("", hash));
	assert_memory_equal(hash, "$argon2id$v=19$m=19456,t=2,p=1$", 31);
	assert_int_equal(crypto_pwhash_str_needs_rehash(hash, PASSES, MEMORY), 0);
}

static void the_decoy_costs_as_much_as_a_hash(void **state)
{
	(void)state;
	assert_int_equal(crypto_pwhash_str_needs_rehash(decoy, PASSES, MEMORY), 0);
}

static void nobodys_hash_matches_nothing(void **state)
{
	(void)state;
	assert_false(password_matches("", NULL, NULL));
	assert_false(password_matches("Atropos", NULL, NULL));
}

static void what_is_no_hash_matches_nothing(void **state)
{
	static const char hashes[][PASSWORD_HASH_SIZE] = { "x", "", "$argon2id$v=19$m=19456,t=2,p=1$broken" };

	(void)state;
	for (size_t i = 0; i < COUNT(hashes); i++) {
		assert_false(password_matches("x", hashes[i], NULL));
		assert_false(password_matches("", hashes[i], NULL));
	}
}

/* Of "Lachesis", in iterations of its own. */
#define DJANGO "pbkdf2_sha256$3$seasalt$5WgQW72TfSKatZkCl1DHkk6pvj6N/cl3eFBI2MrBcQk="
#define OTHERS "pbkdf2_sha256$5$x$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="

static void costs(bool matched, bool expected, int argon2, int pbkdf2)
{
	assert_int_equal(matched, expected);
	assert_int_equal(verified, argon2);
	assert_int_equal(derived, pbkdf2);
	verified = derived = 0;
}

static void without_imported_hashes_each_comparison_costs_one_of_ours(void **state)
{
	char hash[PASSWORD_HASH_SIZE];

	(void)state;
	assert_true(password_hash("Lachesis", hash));
	verified = derived = 0;
	costs(password_matches("Lachesis", hash, NULL), true, 1, 0);
	costs(password_matches("Clotho", hash, NULL), false, 1, 0);
	costs(password_matches("Lachesis", NULL, NULL), false, 1, 0);
	costs(password_matches("Lachesis", "x", NULL), false, 1, 0);
}

static void while_there_are_imported_hashes_each_costs_one_of_ours_and_as_much_as_the_dearest(void **state)
{
	char hash[PASSWORD_HASH_SIZE];

	(void)state;
	assert_true(password_hash("Lachesis", hash));
	verified = derived = 0;
	costs(password_matches("Lachesis", hash, OTHERS), true, 1, 5);
	costs(password_matches("Clotho", hash, OTHERS), false, 1, 5);
	costs(password_matches("Lachesis", NULL, OTHERS), false, 1, 5);
	costs(password_matches("Lachesis", DJANGO, OTHERS), true, 1, 5);
	costs(password_matches("Clotho", DJANGO, OTHERS), false, 1, 5);
	costs(password_matches("Clotho", OTHERS, OTHERS), false, 1, 5);
	costs(password_matches("Lachesis", DJANGO, NULL), true, 1, 3);
}

static void somebody_elses_imported_hash_signs_nobody_in(void **state)
{
	char hash[PASSWORD_HASH_SIZE];

	(void)state;
	assert_true(password_hash("Clotho", hash));
	assert_false(password_matches("Lachesis", hash, DJANGO));
	assert_false(password_matches("Lachesis", NULL, DJANGO));
	assert_false(password_matches("Lachesis", "x", DJANGO));
	assert_false(password_matches("Lachesis", OTHERS, DJANGO));
}

static void who_knows_the_decoys_password_is_signed_in_nowhere(void **state)
{
	(void)state;
	decoy_is_known = true;
	assert_false(password_matches("x", NULL, NULL));
	assert_false(password_matches("x", NULL, DJANGO));
	assert_false(password_matches("x", DJANGO, DJANGO));
	decoy_is_known = false;
	assert_false(password_is_imported(decoy));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_password_matches_its_hash_only),
		cmocka_unit_test(one_password_never_has_the_same_hash_twice),
		cmocka_unit_test(a_hash_costs_what_the_house_says),
		cmocka_unit_test(the_decoy_costs_as_much_as_a_hash),
		cmocka_unit_test(nobodys_hash_matches_nothing),
		cmocka_unit_test(what_is_no_hash_matches_nothing),
		cmocka_unit_test(without_imported_hashes_each_comparison_costs_one_of_ours),
		cmocka_unit_test(while_there_are_imported_hashes_each_costs_one_of_ours_and_as_much_as_the_dearest),
		cmocka_unit_test(somebody_elses_imported_hash_signs_nobody_in),
		cmocka_unit_test(who_knows_the_decoys_password_is_signed_in_nowhere),
	};

	return cmocka_run_group_tests_name("password", tests, start_sodium, NULL);
}
