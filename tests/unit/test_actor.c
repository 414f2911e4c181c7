/* By password and by proxy; what is remembered: test_actor_cache.c; by session and token: test_actor_token.c. */
#include "identify.h"

static void the_right_password_signs_in(void **state)
{
	(void)state;
	is_clio(identify_basic_text("clio:secret"));
	assert_string_equal(people.told[0], "clio");
	assert_false(request.actor.remembered);
}

static void a_wrong_password_or_name_is_nobody(void **state)
{
	(void)state;
	is_nobody(identify_basic_text("clio:Secret"));
	is_nobody(identify_basic_text("clio:"));
	is_nobody(identify_basic_text("erato:secret"));
	is_nobody(identify_basic_text("clio"));
	is_nobody(identify_basic_text(""));
	is_nobody(identify_basic_text(":secret"));
}

static void a_proof_without_a_colon_tries_no_password(void **state)
{
	(void)state;
	people.password = "";
	is_nobody(identify_basic_text("clio"));
	assert_int_equal(people.compared, 0);
	is_clio(identify_basic_text("clio:"));
	assert_int_equal(people.compared, 1);
}

static void a_password_may_hold_colons(void **state)
{
	(void)state;
	people.password = "a:b:";
	is_clio(identify_basic_text("clio:a:b:"));
	assert_string_equal(people.told[0], "clio");
}

static void the_schemes_letter_case_and_blanks_count_for_nothing(void **state)
{
	(void)state;
	is_clio(identify_proof("bASIC   ", "clio:secret", 11));
	is_nobody(identify_proof("Basic", "clio:secret", 11));
	is_nobody(identify_proof("Bearer ", "clio:secret", 11));
}

static void what_is_no_text_is_nobody_and_nobody_is_asked(void **state)
{
	(void)state;
	is_nobody(identify("HTTP_AUTHORIZATION", "Basic !!!"));
	is_nobody(identify("HTTP_AUTHORIZATION", "Basic Y2xpbzpzZWNyZXQ"));
	is_nobody(identify("HTTP_AUTHORIZATION", "Basic Y2xpbzpzZWNyZXQ=x"));
	is_nobody(identify_proof("Basic ", "clio\0:secret", 12));
	is_nobody(identify_proof("Basic ", "clio:secret\0", 12));
	is_nobody(identify_basic_text("cli\xff:secret"));
	is_nobody(identify("REMOTE_USER", "cli\xff"));
	assert_int_equal(people.asked, 0);
}

static void a_proof_longer_than_its_room_is_nobody(void **state)
{
	char proof[PROOF_SIZE + 1] = "clio:";

	(void)state;
	memset(proof + 5, 'x', PROOF_SIZE - 6);
	people.password = proof + 5;
	is_clio(identify_basic_text(proof));
	proof[PROOF_SIZE - 1] = 'x';
	is_nobody(identify_basic_text(proof));
}

static void a_database_that_is_away_is_later_and_not_remembered(void **state)
{
	(void)state;
	people.status = S_LATER;
	assert_int_equal(identify_basic_text("clio:secret"), S_LATER);
	assert_int_equal(identify("REMOTE_USER", "clio"), S_LATER);
	assert_int_equal(request.actor.id, 0);
	people.status = S_OK;
	is_clio(identify_basic_text("clio:secret"));
	is_clio(identify("REMOTE_USER", "clio"));
	assert_int_equal(people.asked, 4);
}

static void the_proxy_names_the_user(void **state)
{
	(void)state;
	is_clio(identify("REMOTE_USER", "clio"));
	assert_string_equal(people.told[0], "clio");
	assert_string_equal(people.told[1], "true");
	settings.auth_proxy_create = false;
	is_nobody(identify("REMOTE_USER", "erato"));
	assert_string_equal(people.told[1], "false");
}

static void remote_user_goes_before_the_header(void **state)
{
	(void)state;
	params_set("HTTP_X_HERMES_EMAIL", "erato");
	params_set("REMOTE_USER", "clio");
	is_clio(actor_identify(&request));
	assert_string_equal(people.told[0], "clio");
}

static void an_empty_remote_user_names_nobody_whatever_the_header_says(void **state)
{
	(void)state;
	params_set("HTTP_X_HERMES_EMAIL", "clio");
	params_set("REMOTE_USER", "");
	is_nobody(actor_identify(&request));
	assert_int_equal(people.asked, 0);
}

static void a_password_goes_before_the_proxy(void **state)
{
	(void)state;
	params_set("REMOTE_USER", "clio");
	params_set("HTTP_AUTHORIZATION", "Basic !!!");
	is_nobody(actor_identify(&request));
	assert_int_equal(people.asked, 0);
}

static void nobody_named_is_nobody(void **state)
{
	(void)state;
	is_nobody(actor_identify(&request));
	is_nobody(identify("HTTP_AUTHORIZATION", ""));
	assert_int_equal(people.asked, 0);
}

