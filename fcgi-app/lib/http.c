#include "config.h"

#include <assert.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include <curl/curl.h>

#include "lib/http.h"

#define MAX_HEAD 65536
#define MAX_KEPT 16
#define MAX_REDIRECTS 5
#define DAY 86400

struct http {
	CURLM *multi;
};

/* One request under way. */
struct transfer {
	const struct http_request *request;
	struct http_answer *answer;
	CURL *easy;
	struct curl_slist *headers;
	size_t head, room;               /* bytes of the head so far; bytes that answer->body may hold */
};

void http_start(void)
{
	CURLcode code = curl_global_init(CURL_GLOBAL_DEFAULT);

	assert(code == CURLE_OK);
	/* CURLOPT_NOSIGNAL leaves it to us: a peer that hangs up in the middle of TLS would end the program. */
	signal(SIGPIPE, SIG_IGN);
}

struct http *http_new(void)
{
	struct http *http = calloc(1, sizeof *http);

	assert(http != NULL);
	http->multi = curl_multi_init();
	assert(http->multi != NULL);
	curl_multi_setopt(http->multi, CURLMOPT_MAXCONNECTS, (long)MAX_KEPT);
	return http;
}

void http_free(struct http **http)
{
	if (*http != NULL)
		curl_multi_cleanup((*http)->multi);
	free(*http);
	*http = NULL;
}

static void make_room(struct transfer *t, size_t want)
{
	if (want <= t->room && t->answer->body != NULL)
		return;
	t->room = want < t->room * 2 ? t->room * 2 : want;
	t->answer->body = realloc(t->answer->body, t->room + 1);
	assert(t->answer->body != NULL);
}

static bool write_body(int file, const char *data, size_t size)
{
	while (size > 0) {
		ssize_t n = write(file, data, size);

		if (n <= 0)
			return false;
		data += n;
		size -= (size_t)n;
	}
	return true;
}

/* Taking less than all makes curl give up with CURLE_WRITE_ERROR. */
static size_t take_body(char *data, size_t one, size_t n, void *context)
{
	struct transfer *t = context;
	size_t left = t->request->max_answer - t->answer->size;
	size_t taken = one * n > left ? left : one * n;

	if (t->request->file > 0) {
		if (!write_body(t->request->file, data, taken))
			return CURL_WRITEFUNC_ERROR;
	} else {
		make_room(t, t->answer->size + taken);
		memcpy(t->answer->body + t->answer->size, data, taken);
	}
	t->answer->size += taken;
	t->answer->too_large = taken < one * n;
	return taken;
}

static size_t count_head(char *data, size_t one, size_t n, void *context)
{
	struct transfer *t = context;

	(void)data;
	t->head += one * n;
	t->answer->too_large = t->head > MAX_HEAD;
	return t->answer->too_large ? 0 : one * n;
}

static void add_header(struct transfer *t, const char *line)
{
	t->headers = curl_slist_append(t->headers, line);
	assert(t->headers != NULL);
}

/* A name with nothing behind it takes away what curl would say by itself. */
static void add_headers(struct transfer *t)
{
	const struct http_request *r = t->request;
	char type[128];

	snprintf(type, sizeof type, "Content-Type: %s", r->type == NULL ? "" : r->type);
	add_header(t, type);
	add_header(t, "Expect:");
	for (size_t i = 0; r->headers != NULL && r->headers[i] != NULL; i++)
		add_header(t, r->headers[i]);
}

static void must(CURLcode code)
{
	assert(code == CURLE_OK);
}

static const char *none_if_empty(const char *text)
{
	return text == NULL || *text == '\0' ? NULL : text;
}

/* What holds for every request. */
static void set_rules(CURL *easy)
{
	must(curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L));
	must(curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L));
	must(curl_easy_setopt(easy, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED));
	must(curl_easy_setopt(easy, CURLOPT_NOPROXY, ""));
	must(curl_easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L));
	must(curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1));
	must(curl_easy_setopt(easy, CURLOPT_USERAGENT, "Moirai/" PACKAGE_VERSION));
	must(curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L));
	/* Or the end of a timeout would wait for the resolver, which may take half a minute. */
	must(curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L));
}

/* How many kinds of ways the request may take. */
static void set_reach(CURL *easy, const struct http_request *r)
{
	bool safe = strncasecmp(r->url, "https:", 6) == 0;

	must(curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, r->protocols != NULL ? r->protocols : "http,https"));
	must(curl_easy_setopt(easy, CURLOPT_REDIR_PROTOCOLS_STR, safe ? "https" : "http,https"));
	must(curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, r->follow ? 1L : 0L));
	must(curl_easy_setopt(easy, CURLOPT_MAXREDIRS, (long)MAX_REDIRECTS));
	must(curl_easy_setopt(easy, CURLOPT_USERNAME, r->user));
	must(curl_easy_setopt(easy, CURLOPT_PASSWORD, r->password));
}

