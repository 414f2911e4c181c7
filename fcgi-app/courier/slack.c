#include "config.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "courier/channel.h"
#include "courier/post.h"
#include "lib/auto.h"

#define MAX_QUOTED 120

static bool is_on(const struct settings *settings)
{
	return settings->slack_webhook[0] != '\0';
}

static char *message(const char *text)
{
	AUTO(json) json_t *json = json_pack("{s:s, s:s, s:s}", "text", text, "username", "Hermes Log",
	                                    "icon_emoji", ":hermes:");
	char *body = json_dumps(json, JSON_COMPACT);

	assert(body != NULL);
	return body;
}

/* Slack answers a word (no_service, invalid_payload). What stands between may answer a page that repeats the URL, which
 * is the secret: nothing is quoted from a slash on. */
static void quote(struct delivery *delivery, const struct http_answer *answer)
{
	size_t used = strlen(delivery->error), n = strcspn(answer->body, "/%<\\\r\n");
	char *out = delivery->error + used;

	if (n == 0)
		return;
	snprintf(out, sizeof delivery->error - used, ": %.*s", (int)(n < MAX_QUOTED ? n : MAX_QUOTED), answer->body);
	for (; *out != '\0'; out++)
		if (*out < ' ' || *out > '~')
			*out = '?';
}

static void send_text(const struct settings *settings, struct delivery *delivery, const char *text)
{
	AUTO(text) char *body = message(text);
	char proxy[512];
	struct post post;

	post_init(&post, settings, delivery);
	post.request.url = settings->slack_webhook;
	post.request.body = body;
	post.request.size = strlen(body);
	snprintf(proxy, sizeof proxy, "http://%s", settings->slack_proxyhost);
	if (settings->slack_proxyhost[0] != '\0')
		post.request.proxy = proxy;
	post_perform(&post, 1);
	post_settle(&post, delivery, OUT_PARK);
	if (delivery->outcome == OUT_PARK)
		quote(delivery, &post.answer);
	post_done(&post);
}

static void deliver(const struct settings *settings, struct delivery *deliveries, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const json_t *content = json_object_get(deliveries[i].letter, "content");
		const char *text = json_string_value(json_object_get(content, "text"));

		if (text == NULL)
			post_park(&deliveries[i], "the letter has no text");
		else
			send_text(settings, &deliveries[i], text);
	}
}

const struct channel channel_slack = {
	.name = "slack", .batch = 1, .lease = 40, .is_on = is_on, .deliver = deliver,
};