/* Names the user in this parameter while the setting says that header. */
static enum status identify_header(char *header, const char *parameter)
{
	settings.user_auth_header = header;
	return identify(parameter, "clio");
}

static void a_header_is_found_as_nginx_names_it(void **state)
{
	char plain[] = "X-Hermes-Email", lower[] = "remote-User9", none[] = "", other[] = "X-Other";

	(void)state;
	is_clio(identify_header(plain, "HTTP_X_HERMES_EMAIL"));
	is_clio(identify_header(lower, "HTTP_REMOTE_USER9"));
	is_nobody(identify_header(other, "HTTP_X_HERMES_EMAIL"));
	is_nobody(identify_header(none, "HTTP_"));
}

static void a_header_name_longer_than_its_room_is_nobodys(void **state)
{
	char header[124] = "", parameter[129] = "HTTP_";

	(void)state;
	memset(header, 'a', 122);
	memset(parameter + 5, 'A', 122);
	is_clio(identify_header(header, parameter));
	header[122] = 'a';
	parameter[127] = 'A';
	is_nobody(identify_header(header, parameter));
}

/* ---- the groups that the proxy says ---- */

static enum status identify_with(const char *groups_parameter, const char *groups)
{
	params_clear();
	params_set("REMOTE_USER", "clio");
	params_set(groups_parameter, groups);
	return actor_identify(&request);
}

static void a_proxy_that_says_no_groups_says_nothing_of_them(void **state)
{
	(void)state;
	is_clio(identify("REMOTE_USER", "clio"));
	assert_true(people.unsaid[2]);
	assert_string_equal(people.told[3], "wheel");
	is_clio(identify_with("HTTP_X_HERMES_GROUPS", "wheel"));
	assert_true(people.unsaid[2]);
}

static void groups_go_along_with_the_name(void **state)
{
	(void)state;
	is_clio(identify_with("REMOTE_GROUPS", "wheel,staff"));
	assert_string_equal(people.told[0], "clio");
	assert_string_equal(people.told[2], "wheel,staff");
	is_clio(identify_with("REMOTE_GROUPS", ""));
	assert_false(people.unsaid[2]);
	assert_string_equal(people.told[2], "");
}

static void the_headers_name_and_groups_belong_together(void **state)
{
	(void)state;
	params_set("HTTP_X_HERMES_EMAIL", "clio");
	params_set("HTTP_X_HERMES_GROUPS", "staff");
	params_set("REMOTE_GROUPS", "wheel");
	is_clio(actor_identify(&request));
	assert_string_equal(people.told[2], "staff");
}

static void other_groups_are_asked_for_anew(void **state)
{
	(void)state;
	is_clio(identify_with("REMOTE_GROUPS", "wheel"));
	is_clio(identify_with("REMOTE_GROUPS", "wheel"));
	assert_int_equal(people.asked, 1);
	is_clio(identify_with("REMOTE_GROUPS", "staff"));
	assert_string_equal(people.told[2], "staff");
	is_clio(identify("REMOTE_USER", "clio"));
	assert_int_equal(people.asked, 3);
}

/* Else what follows it would stand for groups. */
static void a_name_of_two_lines_is_nobodys(void **state)
{
	(void)state;
	is_nobody(identify("REMOTE_USER", "clio\nwheel"));
	assert_int_equal(people.asked, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_A_WORKER(the_right_password_signs_in),
		IN_A_WORKER(a_wrong_password_or_name_is_nobody),
		IN_A_WORKER(a_proof_without_a_colon_tries_no_password),
		IN_A_WORKER(a_password_may_hold_colons),
		IN_A_WORKER(the_schemes_letter_case_and_blanks_count_for_nothing),
		IN_A_WORKER(what_is_no_text_is_nobody_and_nobody_is_asked),
		IN_A_WORKER(a_proof_longer_than_its_room_is_nobody),
		IN_A_WORKER(a_database_that_is_away_is_later_and_not_remembered),
		IN_A_WORKER(the_proxy_names_the_user),
		IN_A_WORKER(remote_user_goes_before_the_header),
		IN_A_WORKER(an_empty_remote_user_names_nobody_whatever_the_header_says),
		IN_A_WORKER(a_password_goes_before_the_proxy),
		IN_A_WORKER(nobody_named_is_nobody),
		IN_A_WORKER(a_header_is_found_as_nginx_names_it),
		IN_A_WORKER(a_header_name_longer_than_its_room_is_nobodys),
		IN_A_WORKER(a_proxy_that_says_no_groups_says_nothing_of_them),
		IN_A_WORKER(groups_go_along_with_the_name),
		IN_A_WORKER(the_headers_name_and_groups_belong_together),
		IN_A_WORKER(other_groups_are_asked_for_anew),
		IN_A_WORKER(a_name_of_two_lines_is_nobodys),
	};

	return cmocka_run_group_tests_name("actor", tests, start_sodium, NULL);
}
