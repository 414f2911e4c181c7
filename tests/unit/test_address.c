/* A request's address, and the row that it leads to. */
#include "worker/request.c"

#include "../fuzz/fuzz.h"
#include "house.h"

/* A request whose parameters are these, up to the point where they have been read. */
static struct request request_of(FCGX_Request *fcgi, char **params)
{
	struct request r = { .fcgi = fcgi, .method = GET };

	fcgi->envp = params;
	r.mount = request_param(&r, "MOIRAI_MOUNT");
	return r;
}

#define PARAMS(...) ((char *[]){ __VA_ARGS__, NULL })
static char mount[] = "MOIRAI_MOUNT=/api/v1", no_mount[] = "MOIRAI_MOUNT=", host[] = "HTTP_HOST=moirai.example:8080",
            https[] = "REQUEST_SCHEME=https", ftp[] = "REQUEST_SCHEME=ftp", bad_host[] = "HTTP_HOST=a/b";

static void a_parameter_that_was_not_sent_is_empty(void **state)
{
	FCGX_Request fcgi;
	struct request r = request_of(&fcgi, PARAMS(host));

	(void)state;
	assert_string_equal(request_param(&r, "HTTP_HOST"), "moirai.example:8080");
	assert_string_equal(request_param(&r, "HTTP_HOS"), "");
}

static void links_follow_scheme_host_and_mount(void **state)
{
	FCGX_Request fcgi;
	struct request r = request_of(&fcgi, PARAMS(https, host, mount));

	(void)state;
	assert_int_equal(read_address(&r, "/api/v1/hosts?limit=1"), S_OK);
	assert_string_equal(r.base, "https://moirai.example:8080/api/v1");
	assert_string_equal(r.url, "https://moirai.example:8080/api/v1/hosts?limit=1");
	request_done(&r);
}

static void a_scheme_is_https_or_http(void **state)
{
	FCGX_Request fcgi;
	struct request r = request_of(&fcgi, PARAMS(ftp, host, no_mount));

	(void)state;
	assert_int_equal(read_address(&r, "/hosts"), S_OK);
	assert_string_equal(r.base, "http://moirai.example:8080");
	request_done(&r);
}

static void who_names_no_host_is_answered_as_localhost(void **state)
{
	FCGX_Request fcgi;
	struct request r = request_of(&fcgi, PARAMS(mount));

	(void)state;
	assert_int_equal(read_address(&r, "/api/v1/hosts"), S_OK);
	assert_string_equal(r.base, "http://localhost/api/v1");
	request_done(&r);
}

static void a_parameter_may_be_there_and_empty(void **state)
{
	FCGX_Request fcgi;
	struct request r = request_of(&fcgi, PARAMS(no_mount));

	(void)state;
	assert_true(request_has(&r, "MOIRAI_MOUNT"));
	assert_false(request_has(&r, "HTTP_HOST"));
	assert_string_equal(request_param(&r, "MOIRAI_MOUNT"), "");
}

static void what_is_repeated_of_a_client_is_text(void **state)
{
	FCGX_Request fcgi;
	struct request r = request_of(&fcgi, PARAMS(host));

	(void)state;
	assert_int_equal(request_refuse(&r, S_MEDIA, "\"%s\" is none.", "a\xff\xc3\xbc"), S_MEDIA);
	assert_string_equal(r.why, "\"a???\" is none.");
	assert_int_equal(request_refuse(&r, S_MEDIA, "\"%s\" is none.", "\xc3\xbc"), S_MEDIA);
	assert_string_equal(r.why, "\"\xc3\xbc\" is none.");
}

static void an_address_that_may_not_stand_in_a_link_is_refused(void **state)
{
	FCGX_Request fcgi;
	struct request r = request_of(&fcgi, PARAMS(bad_host, mount));

	(void)state;
	assert_int_equal(read_address(&r, "/api/v1/hosts"), S_INVALID);
	assert_string_equal(r.why, "Host: is not a host name.");
	request_done(&r);
	r = request_of(&fcgi, PARAMS(host, mount));
	assert_int_equal(read_address(&r, "/api/v1/hosts/\xff"), S_INVALID);
	assert_string_equal(r.why, "The address is not UTF-8 text.");
	request_done(&r);
}

static void finds(const char *uri, enum status expected, const char *row, const char *why)
{
	FCGX_Request fcgi;
	struct request r = request_of(&fcgi, PARAMS(host, mount));

	assert_int_equal(read_address(&r, uri), S_OK);
	assert_int_equal(find_route(&r, uri), expected);
	assert_string_equal(r.why, why);
	if (row != NULL)
		assert_string_equal(r.route->path, row);
	else
		assert_null(r.route);
	request_done(&r);
}

static void a_row_is_found_below_the_mount_only(void **state)
{
	(void)state;
	finds("/api/v1/hosts", S_OK, "/hosts", "");
	finds("/api/v1/fates/3/", S_OK, "/fates/{id}", "");
	finds("/hosts", S_ABSENT, NULL, "Resource not found.");
	finds("/api/v2/hosts", S_ABSENT, NULL, "Resource not found.");
	finds("/api/v1hosts", S_ABSENT, NULL, "Resource not found.");
	finds("/api/v1", S_ABSENT, NULL, "Resource not found.");
	finds("", S_ABSENT, NULL, "Resource not found.");
}

static void the_query_is_no_part_of_the_path(void **state)
{
	(void)state;
	finds("/api/v1/hosts?a=/fates", S_OK, "/hosts", "");
	finds("/api/v1/hosts/?", S_OK, "/hosts", "");
	finds("/api/v1/hosts/%3F?x", S_OK, "/hosts/{hostname:rest}", "");
	finds("/api/v1/hosts/%ff", S_INVALID, NULL, "The path is not UTF-8 text.");
}

static void a_long_message_is_still_text(void **state)
{
	FCGX_Request fcgi;
	struct request r = request_of(&fcgi, PARAMS(host));
	char text[400] = "", *end = text;

	(void)state;
	for (int i = 0; i < 130; i++)
		end += sprintf(end, "\xe2\x82\xac");
	assert_int_equal(request_refuse(&r, S_INVALID, "%s", text), S_INVALID);
	assert_int_equal(strlen(r.why), 198);
	assert_true(fuzz_is_text(r.why, 198));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_parameter_that_was_not_sent_is_empty),
		cmocka_unit_test(links_follow_scheme_host_and_mount),
		cmocka_unit_test(a_scheme_is_https_or_http),
		cmocka_unit_test(who_names_no_host_is_answered_as_localhost),
		cmocka_unit_test(a_parameter_may_be_there_and_empty),
		cmocka_unit_test(what_is_repeated_of_a_client_is_text),
		cmocka_unit_test(an_address_that_may_not_stand_in_a_link_is_refused),
		cmocka_unit_test(a_row_is_found_below_the_mount_only),
		cmocka_unit_test(the_query_is_no_part_of_the_path),
		cmocka_unit_test(a_long_message_is_still_text),
	};

	return cmocka_run_group_tests_name("address", tests, NULL, NULL);
}
