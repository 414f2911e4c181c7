/* post.h - what the channels that speak HTTP share: a POST for each letter, and what its answer means.
 *
 *	post_init(&post, settings, delivery);            a request that tells the letter's key
 *	post.request.url = ...; post_header(&post, ...); the channel's part
 *	post_perform(&post, 1);
 *	post_settle(&post, delivery, OUT_PARK);
 *	post_done(&post);
 *
 * Connections are kept for the life of the process.
 */
#ifndef COURIER_POST_H
#define COURIER_POST_H

#include "courier/channel.h"
#include "lib/http.h"

#define POST_MAX_HEADERS 4

struct post {
	struct http_request request;     /* url, body and size are to be filled in; a post without a url is not sent */
	struct http_answer answer;       /* owned */
	const char *headers[POST_MAX_HEADERS + 1];
	char lines[POST_MAX_HEADERS][256];
};

/* JSON, checked by tls_ca_file, half a minute at most unless the channel says otherwise; `Idempotency-Key`. */
void post_init(struct post *post, const struct settings *settings, const struct delivery *delivery);
void post_done(struct post *post);

/* Adds "Name: value". */
void post_header(struct post *post, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* All at once; returns when each has its answer. */
void post_perform(struct post *posts, size_t n);

/* 2xx is sent; 408, 429, 5xx and connection trouble are to be tried again, with what the receiver asked for; a timeout is
 * a stall; whatever else was answered is `refused`. */
void post_settle(const struct post *post, struct delivery *delivery, enum outcome refused);

/* Something of the letter is not as the channel must have it. */
void post_park(struct delivery *delivery, const char *why);

#endif
