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

static void sql_is_told_who_asks_for_what(void **state)
{
	struct worker worker = { .told = json_pack("{s:s}", "domain", "d") };
	FCGX_Request fcgi;
	struct request r = request_of(&fcgi, PARAMS(host, mount));
	AUTO(text) char *text = NULL;

	(void)state;
	r.worker = &worker;
	r.actor = (struct actor){ .id = 7, .stamp = 3 };
	r.path = json_pack("{s:s}", "id", "5");
	r.query = json_object();
	assert_int_equal(read_address(&r, "/api/v1/fates/5"), S_OK);
	text = call_text(&r);
	assert_string_equal(text, "{\"actor\":7,\"stamp\":3,\"path\":{\"id\":\"5\"},\"query\":{},\"body\":null,"
	                          "\"mount\":\"/api/v1\",\"base\":\"http://moirai.example:8080/api/v1\","
	                          "\"url\":\"http://moirai.example:8080/api/v1/fates/5\",\"settings\":{\"domain\":\"d\"}}");
	request_done(&r);
	assert_null(r.path);
	json_decref(worker.told);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_parameter_that_was_not_sent_is_empty),
		cmocka_unit_test(links_follow_scheme_host_and_mount),
		cmocka_unit_test(a_scheme_is_https_or_http),
		cmocka_unit_test(an_address_that_may_not_stand_in_a_link_is_refused),
		cmocka_unit_test(a_row_is_found_below_the_mount_only),
		cmocka_unit_test(the_query_is_no_part_of_the_path),
		cmocka_unit_test(a_long_message_is_still_text),
		cmocka_unit_test(sql_is_told_who_asks_for_what),
	};

	return cmocka_run_group_tests_name("request", tests, NULL, NULL);
}