/* curl says by itself what is wrong with a URL that it doesn't take, once the request is performed. */
static void set_way(CURL *easy, const struct http_request *r)
{
	curl_easy_setopt(easy, CURLOPT_URL, r->url);
	must(curl_easy_setopt(easy, CURLOPT_PROXY, r->proxy == NULL ? "" : r->proxy));
	must(curl_easy_setopt(easy, CURLOPT_UNIX_SOCKET_PATH, none_if_empty(r->unix_socket)));
	if (none_if_empty(r->ca_file) != NULL) {
		must(curl_easy_setopt(easy, CURLOPT_CAINFO, r->ca_file));
		must(curl_easy_setopt(easy, CURLOPT_CAPATH, NULL));
	}
	must(curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT, r->timeout));
	must(curl_easy_setopt(easy, CURLOPT_TIMEOUT, r->timeout));
}

static void set_bodies(struct transfer *t)
{
	const struct http_request *r = t->request;

	add_headers(t);
	must(curl_easy_setopt(t->easy, CURLOPT_HTTPHEADER, t->headers));
	if (r->body != NULL) {
		must(curl_easy_setopt(t->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)r->size));
		must(curl_easy_setopt(t->easy, CURLOPT_POSTFIELDS, r->body));
	}
	must(curl_easy_setopt(t->easy, CURLOPT_HEADERFUNCTION, count_head));
	must(curl_easy_setopt(t->easy, CURLOPT_HEADERDATA, t));
	must(curl_easy_setopt(t->easy, CURLOPT_WRITEFUNCTION, take_body));
	must(curl_easy_setopt(t->easy, CURLOPT_WRITEDATA, t));
	must(curl_easy_setopt(t->easy, CURLOPT_PRIVATE, t));
}

static void begin(struct http *http, struct transfer *t, const struct http_request *request, struct http_answer *answer)
{
	CURLMcode code;

	assert(request->timeout > 0 && request->timeout < DAY);
	*answer = (struct http_answer){ 0 };
	*t = (struct transfer){ .request = request, .answer = answer, .easy = curl_easy_init() };
	assert(t->easy != NULL);
	make_room(t, 0);
	set_rules(t->easy);
	set_reach(t->easy, request);
	set_way(t->easy, request);
	set_bodies(t);
	code = curl_multi_add_handle(http->multi, t->easy);
	assert(code == CURLM_OK);
}

static long retry_after(CURL *easy)
{
	curl_off_t seconds = 0;

	curl_easy_getinfo(easy, CURLINFO_RETRY_AFTER, &seconds);
	return seconds < 0 ? 0 : seconds > DAY ? DAY : (long)seconds;
}

/* curl's own words for a kind of failure name nobody; those for this very failure (CURLOPT_ERRORBUFFER) would. */
static void say_why(struct transfer *t, CURLcode result)
{
	long number = 0;

	curl_easy_getinfo(t->easy, CURLINFO_OS_ERRNO, &number);
	if (result == CURLE_OPERATION_TIMEDOUT)
		snprintf(t->answer->error, sizeof t->answer->error, "no answer within %ld s", t->request->timeout);
	else if (result == CURLE_COULDNT_CONNECT && number != 0)
		snprintf(t->answer->error, sizeof t->answer->error, "%s: %s", curl_easy_strerror(result),
		         strerror((int)number));
	else
		snprintf(t->answer->error, sizeof t->answer->error, "%s", curl_easy_strerror(result));
}

static void fill_answer(struct transfer *t, CURLcode result)
{
	struct http_answer *a = t->answer;

	if (result == CURLE_OK || (result == CURLE_WRITE_ERROR && a->too_large)) {
		curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &a->code);
		a->retry_after = retry_after(t->easy);
	} else {
		a->timed_out = result == CURLE_OPERATION_TIMEDOUT;
		a->size = 0;
		say_why(t, result);
	}
	a->body[t->request->file > 0 ? 0 : a->size] = '\0';
}

static size_t take_finished(struct http *http)
{
	size_t n = 0;
	CURLMsg *message;
	int waiting;

	while ((message = curl_multi_info_read(http->multi, &waiting)) != NULL) {
		struct transfer *t = NULL;

		if (message->msg != CURLMSG_DONE)
			continue;
		curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &t);
		fill_answer(t, message->data.result);
		n++;
	}
	return n;
}

static void end(struct http *http, struct transfer *t)
{
	curl_multi_remove_handle(http->multi, t->easy);
	curl_easy_cleanup(t->easy);
	curl_slist_free_all(t->headers);
}

void http_perform(struct http *http, const struct http_request *requests, struct http_answer *answers, size_t n)
{
	struct transfer *transfers = calloc(n + 1, sizeof *transfers);
	CURLMcode code = CURLM_OK;
	size_t finished = 0;
	int running;

	assert(transfers != NULL);
	for (size_t i = 0; i < n; i++)
		begin(http, &transfers[i], &requests[i], &answers[i]);
	while (finished < n && code == CURLM_OK) {
		code = curl_multi_perform(http->multi, &running);
		finished += take_finished(http);
		if (finished < n && code == CURLM_OK)
			code = curl_multi_poll(http->multi, NULL, 0, 1000, NULL);
	}
	assert(code == CURLM_OK);
	for (size_t i = 0; i < n; i++)
		end(http, &transfers[i]);
	free(transfers);
}

void http_answer_done(struct http_answer *answer)
{
	free(answer->body);
	*answer = (struct http_answer){ 0 };
}
