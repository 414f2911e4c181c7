#include "config.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "courier/post.h"

#define USUAL_TIMEOUT 30
#define MAX_ANSWER 65536

void post_init(struct post *post, const struct settings *settings, const struct delivery *delivery)
{
	const char *key = json_string_value(json_object_get(delivery->letter, "key"));

	assert(key != NULL);
	*post = (struct post){ 0 };
	post->request = (struct http_request){ .type = "application/json", .headers = post->headers, .timeout = USUAL_TIMEOUT,
		                               .ca_file = settings->tls_ca_file, .max_answer = MAX_ANSWER };
	post_header(post, "Idempotency-Key: %s", key);
}

void post_done(struct post *post)
{
	http_answer_done(&post->answer);
}

void post_header(struct post *post, const char *format, ...)
{
	size_t n = 0;
	va_list args;

	while (post->headers[n] != NULL)
		n++;
	assert(n < POST_MAX_HEADERS);
	va_start(args, format);
	vsnprintf(post->lines[n], sizeof post->lines[n], format, args);
	va_end(args);
	post->headers[n] = post->lines[n];
}

/* A channel has its process to itself, so its connections are the process's. */
static struct http *lines_out(void)
{
	static struct http *http;

	if (http == NULL)
		http = http_new();
	return http;
}

void post_perform(struct post *posts, size_t n)
{
	struct http_request *requests = calloc(n + 1, sizeof *requests);
	struct http_answer *answers = calloc(n + 1, sizeof *answers);
	size_t sent = 0, seen = 0;

	assert(requests != NULL && answers != NULL);
	for (size_t i = 0; i < n; i++)
		if (posts[i].request.url != NULL)
			requests[sent++] = posts[i].request;
	http_perform(lines_out(), requests, answers, sent);
	for (size_t i = 0; i < n; i++)
		if (posts[i].request.url != NULL)
			posts[i].answer = answers[seen++];
	free(requests);
	free(answers);
}

static enum outcome outcome_of(const struct http_answer *answer, enum outcome refused)
{
	if (answer->timed_out)
		return OUT_STALLED;
	if (answer->code >= 200 && answer->code < 300)
		return OUT_SENT;
	if (answer->code < 200 || answer->code >= 500 || answer->code == 408 || answer->code == 429)
		return OUT_RETRY;
	return refused;
}

void post_settle(const struct post *post, struct delivery *delivery, enum outcome refused)
{
	const struct http_answer *answer = &post->answer;

	delivery->outcome = outcome_of(answer, refused);
	delivery->retry_after = delivery->outcome == OUT_RETRY ? answer->retry_after : 0;
	if (delivery->outcome == OUT_SENT)
		delivery->error[0] = '\0';
	else if (answer->code == 0)
		snprintf(delivery->error, sizeof delivery->error, "%s", answer->error);
	else
		snprintf(delivery->error, sizeof delivery->error, "HTTP %ld", answer->code);
}

void post_park(struct delivery *delivery, const char *why)
{
	delivery->outcome = OUT_PARK;
	snprintf(delivery->error, sizeof delivery->error, "%s", why);
}
