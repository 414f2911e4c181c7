#include "config.h"

#include <assert.h>
#include <stdlib.h>

#include <sodium.h>

#include "courier/channel.h"
#include "courier/post.h"

#define TIMEOUT 10
#define SIGNATURE (2 * crypto_auth_hmacsha256_BYTES + 1)

static bool is_on(const struct settings *settings)
{
	(void)settings;
	return true;
}

static void sign(const json_t *secret, const json_t *body, char ret_hex[SIGNATURE])
{
	unsigned char mac[crypto_auth_hmacsha256_BYTES];
	crypto_auth_hmacsha256_state state;

	crypto_auth_hmacsha256_init(&state, (const unsigned char *)json_string_value(secret), json_string_length(secret));
	crypto_auth_hmacsha256_update(&state, (const unsigned char *)json_string_value(body), json_string_length(body));
	crypto_auth_hmacsha256_final(&state, mac);
	sodium_bin2hex(ret_hex, SIGNATURE, mac, sizeof mac);
	sodium_memzero(&state, sizeof state);
}

/* Leaves the post without a url, so that it is not sent, when the letter is not as it must be. */
static void prepare(struct post *post, const struct settings *settings, const struct delivery *delivery)
{
	const json_t *content = json_object_get(delivery->letter, "content");
	const json_t *url = json_object_get(content, "url"), *body = json_object_get(content, "body");
	const json_t *secret = json_object_get(content, "secret"), *type = json_object_get(content, "type");
	char hex[SIGNATURE];

	post_init(post, settings, delivery);
	if (!json_is_string(url) || !json_is_string(body))
		return;
	post->request.url = json_string_value(url);
	post->request.body = json_string_value(body);
	post->request.size = json_string_length(body);
	post->request.timeout = TIMEOUT;
	if (json_is_string(type))
		post->request.type = json_string_value(type);
	post_header(post, "X-Moirai-Delivery: %s", json_string_value(json_object_get(delivery->letter, "key")));
	if (json_is_string(secret)) {
		sign(secret, body, hex);
		post_header(post, "X-Moirai-Signature: sha256=%s", hex);
	}
}

static void settle(const struct post *post, struct delivery *delivery)
{
	if (post->request.url == NULL)
		post_park(delivery, "the letter has no url or no body");
	else
		post_settle(post, delivery, post->answer.code == 410 ? OUT_PARK : OUT_RETRY);
}

static void deliver(const struct settings *settings, struct delivery *deliveries, size_t n)
{
	struct post *posts = calloc(n + 1, sizeof *posts);

	assert(posts != NULL);
	for (size_t i = 0; i < n; i++)
		prepare(&posts[i], settings, &deliveries[i]);
	post_perform(posts, n);
	for (size_t i = 0; i < n; i++) {
		settle(&posts[i], &deliveries[i]);
		post_done(&posts[i]);
	}
	free(posts);
}

const struct channel channel_webhook = {
	.name = "webhook", .batch = 16, .lease = TIMEOUT + 10, .two_lanes = true, .is_on = is_on, .deliver = deliver,
};
