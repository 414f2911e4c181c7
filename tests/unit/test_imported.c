/* Hashes that Django made; argon2id's and the time that comparisons take are in test_password.c. */
#include "lib/password.c"

#include "house.h"

#define Y50 "yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy"
#define Y200 Y50 Y50 Y50 Y50

/* As Python says: base64(hashlib.pbkdf2_hmac("sha256", password, salt, iterations)). */
static const struct { const char *password, *hash; } known[] = {
	{ "Lachesis",
	  "pbkdf2_sha256$1$seasalt$9XWfFCwd08HSjNpPz/1JmaVAOynU72SYMq/J7jYZT3Q=" },
	{ "Lachesis",
	  "pbkdf2_sha256$20000$seasalt$WqL6mHFxv5lKV2iBO2Jx003S8rI5XhEGZCtMEBrNPDg=" },
	{ "",
	  "pbkdf2_sha256$1$x$yb9iKunqNijXRQKUvO6LoyiwVgfOzKs1+3gaWy8rzxc=" },
	{ "\xce\x9a\xce\xbb\xcf\x89\xce\xb8\xcf\x8e",
	  "pbkdf2_sha256$1000$b7Yz0KqFv3Wd$znDi7CvXL4hZWDGreBqWbo1O5g+/YtGkcNC8rTJzBqY=" },
	{ Y200,
	  "pbkdf2_sha256$2$OOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOO$"
	  "XYPK9p1Jj0D7HVyur8+eilkdlA3gI0SDYFMqFN6RZps=" },
	{ "a:b $c",
	  "pbkdf2_sha256$3$s.+/= \xc3\x83$o3d2e93n30zRS1mtfKmowes/nTvvt+JvK1XPkerLg5c=" },
};

#define KEY "9XWfFCwd08HSjNpPz/1JmaVAOynU72SYMq/J7jYZT3Q="
#define ONE "pbkdf2_sha256$1$seasalt$" KEY

static void a_known_password_matches_its_hash(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(known); i++) {
		assert_true(password_is_imported(known[i].hash));
		assert_true(password_matches(known[i].password, known[i].hash, NULL));
	}
}

static void no_other_password_matches_it(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(known); i++) {
		assert_false(password_matches("lachesis", known[i].hash, known[0].hash));
		assert_false(password_matches("Lachesis ", known[i].hash, known[0].hash));
	}
	assert_false(password_matches("", ONE, NULL));
	assert_false(password_matches("Lachesis", known[3].hash, ONE));
}

static void another_salt_or_number_of_iterations_is_another_hash(void **state)
{
	(void)state;
	assert_true(password_matches("Lachesis", ONE, NULL));
	assert_false(password_matches("Lachesis", "pbkdf2_sha256$2$seasalt$" KEY, NULL));
	assert_false(password_matches("Lachesis", "pbkdf2_sha256$1$seasalT$" KEY, NULL));
}

static void what_is_not_written_so_is_none(void **state)
{
	static const char *const bad[] = {
		"", "x", "pbkdf2_sha256", "pbkdf2_sha256$", "pbkdf2_sha256$1$seasalt", "pbkdf2_sha256$1$seasalt$",
		("pbkdf2_sha256$1$$" KEY), ("pbkdf2_sha256$1$" KEY), ("pbkdf2_sha256$$seasalt$" KEY), ("pbkdf2_sha1$1$seasalt$" KEY),
		("PBKDF2_SHA256$1$seasalt$" KEY), (" " ONE), (ONE " "), (ONE "$"), ("pbkdf2_sha256$1$sea$salt$" KEY),
		"bcrypt_sha256$$2b$12$x", ("md5$seasalt$" KEY),
		"$argon2id$v=19$m=19456,t=2,p=1$eRVAFnsD5Nb29CPQpkLAvQ$g5tdtS8n/G2YLvktVhFUgvyaxxBg4VSGyP/v5xYnC+A",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++) {
		assert_false(password_is_imported(bad[i]));
		assert_false(password_matches("Lachesis", bad[i], NULL));
	}
}

static void the_number_of_iterations_is_between_one_and_two_millions(void **state)
{
	static const char *const bad[] = { "0", "01", "-1", "+1", " 1", "1 ", "0x10", "1e3", "2000001", "",
	                                   "99999999999999999999" };
	char hash[PASSWORD_HASH_SIZE];

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++) {
		snprintf(hash, sizeof hash, "pbkdf2_sha256$%s$seasalt$" KEY, bad[i]);
		assert_false(password_is_imported(hash));
	}
	assert_true(password_is_imported("pbkdf2_sha256$2000000$seasalt$" KEY));
}

static void the_key_is_thirty_two_bytes_in_base64(void **state)
{
	static const char *const bad[] = {
		"AAAA", "a2tra2tra2tra2tra2tra2tra2tra2tra2tra2traw==", "a2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2tr",
		"a2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2traw==",
		"9XWfFCwd08HSjNpPz/1JmaVAOynU72SYMq/J7jYZT3Q", "-__7__v_-__7__v_-__7__v_-__7__v_-__7__v_-_8=", "=" KEY, "*" KEY,
	};
	char hash[PASSWORD_HASH_SIZE];

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++) {
		snprintf(hash, sizeof hash, "pbkdf2_sha256$1$seasalt$%s", bad[i]);
		assert_false(password_is_imported(hash));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_known_password_matches_its_hash),
		cmocka_unit_test(no_other_password_matches_it),
		cmocka_unit_test(another_salt_or_number_of_iterations_is_another_hash),
		cmocka_unit_test(what_is_not_written_so_is_none),
		cmocka_unit_test(the_number_of_iterations_is_between_one_and_two_millions),
		cmocka_unit_test(the_key_is_thirty_two_bytes_in_base64),
	};

	return cmocka_run_group_tests_name("imported", tests, start_sodium, NULL);
}
