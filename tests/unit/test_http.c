/* http.c against a server of our own, which answers as the test says. */
#include "lib/http.c"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdatomic.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>

#include "house.h"

#define AT_ONCE 8
#define BIG ((size_t)2 << 20)

/* What the server's processes and we know together. */
static struct shared {
	atomic_int connections, requests;
	char seen[65536];                      /* the last request; its beginning, if it was longer */
	size_t seen_size;
} *shared;

struct server {
	pid_t pid;
	char url[64];
};

/* ---- the server ---- */

static void say(int fd, const char *text)
{
	if (write(fd, text, strlen(text)) < 0)
		_exit(1);
}

static size_t length_of(const char *head)
{
	const char *line = strcasestr(head, "\r\nContent-Length: ");

	return line == NULL ? 0 : strtoul(line + strlen("\r\nContent-Length: "), NULL, 10);
}

static bool read_request(int fd)
{
	static char text[BIG + 65536];
	size_t n = 0, want = SIZE_MAX;

	while (n < want) {
		ssize_t got = read(fd, text + n, sizeof text - 1 - n);
		char *end;

		if (got <= 0)
			return false;
		n += (size_t)got;
		text[n] = '\0';
		end = strstr(text, "\r\n\r\n");
		if (end != NULL)
			want = (size_t)(end + 4 - text) + length_of(text);
	}
	shared->seen_size = n < sizeof shared->seen ? n : sizeof shared->seen - 1;
	memcpy(shared->seen, text, shared->seen_size);
	shared->seen[shared->seen_size] = '\0';
	shared->requests++;
	return true;
}

static void serve_line(int fd, void (*act)(int fd))
{
	while (read_request(fd))
		act(fd);
	_exit(0);
}

static void serve(int listener, void (*act)(int fd))
{
	signal(SIGCHLD, SIG_IGN);
	signal(SIGPIPE, SIG_DFL);
	while (true) {
		int fd = accept(listener, NULL, NULL);

		if (fd < 0)
			_exit(1);
		shared->connections++;
		if (fork() == 0)
			serve_line(fd, act);
		close(fd);
	}
}

static struct server start(int listener, void (*act)(int fd))
{
	struct server s = { 0 };

	memset(shared, 0, sizeof *shared);
	assert_int_equal(listen(listener, 64), 0);
	s.pid = fork();
	assert_true(s.pid >= 0);
	if (s.pid == 0) {
		setpgid(0, 0);
		serve(listener, act);
	}
	setpgid(s.pid, s.pid);
	return s;
}

static int open_port(struct sockaddr_in *ret_address)
{
	socklen_t size = sizeof *ret_address;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	*ret_address = (struct sockaddr_in){ .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	assert_int_equal(bind(fd, (struct sockaddr *)ret_address, size), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)ret_address, &size), 0);
	return fd;
}

/* Does act() with each request that came in whole. */
static struct server server_new(void (*act)(int fd))
{
	struct sockaddr_in address;
	int fd = open_port(&address);
	struct server s = start(fd, act);

	snprintf(s.url, sizeof s.url, "http://127.0.0.1:%d/secret", ntohs(address.sin_port));
	close(fd);
	return s;
}

static void server_free(struct server *s)
{
	kill(-s->pid, SIGKILL);
	child_wait(s->pid);
}

/* ---- asking it ---- */

static struct http_request request_to(const char *url)
{
	return (struct http_request){ .url = url, .timeout = 10, .max_answer = 100000 };
}

static struct http_answer perform(const struct http_request *request)
{
	struct http *http = http_new();
	struct http_answer answer;

	http_perform(http, request, &answer, 1);
	http_free(&http);
	assert_null(http);
	return answer;
}

/* One GET of a server that does act(). */
static struct http_answer get(void (*act)(int fd))
{
	struct server s = server_new(act);
	struct http_request r = request_to(s.url);
	struct http_answer answer = perform(&r);

	server_free(&s);
	return answer;
}

