/* http.h - HTTP out of the house, several requests at a time.
 *
 *	http_start();                                        once a program, before it has threads or children
 *	struct http *http = http_new();
 *	http_perform(http, requests, answers, n);            blocks until each has its answer or its timeout
 *	http_answer_done(&answers[0]);                       each of them
 *	http_free(&http);
 *
 * Connections are kept for reuse, so a handle belongs to one process. Only http and https, unless the request says more;
 * peer and host of https are always verified; redirects are followed only if the request says so, and then from https to
 * https only, and name and password go to the first host alone; neither the environment nor files of the account (proxies, netrc) say
 * anything. Nothing fails but by the answer: its code is 0 and its error says why, without naming the URL.
 */
#ifndef LIB_HTTP_H
#define LIB_HTTP_H

#include <stdbool.h>
#include <stddef.h>

struct http;

/* All of it is borrowed. NULL and "" mean the same in proxy, unix_socket and ca_file. */
struct http_request {
	const char *url;
	const char *body;                /* NULL: GET, else POST */
	size_t size;
	const char *type;                /* Content-Type of the body */
	const char *const *headers;      /* "Name: value", NULL at the end; or NULL */
	const char *proxy;
	const char *unix_socket;         /* connects there, whatever the URL says */
	const char *ca_file;             /* PEM; none: the system's */
	long timeout;                    /* seconds, all of it; at least 1 */
	size_t max_answer;
	const char *protocols;           /* with commas between; NULL: "http,https" */
	bool follow;                     /* a few redirects */
	const char *user, *password;     /* NULL: none */
	int file;                        /* gets the body, from where it stands; 0: answer->body does */
};

struct http_answer {
	long code;                       /* 0: none came */
	char *body;                      /* never NULL; a NUL follows what came; "" when the code is 0 or it went to a file */
	size_t size;
	long retry_after;                /* seconds, a day at most; 0: none asked for */
	bool timed_out;
	bool too_large;                  /* cut off at max_answer */
	char error[128];                 /* why none came, "" if one did; ASCII, no URL, no secret */
};

/* From then on the program ignores SIGPIPE. */
void http_start(void);

struct http *http_new(void);
void http_free(struct http **http);

void http_perform(struct http *http, const struct http_request *requests, struct http_answer *answers, size_t n);
void http_answer_done(struct http_answer *answer);

#endif
