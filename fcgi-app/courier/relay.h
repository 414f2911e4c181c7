/* relay.h - the line to the mail relay: one SMTP session, by libesmtp 1.1.
 *
 *	const char *wrong = line_open(&line, settings);      what is wrong with the settings, or NULL
 *	...                                                  messages are added to line.session
 *	line_run(&line);                                     ends within LINE_LEASE; line.why and line.late say what failed
 *	line_close(&line);                                   in any case
 *
 * Several things libesmtp does not do itself:
 *
 * - Its timeouts do not cover connect(), and lose a part of the message when they end a write. So a timer of ours hangs
 *   up, which ends whatever it waits for.
 * - Certificates: OpenSSL is told the name to expect; libesmtp would expect the canonical name, which DNS says. TLS 1.3
 *   it cannot do: it reads before it writes when the relay sends a session ticket, and both wait.
 * - What the relay answers to anything but a letter it keeps for itself, so the talk is listened to.
 * - When signing in fails it goes on without; then we hang up, lest letters be refused for good because of a password.
 */
#ifndef COURIER_RELAY_H
#define COURIER_RELAY_H

#include <stdbool.h>
#include <time.h>

#include <auth-client.h>
#include <openssl/ssl.h>
#include <libesmtp.h>

#include "lib/settings.h"

#define LINE_STEP 20                  /* seconds that the relay has for one answer, */
#define LINE_AFTER_DATA 60            /* ... for that to a whole message, which it may search for viruses first */
#define LINE_SESSION 240              /* ... and for all of them */
#define LINE_LEASE 300                /* ... and to look up its name, which nothing can end */

struct line {
	const struct settings *settings;
	char host[256], port[8];
	bool loopback;
	smtp_session_t session;
	SSL_CTX *tls;
	auth_context_t sign_in;
	timer_t timer;
	time_t end;
	const char *verb;            /* what the relay was asked last, of those in `verbs` */
	int column;                  /* ... and how much of a line of its answer was read */
	bool signed_in, over, late;
	char why[256];               /* of the letters that the relay said nothing about */
};

const char *line_open(struct line *line, const struct settings *settings);
void line_run(struct line *line);
void line_close(struct line *line);

/* For who gives a message to libesmtp: how long the relay has for what comes next, and whether it has hung up, or we. */
void line_expect(struct line *line, long seconds);
bool line_is_dead(void);

#endif
