#include "lib/settings.c"

#include "house.h"

static struct settings s;
static char why[512];
static struct temp_file file;

static int begin(void **state)
{
	(void)state;
	settings_init(&s);
	file = temp_file_new();
	*why = '\0';
	return 0;
}

static int end(void **state)
{
	(void)state;
	settings_done(&s);
	temp_file_free(&file);
	return 0;
}

static bool load(const char *yaml)
{
	temp_file_write(&file, yaml, strlen(yaml));
	return settings_load(&s, file.path, why, sizeof why);
}

/* The reason, after the file's name. */
static void refused(const char *yaml, const char *reason)
{
	assert_false(load(yaml));
	assert_memory_equal(why, file.path, strlen(file.path));
	assert_string_equal(why + strlen(file.path), reason);
}

static void nothing_is_said(void)
{
	for (size_t i = 0; i < N_ROWS; i++)
		assert_false(s.said[i]);
}

static void without_a_file_the_defaults_hold(void **state)
{
	(void)state;
	assert_string_equal(s.database, "postgresql:///moirai?user=moirai_web");
	assert_string_equal(s.user_auth_header, "X-Hermes-Email");
	assert_string_equal(s.fullstory_id, "");
	assert_int_equal(s.num_processes, 8);
	assert_true(s.count_events);
	nothing_is_said();
	assert_true(s.api_xsrf_enabled);
	assert_string_equal(s.user_groups_header, "X-Hermes-Groups");
	assert_string_equal(s.auth_proxy_superusers, "");
	assert_int_equal(s.session_idle, 43200);
	assert_int_equal(s.auth_token_expiry, 600);
}

static void every_default_is_a_value_its_row_takes(void **state)
{
	char line[200];

	(void)state;
	for (size_t i = 0; i < N_ROWS; i++) {
		if (rows[i].kind == ELSEWHERE)
			continue;
		snprintf(line, sizeof line, "%s: '%s'", rows[i].name, rows[i].otherwise);
		assert_true(load(line));
	}
}

static void no_name_stands_in_two_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_ROWS; i++) {
		assert_ptr_equal(find_row(rows[i].name), &rows[i]);
		assert_true(*rows[i].help != '\0');
	}
}

static void a_file_goes_over_the_defaults_and_a_later_one_over_it(void **state)
{
	(void)state;
	assert_true(load("domain: one.example\nnum_processes: 3\ncount_events: false\n"));
	assert_true(load("domain: two.example\n"));
	assert_string_equal(s.domain, "two.example");
	assert_int_equal(s.num_processes, 3);
	assert_false(s.count_events);
	assert_int_equal(s.backlog, 1024);
}

static void letter_case_of_a_key_counts_for_nothing(void **state)
{
	(void)state;
	assert_true(load("Domain: upper.example\nNUM_PROCESSES: 2\n"));
	assert_string_equal(s.domain, "upper.example");
	assert_int_equal(s.num_processes, 2);
}

static void an_unknown_key_is_refused_with_its_line(void **state)
{
	(void)state;
	refused("domain: x\n\nspindle: 3\n", ":3: unknown setting: spindle");
}

static void a_number_stays_in_its_range(void **state)
{
	static const char *const bad[] = { "0", "257", "-1", "8x", "x", "0x10", "1.5", "1e2", "99999999999999999999" };
	char line[64], reason[128];

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++) {
		snprintf(line, sizeof line, "num_processes: %s\n", bad[i]);
		snprintf(reason, sizeof reason, ":1: num_processes: '%s' is not a number in its range", bad[i]);
		refused(line, reason);
	}
	refused("num_processes:\n", ":1: num_processes: '' is not a number in its range");
	assert_int_equal(s.num_processes, 8);
	assert_true(load("num_processes: 1"));
	assert_int_equal(s.num_processes, 1);
	assert_true(load("num_processes: 256"));
	assert_int_equal(s.num_processes, 256);
}

