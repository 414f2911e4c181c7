#include "lib/password.c"

#include "house.h"

static void a_password_matches_its_hash_only(void **state)
{
	char hash[PASSWORD_HASH_SIZE];

	(void)state;
	assert_true(password_hash("Lachesis", hash));
	assert_true(password_matches("Lachesis", hash));
	assert_false(password_matches("lachesis", hash));
	assert_false(password_matches("Lachesis ", hash));
	assert_false(password_matches("", hash));
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
	assert_false(password_matches("", NULL));
	assert_false(password_matches("Atropos", NULL));
}

static void what_is_no_hash_matches_nothing(void **state)
{
	static const char hashes[][PASSWORD_HASH_SIZE] = { "x", "", "$argon2id$v=19$m=19456,t=2,p=1$broken" };

	(void)state;
	for (size_t i = 0; i < COUNT(hashes); i++) {
		assert_false(password_matches("x", hashes[i]));
		assert_false(password_matches("", hashes[i]));
	}
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
	};

	return cmocka_run_group_tests_name("password", tests, start_sodium, NULL);
}
