#include "config.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include <curl/curl.h>

#include "courier/channel.h"
#include "courier/post.h"
#include "lib/auto.h"

#define LETTERS_AND_DIGITS "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

/* Where sentry_dsn leads to. */
struct address {
	char url[1024];
	char key[128];
};

static void auto_curlu(CURLU **p)
{
	curl_url_cleanup(*p);
}

static void auto_part(char **p)
{
	curl_free(*p);
}

static bool is_on(const struct settings *settings)
{
	return settings->sentry_dsn[0] != '\0';
}

/* The key becomes part of a header, so it is letters and digits, and no more than fit. */
static bool read_key(CURLU *u, struct address *address)
{
	AUTO(part) char *key = NULL;

	if (curl_url_get(u, CURLUPART_USER, &key, 0) != CURLUE_OK || *key == '\0' ||
	    key[strspn(key, LETTERS_AND_DIGITS)] != '\0' || strlen(key) >= sizeof address->key)
		return false;
	snprintf(address->key, sizeof address->key, "%s", key);
	return true;
}

/* /PATH/PROJECT becomes /PATH/api/PROJECT/envelope/. */
static bool turn_path(CURLU *u)
{
	AUTO(part) char *path = NULL;
	char turned[1024];
	char *project;
	int n;

	if (curl_url_get(u, CURLUPART_PATH, &path, 0) != CURLUE_OK)
		return false;
	project = strrchr(path, '/');
	if (project == NULL || project[1] == '\0')
		return false;
	*project++ = '\0';
	n = snprintf(turned, sizeof turned, "%s/api/%s/envelope/", path, project);
	return n < (int)sizeof turned && curl_url_set(u, CURLUPART_PATH, turned, 0) == CURLUE_OK;
}

static bool is_web(CURLU *u)
{
	AUTO(part) char *scheme = NULL;

	return curl_url_get(u, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK &&
	       (strcmp(scheme, "https") == 0 || strcmp(scheme, "http") == 0);
}

/* What is left of a DSN when the key (and its password, which old ones have) is taken out. */
static bool read_url(CURLU *u, struct address *address)
{
	static const CURLUPart out[] = { CURLUPART_USER, CURLUPART_PASSWORD, CURLUPART_QUERY, CURLUPART_FRAGMENT };
	AUTO(part) char *url = NULL;

	for (size_t i = 0; i < sizeof out / sizeof out[0]; i++)
		if (curl_url_set(u, out[i], NULL, 0) != CURLUE_OK)
			return false;
	if (curl_url_get(u, CURLUPART_URL, &url, 0) != CURLUE_OK || strlen(url) >= sizeof address->url)
		return false;
	snprintf(address->url, sizeof address->url, "%s", url);
	return true;
}

static bool read_dsn(const char *dsn, struct address *ret_address)
{
	AUTO(curlu) CURLU *u = curl_url();

	assert(u != NULL);
	return curl_url_set(u, CURLUPART_URL, dsn, 0) == CURLUE_OK && is_web(u) && read_key(u, ret_address) &&
	       turn_path(u) && read_url(u, ret_address);
}

/* Sentry writes UUIDs without dashes. */
static void event_id(const char *key, char ret_id[33])
{
	size_t n = 0;

	for (; *key != '\0' && n < 32; key++)
		if (*key != '-')
			ret_id[n++] = *key;
	ret_id[n] = '\0';
}

static json_t *event(const char *id, const json_t *content)
{
	json_t *e = json_pack("{s:s, s:s, s:s, s:s, s:{s:O}}", "event_id", id, "level", "error", "platform", "c",
	                      "release", "moirai@" PACKAGE_VERSION, "logentry", "formatted",
	                      json_object_get(content, "message"));
	static const char *const said[][2] = { { "logger", "logger" }, { "timestamp", "at" }, { "server_name", "server" } };

	assert(e != NULL);
	for (size_t i = 0; i < sizeof said / sizeof said[0]; i++)
		if (json_is_string(json_object_get(content, said[i][1])))
			json_object_set(e, said[i][0], json_object_get(content, said[i][1]));
	return e;
}

/* Three lines of JSON: what the envelope is, what its item is, the item. */
static char *envelope(const char *id, const json_t *content)
{
	AUTO(json) json_t *e = event(id, content);
	AUTO(text) char *item = json_dumps(e, JSON_COMPACT);
	char *text = NULL;
	int n;

	assert(item != NULL);
	n = asprintf(&text, "{\"event_id\":\"%s\"}\n{\"type\":\"event\",\"length\":%zu}\n%s\n", id, strlen(item), item);
	assert(n > 0);
	return text;
}

static void send_event(const struct settings *settings, struct delivery *delivery, const struct address *address)
{
	AUTO(text) char *body = NULL;
	struct post post;
	char id[33];

	event_id(json_string_value(json_object_get(delivery->letter, "key")), id);
	body = envelope(id, json_object_get(delivery->letter, "content"));
	post_init(&post, settings, delivery);
	post_header(&post, "X-Sentry-Auth: Sentry sentry_version=7, sentry_client=moirai/" PACKAGE_VERSION
	            ", sentry_key=%s", address->key);
	post.request.type = "application/x-sentry-envelope";
	post.request.url = address->url;
	post.request.body = body;
	post.request.size = strlen(body);
	post_perform(&post, 1);
	post_settle(&post, delivery, OUT_PARK);
	post_done(&post);
}

static void deliver(const struct settings *settings, struct delivery *deliveries, size_t n)
{
	struct address address;
	bool known = read_dsn(settings->sentry_dsn, &address);

	for (size_t i = 0; i < n; i++) {
		const json_t *content = json_object_get(deliveries[i].letter, "content");

		if (!known)
			post_park(&deliveries[i], "sentry_dsn is not a DSN");
		else if (!json_is_string(json_object_get(content, "message")))
			post_park(&deliveries[i], "the letter has no message");
		else
			send_event(settings, &deliveries[i], &address);
	}
}

const struct channel channel_sentry = {
	.name = "sentry", .batch = 1, .lease = 40, .is_on = is_on, .deliver = deliver,
};