static void a_flag_is_one_of_eight_words(void **state)
{
	static const char *const words[] = { "false", "True", "NO", "yes", "off", "on", "0", "1" };
	char line[64];

	(void)state;
	for (size_t i = 0; i < COUNT(words); i++) {
		snprintf(line, sizeof line, "count_events: %s\n", words[i]);
		assert_true(load(line));
		assert_int_equal(s.count_events, i % 2);
	}
	refused("count_events: maybe", ":1: count_events: 'maybe' is neither true nor false");
}

static void a_plain_null_is_empty_and_a_quoted_one_a_word(void **state)
{
	(void)state;
	assert_true(load("domain: null\nfullstory_id: ~\nuser_auth_header: 'null'\n"));
	assert_string_equal(s.domain, "");
	assert_string_equal(s.fullstory_id, "");
	assert_string_equal(s.user_auth_header, "null");
}

static void only_a_mapping_of_words_to_words_is_taken(void **state)
{
	(void)state;
	refused("- domain\n", ":1: expected lines of the form key: value");
	refused("domain\n", ":1: expected lines of the form key: value");
	refused("domain: [a, b]\n", ":1: domain is not a single value");
	refused("\ndomain: {a: b}\n", ":2: domain is not a single value");
	refused("[a]: b\n", ":1: a key must be a word");
}

static void what_is_no_yaml_is_refused_with_its_line(void **state)
{
	(void)state;
	refused("domain: a\nsocket: 'unclosed\n", ":3: found unexpected end of stream");
	refused("domain: \xff\n", ":1: invalid leading UTF-8 octet");
	refused("domain: *nobody\n", ":1: found undefined alias");
}

static void an_empty_file_sets_nothing(void **state)
{
	(void)state;
	assert_true(load(""));
	assert_true(load("# only words\n"));
	assert_int_equal(s.num_processes, 8);
}

static void a_missing_file_is_refused_by_its_name(void **state)
{
	(void)state;
	assert_false(settings_load(&s, "/nowhere/moirai.yaml", why, sizeof why));
	assert_string_equal(why, "/nowhere/moirai.yaml: No such file or directory");
	assert_false(settings_load(&s, "/", why, sizeof why));
	assert_memory_equal(why, "/:1: ", 5);
}

static void a_long_reason_is_cut_to_its_room(void **state)
{
	char small[40];

	(void)state;
	memset(small, 'x', sizeof small);
	temp_file_write(&file, "a_key_that_nobody_knows_and_is_long: 1", 38);
	assert_false(settings_load(&s, file.path, small, sizeof small - 1));
	assert_int_equal(strlen(small), sizeof small - 2);
	assert_int_equal(small[sizeof small - 1], 'x');
}

static void data_is_kept_in_postgresql_only(void **state)
{
	(void)state;
	refused("database: mysql://h/db",
	        ":1: database: '...' is not a PostgreSQL URL; Moirai keeps its data in PostgreSQL only");
	assert_true(load("database: postgres://h/db"));
	assert_true(load("database: 'host=h dbname=db'"));
	assert_string_equal(s.database, "host=h dbname=db");
}

static void the_log_level_is_one_of_four_words(void **state)
{
	(void)state;
	refused("log_level: loud", ":1: log_level: 'loud' is none of error, warning, info and debug");
	assert_true(load("log_level: debug"));
	assert_string_equal(s.log_level, "debug");
}

static void starttls_is_one_of_three_words(void **state)
{
	(void)state;
	refused("smtp_starttls: yes", ":1: smtp_starttls: 'yes' is none of never, offered and always");
	assert_true(load("smtp_starttls: always"));
	assert_string_equal(s.smtp_starttls, "always");
}