static void assert_none_came(struct http_answer *a, const char *error)
{
	assert_int_equal(a->code, 0);
	assert_int_equal(a->size, 0);
	assert_string_equal(a->body, "");
	assert_null(strstr(a->error, "secret"));
	assert_null(strstr(a->error, "127.0.0.1"));
	if (error != NULL)
		assert_string_equal(a->error, error);
	else
		assert_string_not_equal(a->error, "");
	http_answer_done(a);
}

/* ---- what comes back ---- */

static void say_hello(int fd)
{
	say(fd, "HTTP/1.1 201 Created\r\nContent-Length: 5\r\nSet-Cookie: a=b\r\n\r\nhello");
}

static void an_answer_is_code_body_and_size(void **state)
{
	struct http_answer a = get(say_hello);

	(void)state;
	assert_int_equal(a.code, 201);
	assert_int_equal(a.size, 5);
	assert_string_equal(a.body, "hello");
	assert_string_equal(a.error, "");
	assert_int_equal(a.retry_after, 0);
	assert_false(a.timed_out || a.too_large);
	http_answer_done(&a);
	assert_null(a.body);
}

static void a_get_says_who_asks_and_nothing_that_was_not_asked_for(void **state)
{
	struct http_answer a = get(say_hello);

	(void)state;
	assert_memory_equal(shared->seen, "GET /secret HTTP/1.1\r\nHost: 127.0.0.1:", 38);
	assert_non_null(strstr(shared->seen, "\r\nUser-Agent: Moirai/" PACKAGE_VERSION "\r\nAccept: */*\r\n\r\n"));
	http_answer_done(&a);
}

static void a_post_sends_its_bytes_type_and_headers(void **state)
{
	static const char *const headers[] = { "Idempotency-Key: 7", "X-Other: 8", NULL };
	struct server s = server_new(say_hello);
	struct http_request r = request_to(s.url);
	struct http_answer a;

	(void)state;
	r.body = "a\0b\n";
	r.size = 4;
	r.type = "text/x-test";
	r.headers = headers;
	a = perform(&r);
	assert_int_equal(a.code, 201);
	assert_memory_equal(shared->seen, "POST /secret HTTP/1.1\r\n", 23);
	assert_non_null(strstr(shared->seen, "\r\nContent-Type: text/x-test\r\n"));
	assert_non_null(strstr(shared->seen, "\r\nIdempotency-Key: 7\r\nX-Other: 8\r\n"));
	assert_non_null(strstr(shared->seen, "\r\nContent-Length: 4\r\n"));
	assert_memory_equal(shared->seen + shared->seen_size - 8, "\r\n\r\na\0b\n", 8);
	http_answer_done(&a);
	server_free(&s);
}

static void a_large_body_is_sent_without_asking_first(void **state)
{
	struct server s = server_new(say_hello);
	struct http_request r = request_to(s.url);
	char *body = calloc(1, BIG);
	struct http_answer a;

	(void)state;
	r.body = body;
	r.size = BIG;
	r.type = "application/octet-stream";
	a = perform(&r);
	assert_int_equal(a.code, 201);
	assert_null(strcasestr(shared->seen, "Expect"));
	http_answer_done(&a);
	server_free(&s);
	free(body);
}

static void an_empty_post_is_a_post(void **state)
{
	struct server s = server_new(say_hello);
	struct http_request r = request_to(s.url);
	struct http_answer a;

	(void)state;
	r.body = "";
	a = perform(&r);
	assert_int_equal(a.code, 201);
	assert_memory_equal(shared->seen, "POST ", 5);
	http_answer_done(&a);
	server_free(&s);
}

