#include "config.h"

#include <stdio.h>
#include <string.h>

#include "courier/channel.h"
#include "courier/post.h"
#include "lib/auto.h"

#define TIMEOUT 2

static bool is_on(const struct settings *settings)
{
	return settings->live_socket[0] != '\0';
}

/* nchan says 201 or 202; any other 2xx is not from it. A late notice is worth little, so a timeout is no stall. */
static void settle(const struct post *post, struct delivery *delivery)
{
	long code = post->answer.code;

	post_settle(post, delivery, OUT_RETRY);
	if (code >= 200 && code <= 202)
		return;
	if (delivery->outcome == OUT_SENT)
		snprintf(delivery->error, sizeof delivery->error, "HTTP %ld is no answer of nchan's", code);
	delivery->outcome = OUT_RETRY;
}

static void publish(const struct settings *settings, struct delivery *delivery, const char *notices)
{
	struct post post;

	post_init(&post, settings, delivery);
	post.request.url = "http://nchan/publish?id=live";
	post.request.unix_socket = settings->live_socket;
	post.request.body = notices;
	post.request.size = strlen(notices);
	post.request.timeout = TIMEOUT;
	post_perform(&post, 1);
	settle(&post, delivery);
	post_done(&post);
}

static void deliver(const struct settings *settings, struct delivery *deliveries, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const json_t *content = json_object_get(deliveries[i].letter, "content");
		AUTO(text) char *notices = json_dumps(json_object_get(content, "notices"), JSON_COMPACT);

		if (notices == NULL)
			post_park(&deliveries[i], "the letter has no notices");
		else
			publish(settings, &deliveries[i], notices);
	}
}

const struct channel channel_live = {
	.name = "live", .batch = 1, .lease = TIMEOUT + 10, .pause = 100, .is_on = is_on, .deliver = deliver,
};