static void who_may_do_what_is_everyone_superusers_or_a_team(void **state)
{
	static const char *const settings_of_it[] = { "may_throw_restricted", "may_mail_owners", "may_edit_fates",
	                                              "may_delete_fates" };
	char line[200];

	(void)state;
	for (size_t i = 0; i < COUNT(settings_of_it); i++) {
		snprintf(line, sizeof line, "%s: superusers\n", settings_of_it[i]);
		assert_true(load(line));
		snprintf(line, sizeof line, "%s: team Night Shift\n", settings_of_it[i]);
		assert_true(load(line));
		assert_string_equal(*(char **)field(&s, find_row(settings_of_it[i])), "team Night Shift");
		snprintf(line, sizeof line, "%s: nobody\n", settings_of_it[i]);
		assert_false(load(line));
		assert_non_null(strstr(why, ": 'nobody' is none of everyone, superusers and team NAME"));
	}
	refused("may_edit_fates: teams\n", ":1: may_edit_fates: 'teams' is none of everyone, superusers and team NAME");
	refused("may_edit_fates:\n", ":1: may_edit_fates: '' is none of everyone, superusers and team NAME");
}

static void sessions_and_tokens_last_a_second_to_a_year(void **state)
{
	static const char *const lasting[] = { "session_idle", "session_lifetime", "auth_token_expiry" };
	char line[64];

	(void)state;
	for (size_t i = 0; i < COUNT(lasting); i++) {
		snprintf(line, sizeof line, "%s: 0\n", lasting[i]);
		assert_false(load(line));
		snprintf(line, sizeof line, "%s: 31536001\n", lasting[i]);
		assert_false(load(line));
		snprintf(line, sizeof line, "%s: 31536000\n", lasting[i]);
		assert_true(load(line));
	}
	assert_int_equal(s.session_idle + s.session_lifetime + s.auth_token_expiry, 3 * 31536000L);
}

static void is_told(json_t *all, const char *name, const char *expected)
{
	char *text = json_dumps(json_object_get(all, name), JSON_COMPACT | JSON_ENCODE_ANY);

	assert_non_null(text);
	assert_string_equal(text, expected);
	free(text);
}

static void functions_are_told_of_people(void **state)
{
	json_t *all;

	(void)state;
	assert_true(load("session_idle: 60\nauth_token_expiry: 5\nmay_edit_fates: team Fates\nlicense_users: 3\nlicense_contacts: a@b\n"));
	all = settings_told(&s);
	is_told(all, "sessionIdle", "60");
	is_told(all, "sessionLifetime", "1209600");
	is_told(all, "authTokenExpiry", "5");
	is_told(all, "mayThrowRestricted", "\"everyone\"");
	is_told(all, "mayMailOwners", "\"everyone\"");
	is_told(all, "mayEditFates", "\"team Fates\"");
	is_told(all, "mayDeleteFates", "\"superusers\"");
	is_told(all, "license", "{\"expiry\":\"\",\"users\":3,\"hosts\":0,\"organization\":\"\",\"contacts\":\"a@b\"}");
	json_decref(all);
}

static void no_secret_is_told(void **state)
{
	char line[200], *text;
	json_t *all;

	(void)state;
	for (size_t i = 0; i < N_ROWS; i++) {
		if (rows[i].kind != SECRET)
			continue;
		snprintf(line, sizeof line, "%s: 'postgres:xyzzy'", rows[i].name);
		assert_true(load(line));
	}
	all = settings_told(&s);
	text = json_dumps(all, 0);
	assert_non_null(text);
	assert_null(strstr(text, "xyzzy"));
	free(text);
	json_decref(all);
}

static char told[512];

static void tell(const char *key, const char *where)
{
	size_t n = strlen(told);

	snprintf(told + n, sizeof told - n, "%s %s\n", key, where);
}

static void what_works_elsewhere_is_taken_and_told(void **state)
{
	(void)state;
	*told = '\0';
	settings_elsewhere(&s, tell);
	assert_string_equal(told, "");
	assert_true(load("debug: true\nport: [80, 81]\n"));
	settings_elsewhere(&s, tell);
	assert_string_equal(told, "port is nginx's business: see nginx/moirai.conf\ndebug is log_level: debug\n");
}