static void say_chunks(int fd)
{
	say(fd, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n");
	say(fd, "4\r\ndefg\r\n0\r\n\r\n");
}

static void chunks_are_put_together(void **state)
{
	struct http_answer a = get(say_chunks);

	(void)state;
	assert_int_equal(a.code, 200);
	assert_int_equal(a.size, 7);
	assert_string_equal(a.body, "abcdefg");
	http_answer_done(&a);
}

static void say_elsewhere(int fd)
{
	say(fd, "HTTP/1.1 302 Found\r\nLocation: /other\r\nContent-Length: 0\r\n\r\n");
}

static void a_redirect_is_an_answer(void **state)
{
	struct http_answer a = get(say_elsewhere);

	(void)state;
	assert_int_equal(a.code, 302);
	assert_int_equal(shared->requests, 1);
	http_answer_done(&a);
}

static void say_once_elsewhere(int fd)
{
	if (shared->requests == 1)
		say(fd, "HTTP/1.1 302 Found\r\nLocation: /other\r\nContent-Length: 4\r\n\r\nelse");
	else
		say_hello(fd);
}

static void a_redirect_is_followed_if_asked_for(void **state)
{
	struct server s = server_new(say_once_elsewhere);
	struct http_request r = request_to(s.url);
	struct http_answer a;

	(void)state;
	r.follow = true;
	a = perform(&r);
	assert_int_equal(a.code, 201);
	assert_string_equal(a.body, "hello");
	assert_memory_equal(shared->seen, "GET /other HTTP/1.1\r\n", 21);
	http_answer_done(&a);
	server_free(&s);
}

static void a_redirect_without_end_is_given_up(void **state)
{
	struct server s = server_new(say_elsewhere);
	struct http_request r = request_to(s.url);
	struct http_answer a;

	(void)state;
	r.follow = true;
	a = perform(&r);
	assert_int_equal(shared->requests, 1 + MAX_REDIRECTS);
	assert_none_came(&a, "Number of redirects hit maximum amount");
	server_free(&s);
}

static void say_file(int fd)
{
	say(fd, "HTTP/1.1 302 Found\r\nLocation: file:///etc/passwd\r\nContent-Length: 0\r\n\r\n");
}

static void a_redirect_leads_nowhere_else_than_the_web(void **state)
{
	struct server s = server_new(say_file);
	struct http_request r = request_to(s.url);
	struct http_answer a;

	(void)state;
	r.follow = true;
	r.protocols = "http,https,ftp";
	a = perform(&r);
	assert_none_came(&a, "Unsupported protocol");
	server_free(&s);
}

static void a_user_and_a_password_are_sent_along(void **state)
{
	struct server s = server_new(say_hello);
	struct http_request r = request_to(s.url);
	struct http_answer a;

	(void)state;
	r.user = "ann";
	r.password = "p:w";
	a = perform(&r);
	assert_non_null(strstr(shared->seen, "\r\nAuthorization: Basic YW5uOnA6dw==\r\n"));
	http_answer_done(&a);
	server_free(&s);
}

static void a_body_may_go_to_a_file(void **state)
{
	struct server s = server_new(say_hello);
	struct http_request r = request_to(s.url);
	struct temp_file file = temp_file_new();
	struct http_answer a;
	char text[64];

	(void)state;
	r.file = file.fd;
	r.max_answer = 5;
	a = perform(&r);
	assert_int_equal(a.code, 201);
	assert_int_equal(a.size, 5);
	assert_string_equal(a.body, "");
	temp_file_read(&file, text, sizeof text);
	assert_string_equal(text, "hello");
	http_answer_done(&a);
	r.max_answer = 4;
	a = perform(&r);
	assert_true(a.too_large);
	http_answer_done(&a);
	r.max_answer = 5;
	r.file = open("/dev/full", O_WRONLY | O_CLOEXEC);
	a = perform(&r);
	assert_none_came(&a, NULL);
	close(r.file);
	temp_file_free(&file);
	server_free(&s);
}

/* ---- what is too much, too late, or broken ---- */

static void say_much(int fd)
{
	static char much[100001];

	memset(much, 'x', sizeof much - 1);
	say(fd, "HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n");
	say(fd, much);
}

static void an_answer_at_the_limit_is_taken(void **state)
{
	struct http_answer a = get(say_much);

	(void)state;
	assert_int_equal(a.code, 200);
	assert_int_equal(a.size, 100000);
	assert_false(a.too_large);
	http_answer_done(&a);
}

static void an_answer_over_the_limit_is_cut_off(void **state)
{
	struct server s = server_new(say_much);
	struct http_request r = request_to(s.url);
	struct http_answer a;

	(void)state;
	r.max_answer = 99999;
	a = perform(&r);
	assert_int_equal(a.code, 200);
	assert_int_equal(a.size, 99999);
	assert_int_equal(strlen(a.body), 99999);
	assert_true(a.too_large);
	assert_string_equal(a.error, "");
	http_answer_done(&a);
	server_free(&s);
}

static void say_headers_for_ever(int fd)
{
	say(fd, "HTTP/1.1 200 OK\r\n");
	while (true)
		say(fd, "X-More: and more and more and more and more and more\r\n");
}

static void a_head_without_end_is_cut_off(void **state)
{
	struct http_answer a = get(say_headers_for_ever);

	(void)state;
	assert_int_equal(a.code, 200);
	assert_int_equal(a.size, 0);
	assert_true(a.too_large);
	http_answer_done(&a);
}

static void say_nothing(int fd)
{
	(void)fd;
}

static void say_half(int fd)
{
	say(fd, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello");
}

static void who_stalls_is_given_up(void **state)
{
	static void (*const acts[])(int) = { say_nothing, say_half };

	(void)state;
	for (size_t i = 0; i < COUNT(acts); i++) {
		struct server s = server_new(acts[i]);
		struct http_request r = request_to(s.url);
		struct http_answer a;

		r.timeout = 1;
		a = perform(&r);
		assert_true(a.timed_out);
		assert_none_came(&a, "no answer within 1 s");
		server_free(&s);
	}
}

static void hang_up(int fd)
{
	(void)fd;
	_exit(0);
}

static void say_half_and_hang_up(int fd)
{
	say_half(fd);
	_exit(0);
}

static void say_rubbish(int fd)
{
	say(fd, "220 smtp.secret ESMTP\r\n");
	_exit(0);
}

static void what_is_no_answer_is_none(void **state)
{
	static void (*const acts[])(int) = { hang_up, say_half_and_hang_up, say_rubbish };

	(void)state;
	for (size_t i = 0; i < COUNT(acts); i++) {
		struct http_answer a = get(acts[i]);

		assert_false(a.timed_out);
		assert_none_came(&a, NULL);
	}
}

static void nobody_there_is_said(void **state)
{
	struct server s = server_new(say_hello);
	struct http_request r = request_to(s.url);
	struct http_answer a;

	(void)state;
	server_free(&s);
	a = perform(&r);
	assert_false(a.timed_out);
	assert_none_came(&a, "Couldn't connect to server: Connection refused");
}

static void only_the_web_is_spoken(void **state)
{
	static const char *const urls[] = { "file:///etc/passwd", "ftp://127.0.0.1/secret", "gopher://127.0.0.1/secret",
		                            "http://", "http://127.0.0.1:secret/", "http://127.0.0.1/a b", "" };

	(void)state;
	for (size_t i = 0; i < COUNT(urls); i++) {
		struct http_request r = request_to(urls[i]);
		struct http_answer a = perform(&r);

		assert_none_came(&a, NULL);
	}
}

/* ---- when to come again ---- */

static char retry[128];

static void say_retry(int fd)
{
	say(fd, "HTTP/1.1 429 Too Many Requests\r\nContent-Length: 0\r\nRetry-After: ");
	say(fd, retry);
	say(fd, "\r\n\r\n");
}

static long retry_after_of(const char *text)
{
	struct http_answer a;
	long seconds;

	snprintf(retry, sizeof retry, "%s", text);
	a = get(say_retry);
	assert_int_equal(a.code, 429);
	seconds = a.retry_after;
	http_answer_done(&a);
	return seconds;
}

static long retry_after_date(time_t t)
{
	char text[64];

	strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", gmtime(&t));
	return retry_after_of(text);
}

static void retry_after_is_seconds_or_a_date(void **state)
{
	long seconds = retry_after_date(time(NULL) + 100);

	(void)state;
	assert_in_range(seconds, 90, 100);
	assert_int_equal(retry_after_of("1"), 1);
	assert_int_equal(retry_after_of("120"), 120);
	assert_int_equal(retry_after_of("3600"), 3600);
}

static void retry_after_is_within_a_day(void **state)
{
	(void)state;
	assert_int_equal(retry_after_date(time(NULL) - 100), 0);
	assert_int_equal(retry_after_date(time(NULL) + 1000000), 86400);
	assert_int_equal(retry_after_of("99999999999"), 86400);
	assert_int_equal(retry_after_of("-5"), 0);
	assert_int_equal(retry_after_of("soon"), 0);
}

/* ---- several, and again ---- */

static void say_hello_when_all_are_here(int fd)
{
	for (int i = 0; i < 1000 && shared->requests < AT_ONCE; i++)
		usleep(10000);
	if (shared->requests == AT_ONCE)
		say_hello(fd);
	_exit(0);
}

static void all_are_under_way_at_once(void **state)
{
	struct server s = server_new(say_hello_when_all_are_here);
	struct http_request requests[AT_ONCE];
	struct http_answer answers[AT_ONCE];
	struct http *http = http_new();

	(void)state;
	for (size_t i = 0; i < AT_ONCE; i++)
		requests[i] = request_to(s.url);
	http_perform(http, requests, answers, AT_ONCE);
	for (size_t i = 0; i < AT_ONCE; i++) {
		assert_int_equal(answers[i].code, 201);
		http_answer_done(&answers[i]);
	}
	http_free(&http);
	server_free(&s);
}

static void none_is_answered_at_once(void **state)
{
	struct http *http = http_new();

	(void)state;
	http_perform(http, NULL, NULL, 0);
	http_free(&http);
}

static void a_connection_is_used_again_and_cookies_are_not(void **state)
{
	struct server s = server_new(say_hello);
	struct http_request r = request_to(s.url);
	struct http *http = http_new();

	(void)state;
	for (int i = 0; i < 3; i++) {
		struct http_answer a;

		http_perform(http, &r, &a, 1);
		assert_int_equal(a.code, 201);
		http_answer_done(&a);
	}
	assert_int_equal(shared->connections, 1);
	assert_int_equal(shared->requests, 3);
	assert_null(strcasestr(shared->seen, "\r\nCookie:"));
	http_free(&http);
	server_free(&s);
}

static void say_hello_and_hang_up(int fd)
{
	say_hello(fd);
	_exit(0);
}

static void a_connection_that_was_closed_meanwhile_is_made_anew(void **state)
{
	struct server s = server_new(say_hello_and_hang_up);
	struct http_request r = request_to(s.url);
	struct http *http = http_new();

	(void)state;
	r.body = "x";
	r.size = 1;
	for (int i = 0; i < 3; i++) {
		struct http_answer a;

		http_perform(http, &r, &a, 1);
		assert_int_equal(a.code, 201);
		http_answer_done(&a);
	}
	http_free(&http);
	server_free(&s);
}

/* ---- ways ---- */

static void the_environment_names_no_proxy(void **state)
{
	struct http_answer a;

	(void)state;
	setenv("http_proxy", "http://127.0.0.1:1", 1);
	setenv("all_proxy", "http://127.0.0.1:1", 1);
	a = get(say_hello);
	unsetenv("http_proxy");
	unsetenv("all_proxy");
	assert_int_equal(a.code, 201);
	http_answer_done(&a);
}

static void a_proxy_that_is_given_is_used(void **state)
{
	struct server s = server_new(say_hello);
	struct http_request r = request_to("http://nowhere.invalid/x");
	struct http_answer a;

	(void)state;
	*strstr(s.url, "/secret") = '\0';
	r.proxy = s.url;
	setenv("no_proxy", "*", 1);
	a = perform(&r);
	unsetenv("no_proxy");
	assert_int_equal(a.code, 201);
	assert_memory_equal(shared->seen, "GET http://nowhere.invalid/x HTTP/1.1\r\n", 39);
	http_answer_done(&a);
	server_free(&s);
}

static void a_unix_socket_is_a_way(void **state)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	struct http_request r = request_to("http://nowhere.invalid/x");
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct http_answer a;
	struct server s;

	(void)state;
	snprintf(address.sun_path, sizeof address.sun_path, "/tmp/test_http.%d", (int)getpid());
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
	s = start(fd, say_hello);
	close(fd);
	r.unix_socket = address.sun_path;
	a = perform(&r);
	unlink(address.sun_path);
	assert_int_equal(a.code, 201);
	assert_non_null(strstr(shared->seen, "\r\nHost: nowhere.invalid\r\n"));
	http_answer_done(&a);
	server_free(&s);
}

/* ---- a resolver that hangs ---- */

static atomic_bool resolver_may_end, resolver_ended;

int getaddrinfo(const char *restrict name, const char *restrict service, const struct addrinfo *restrict hints,
                struct addrinfo **restrict result)
{
	(void)name;
	(void)service;
	(void)hints;
	(void)result;
	for (int i = 0; i < 1000 && !resolver_may_end; i++)
		usleep(10000);
	resolver_ended = true;
	return EAI_AGAIN;
}

static void a_resolver_that_hangs_holds_up_nobody(void **state)
{
	struct http_request r = request_to("http://slow.invalid/secret");
	struct http_answer a;

	(void)state;
	r.timeout = 1;
	a = perform(&r);
	assert_false(resolver_ended);
	resolver_may_end = true;
	assert_true(a.timed_out);
	assert_none_came(&a, "no answer within 1 s");
	for (int i = 0; i < 1000 && !resolver_ended; i++)
		usleep(10000);
	assert_true(resolver_ended);
}

static int start_http(void **state)
{
	(void)state;
	http_start();
	shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	return shared == MAP_FAILED ? -1 : 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_answer_is_code_body_and_size),
		cmocka_unit_test(a_get_says_who_asks_and_nothing_that_was_not_asked_for),
		cmocka_unit_test(a_post_sends_its_bytes_type_and_headers),
		cmocka_unit_test(a_large_body_is_sent_without_asking_first),
		cmocka_unit_test(an_empty_post_is_a_post),
		cmocka_unit_test(chunks_are_put_together),
		cmocka_unit_test(a_redirect_is_an_answer),
		cmocka_unit_test(a_redirect_is_followed_if_asked_for),
		cmocka_unit_test(a_redirect_without_end_is_given_up),
		cmocka_unit_test(a_redirect_leads_nowhere_else_than_the_web),
		cmocka_unit_test(a_user_and_a_password_are_sent_along),
		cmocka_unit_test(a_body_may_go_to_a_file),
		cmocka_unit_test(an_answer_at_the_limit_is_taken),
		cmocka_unit_test(an_answer_over_the_limit_is_cut_off),
		cmocka_unit_test(a_head_without_end_is_cut_off),
		cmocka_unit_test(who_stalls_is_given_up),
		cmocka_unit_test(what_is_no_answer_is_none),
		cmocka_unit_test(nobody_there_is_said),
		cmocka_unit_test(only_the_web_is_spoken),
		cmocka_unit_test(retry_after_is_seconds_or_a_date),
		cmocka_unit_test(retry_after_is_within_a_day),
		cmocka_unit_test(all_are_under_way_at_once),
		cmocka_unit_test(none_is_answered_at_once),
		cmocka_unit_test(a_connection_is_used_again_and_cookies_are_not),
		cmocka_unit_test(a_connection_that_was_closed_meanwhile_is_made_anew),
		cmocka_unit_test(the_environment_names_no_proxy),
		cmocka_unit_test(a_proxy_that_is_given_is_used),
		cmocka_unit_test(a_unix_socket_is_a_way),
		cmocka_unit_test(a_resolver_that_hangs_holds_up_nobody),
	};

	return cmocka_run_group_tests(tests, start_http, NULL);
}