static void print(const struct settings *what, char *text, size_t size)
{
	FILE *out = fmemopen(text, size, "w");

	assert_non_null(out);
	settings_print(what, out);
	fclose(out);
}

static void every_setting_is_printed_with_its_help(void **state)
{
	char text[16384];

	(void)state;
	print(&s, text, sizeof text);
	for (size_t i = 0; i < N_ROWS; i++) {
		assert_non_null(strstr(text, rows[i].name));
		assert_non_null(strstr(text, rows[i].help));
	}
	assert_non_null(strstr(text, "(1 to 256)\nnum_processes: 8\n"));
	assert_non_null(strstr(text, "\ncount_events: true\n"));
	assert_non_null(strstr(text, "\ndomain: \"localhost\"\n"));
}

static void what_is_printed_loads_again(void **state)
{
	static const char *const texts[] = {
		"", "plain", "two words", " edges ", "null", "~", "true", "12", "a: b # c", "- x", "'single'", "\"double\"",
		"back\\slash", "m\xc3\xbcnchen", "tab\there", "two\nlines", "bell\a", "next\xc2\x85line", "bom\xef\xbb\xbf",
		"\xe2\x80\xa8 line separator", "\xf0\x9f\xa7\xb5", "trailing \n",
	};
	char text[16384];

	(void)state;
	for (size_t i = 0; i < COUNT(texts); i++) {
		set_text(&s, find_row("domain"), texts[i]);
		print(&s, text, sizeof text);
		set_text(&s, find_row("domain"), "other");
		s.num_processes = 99;
		s.count_events = false;
		assert_true(load(text));
		assert_string_equal(s.domain, texts[i]);
		assert_int_equal(s.num_processes, 8);
		assert_true(s.count_events);
		nothing_is_said();
	}
}

#define WITH_SETTINGS(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_SETTINGS(without_a_file_the_defaults_hold),
		WITH_SETTINGS(every_default_is_a_value_its_row_takes),
		WITH_SETTINGS(no_name_stands_in_two_rows),
		WITH_SETTINGS(a_file_goes_over_the_defaults_and_a_later_one_over_it),
		WITH_SETTINGS(letter_case_of_a_key_counts_for_nothing),
		WITH_SETTINGS(an_unknown_key_is_refused_with_its_line),
		WITH_SETTINGS(a_number_stays_in_its_range),
		WITH_SETTINGS(a_flag_is_one_of_eight_words),
		WITH_SETTINGS(a_plain_null_is_empty_and_a_quoted_one_a_word),
		WITH_SETTINGS(only_a_mapping_of_words_to_words_is_taken),
		WITH_SETTINGS(what_is_no_yaml_is_refused_with_its_line),
		WITH_SETTINGS(an_empty_file_sets_nothing),
		WITH_SETTINGS(a_missing_file_is_refused_by_its_name),
		WITH_SETTINGS(a_long_reason_is_cut_to_its_room),
		WITH_SETTINGS(data_is_kept_in_postgresql_only),
		WITH_SETTINGS(the_log_level_is_one_of_four_words),
		WITH_SETTINGS(starttls_is_one_of_three_words),
		WITH_SETTINGS(who_may_do_what_is_everyone_superusers_or_a_team),
		WITH_SETTINGS(sessions_and_tokens_last_a_second_to_a_year),
		WITH_SETTINGS(functions_are_told_of_people),
		WITH_SETTINGS(no_secret_is_told),
		WITH_SETTINGS(what_works_elsewhere_is_taken_and_told),
		WITH_SETTINGS(every_setting_is_printed_with_its_help),
		WITH_SETTINGS(what_is_printed_loads_again),
	};

	return cmocka_run_group_tests_name("settings", tests, NULL, NULL);
}
