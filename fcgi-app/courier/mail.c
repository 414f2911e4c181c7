/* All letters of a batch go to the relay in one SMTP session, by libesmtp 1.1. Several things it does not do itself:
 *
 * - Its timeouts do not cover connect(), and lose a part of the message when they end a write. So a timer of ours hangs
 *   up, which ends whatever it waits for.
 * - Certificates: OpenSSL is told the name to expect; libesmtp would expect the canonical name, which DNS says. TLS 1.3
 *   it cannot do: it reads before it writes when the relay sends a session ticket, and both wait.
 * - What the relay answers to anything but a letter it keeps for itself, so the talk is listened to.
 * - When signing in fails it goes on without; then we hang up, lest letters be refused for good because of a password.
 */
#include "config.h"

#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <netdb.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include <auth-client.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <libesmtp.h>

#include "courier/channel.h"
#include "courier/message.h"
#include "lib/auto.h"

#define STEP 20                  /* seconds that the relay has for one answer, */
#define AFTER_DATA 60            /* ... for that to a whole message, which it may search for viruses first */
#define SESSION 240              /* ... and for all of them */
#define LEASE 300                /* ... and to look up its name, which nothing can end */
#define MAX_SECRET 255           /* libesmtp's PLAIN copies both into a buffer without looking */

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

struct letter {
	struct delivery *delivery;
	struct line *line;
	char *text;
	size_t size;
	bool read;
	smtp_message_t message;      /* NULL: there is nothing to ask the relay */
	smtp_recipient_t *recipients;        /* NULL: no address */
	size_t n;
};

static volatile sig_atomic_t line_fd = -1, stalled, hung_up;

static void hang_up(void)
{
	hung_up = 1;
	if (line_fd >= 0)
		shutdown(line_fd, SHUT_RDWR);
}

/* connect() ends by the signal itself; the next address then has until the next tick. */
static void on_tick(int sig)
{
	int saved = errno;

	(void)sig;
	stalled = 1;
	hang_up();
	errno = saved;
}

static void expect_within(struct line *line, long seconds)
{
	struct itimerspec t = { .it_interval.tv_sec = 1 };
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	t.it_value.tv_sec = seconds < line->end - now.tv_sec ? seconds : line->end - now.tv_sec;
	if (t.it_value.tv_sec < 1)
		t.it_value.tv_sec = 1;
	timer_settime(line->timer, 0, &t, NULL);
}

static void line_watch(struct line *line)
{
	const struct sigaction act = { .sa_handler = on_tick };
	struct sigevent event = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGRTMIN };
	struct timespec now;
	int failed;

	signal(SIGPIPE, SIG_IGN);
	sigaction(SIGRTMIN, &act, NULL);
	failed = timer_create(CLOCK_MONOTONIC, &event, &line->timer);
	assert(!failed);
	clock_gettime(CLOCK_MONOTONIC, &now);
	line->end = now.tv_sec + SESSION;
	stalled = hung_up = 0;
	expect_within(line, STEP);
}

/* libesmtp does not tell the socket: it is the one that leads to the relay's port. */
static int find_fd(const char *port)
{
	for (int fd = 0; fd < 256; fd++) {
		struct sockaddr_storage peer;
		socklen_t size = sizeof peer;
		char found[32];

		if (getpeername(fd, (struct sockaddr *)&peer, &size) == 0 &&
		    getnameinfo((struct sockaddr *)&peer, size, NULL, 0, found, sizeof found, NI_NUMERICSERV) == 0 &&
		    strcmp(found, port) == 0)
			return fd;
	}
	return -1;
}

static void on_event(smtp_session_t session, int event, void *arg, ...)
{
	struct line *line = arg;
	va_list args;

	(void)session;
	va_start(args, arg);
	if (event == SMTP_EV_CONNECT) {
		line_fd = find_fd(line->port);
		stalled = hung_up = 0;
		line->verb = "greeting";
		line->over = false;
	} else if (event == SMTP_EV_DISCONNECT) {
		line_fd = -1;
	} else if (event == SMTP_EV_EXTNA_STARTTLS) {
		snprintf(line->why, sizeof line->why, "the relay does not offer STARTTLS");
	} else if (event == SMTP_EV_WRONG_PEER_CERTIFICATE) {
		*va_arg(args, int *) = 1;        /* by a name that is not the one we asked for; OpenSSL has looked at that */
	}
	va_end(args);
	expect_within(line, STEP);
}

static void on_command(struct line *line, const char *text, size_t size)
{
	static const char *const verbs[] = { "EHLO", "HELO", "STARTTLS", "AUTH", "MAIL" };

	line->column = 0;
	line->over |= hung_up || (size >= 4 && memcmp(text, "QUIT", 4) == 0);
	if (line->over)
		return;
	for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++)
		if (size >= strlen(verbs[i]) && memcmp(text, verbs[i], strlen(verbs[i])) == 0)
			line->verb = verbs[i];
	if (strcmp(line->verb, "MAIL") == 0 && line->sign_in != NULL && !line->signed_in) {
		if (*line->why == '\0')
			snprintf(line->why, sizeof line->why, "the relay offers no way to sign in");
		hang_up();
	}
}

/* libesmtp shall know of AUTH, STARTTLS and SIZE, and of nothing else: with PIPELINING it crashes when the line drops, with
 * BDAT (CHUNKING) it forgets why a message was refused, with ENHANCEDSTATUSCODES it hangs up on answers that lack them. */
static void hide_offers(struct line *line, char *text, size_t size)
{
	for (size_t i = 0; i < size; i++)
		if (text[i] == '\n')
			line->column = 0;
		else if (line->column++ == 4 && strchr("AaSs", text[i]) == NULL)
			text[i] = '#';
}

/* Of an answer to AUTH only the code is kept: there are relays that repeat what they do not understand. */
static void on_reply(struct line *line, char *text, size_t size)
{
	bool about_letter = strcmp(line->verb, "MAIL") == 0;
	bool secret = strcmp(line->verb, "AUTH") == 0;
	char reply[160];

	if (line->over)
		return;
	/* What came with it in the clear, libesmtp would take for answers given in secret. */
	if (strcmp(line->verb, "STARTTLS") == 0 && memchr(text, '\n', size) != text + size - 1)
		hang_up();
	snprintf(reply, sizeof reply, "%.*s", (int)size, text);
	reply[secret ? strspn(reply, "0123456789") : strcspn(reply, "\r\n")] = '\0';
	if (*reply == '2' || *reply == '3') {
		line->signed_in |= secret && strncmp(reply, "235", 3) == 0;
		if (!about_letter)
			*line->why = '\0';
	} else if (!about_letter || strncmp(reply, "421", 3) == 0) {
		snprintf(line->why, sizeof line->why, "%s: %s", line->verb, reply);
	}
	if (strcmp(line->verb, "EHLO") == 0)
		hide_offers(line, text, size);
}

static void on_talk(const char *text, int size, int writing, void *arg)
{
	struct line *line = arg;

	expect_within(line, STEP);
	if (writing == SMTP_CB_WRITING)
		on_command(line, text, (size_t)size);
	else if (writing == SMTP_CB_READING)
		on_reply(line, (char *)text, (size_t)size);
}

static int on_certificate(int good, X509_STORE_CTX *store)
{
	const SSL *ssl = X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx());
	struct line *line = SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl));

	if (!good)
		snprintf(line->why, sizeof line->why, "the certificate of %.100s: %s", line->host,
		         X509_verify_cert_error_string(X509_STORE_CTX_get_error(store)));
	return good;
}

/* A relay of many names shows the certificate of the one it is asked for. */
static void on_handshake(const SSL *ssl, int where, int value)
{
	struct line *line = SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl));

	(void)value;
	if (where == SSL_CB_HANDSHAKE_START && inet_addr(line->host) == INADDR_NONE)
		SSL_set_tlsext_host_name((SSL *)ssl, line->host);
}

static bool line_secure(struct line *line)
{
	const char *ca_file = line->settings->tls_ca_file;
	X509_VERIFY_PARAM *expected;

	line->tls = SSL_CTX_new(TLS_client_method());
	assert(line->tls != NULL);
	expected = SSL_CTX_get0_param(line->tls);
	SSL_CTX_set_app_data(line->tls, line);
	SSL_CTX_set_min_proto_version(line->tls, TLS1_2_VERSION);
	SSL_CTX_set_max_proto_version(line->tls, TLS1_2_VERSION);
	SSL_CTX_set_verify(line->tls, SSL_VERIFY_PEER, on_certificate);
	SSL_CTX_set_info_callback(line->tls, on_handshake);
	smtp_starttls_set_ctx(line->session, line->tls);
	return (X509_VERIFY_PARAM_set1_ip_asc(expected, line->host) || X509_VERIFY_PARAM_set1_host(expected, line->host, 0)) &&
	       (*ca_file == '\0' ? SSL_CTX_set_default_verify_paths(line->tls) : SSL_CTX_load_verify_file(line->tls, ca_file));
}

static int on_sign_in(auth_client_request_t request, char **result, int fields, void *arg)
{
	const struct line *line = arg;

	for (int i = 0; i < fields; i++)
		result[i] = (request[i].flags & AUTH_PASS) != 0 ? line->settings->smtp_password :
		            (request[i].flags & AUTH_USER) != 0 ? line->settings->smtp_username : (char *)"";
	return 1;
}

static void line_sign_in(struct line *line)
{
	line->sign_in = auth_create_context();
	assert(line->sign_in != NULL);
	auth_set_mechanism_flags(line->sign_in, AUTH_PLUGIN_PLAIN, 0);
	auth_set_interact_cb(line->sign_in, on_sign_in, line);
	smtp_auth_set_context(line->session, line->sign_in);
}

/* libesmtp takes no IPv6 address. */
static bool line_aim(struct line *line)
{
	const char *server = line->settings->smtp_server;
	size_t n = strcspn(server, ":");
	char *end = NULL;
	long port = server[n] == ':' ? strtol(server + n + 1, &end, 10) : 25;
	struct in_addr address;

	if (n == 0 || n >= sizeof line->host || strpbrk(server, " []") != NULL || port < 1 || port > 65535 ||
	    (end != NULL && *end != '\0'))
		return false;
	snprintf(line->host, sizeof line->host, "%.*s", (int)n, server);
	snprintf(line->port, sizeof line->port, "%ld", port);
	line->loopback = strcasecmp(line->host, "localhost") == 0 ||
	                 (inet_pton(AF_INET, line->host, &address) == 1 && ntohl(address.s_addr) >> 24 == 127);
	return true;
}

/* What is wrong with the settings, or NULL. */
static const char *line_open(struct line *line, const struct settings *s)
{
	bool never = strcmp(s->smtp_starttls, "never") == 0, always = strcmp(s->smtp_starttls, "always") == 0;
	char server[sizeof line->host + sizeof line->port];

	*line = (struct line){ .settings = s, .session = smtp_create_session(), .verb = "greeting" };
	assert(line->session != NULL);
	if (!line_aim(line))
		return "smtp_server is not host:port, with a name or an IPv4 address";
	if (!message_address_is_good(s->email_sender_address))
		return "email_sender_address is not an address";
	if (strlen(s->smtp_username) > MAX_SECRET || strlen(s->smtp_password) > MAX_SECRET)
		return "smtp_username or smtp_password is too long";
	if (*s->smtp_username != '\0' && !line->loopback && never)
		return "smtp_password is not sent without STARTTLS";
	snprintf(server, sizeof server, "%s:%s", line->host, line->port);
	smtp_set_server(line->session, server);
	smtp_set_eventcb(line->session, on_event, line);
	smtp_set_monitorcb(line->session, on_talk, line, 0);
	for (int which = Timeout_GREETING; which <= Timeout_DATA2; which++)
		smtp_set_timeout(line->session, which | Timeout_OVERRIDE_RFC2822_MINIMUM, (AFTER_DATA + 5) * 1000L);
	if (*s->smtp_username != '\0') {
		line_sign_in(line);
		always |= !line->loopback;
	}
	smtp_starttls_enable(line->session, never ? Starttls_DISABLED : always ? Starttls_REQUIRED : Starttls_ENABLED);
	return never || line_secure(line) ? NULL : "tls_ca_file cannot be read";
}

static void line_run(struct line *line)
{
	char text[128];
	bool talked;

	setenv("XDG_CONFIG_DIR", "/nonexistent", 1);     /* where libesmtp looks for a client certificate */
	ERR_clear_error();
	line_watch(line);
	talked = smtp_start_session(line->session);
	timer_delete(line->timer);
	line->late = stalled;
	if (line->late)
		snprintf(line->why, sizeof line->why, "no answer in time from %.100s (%s)", line->host, line->verb);
	else if (*line->why == '\0' && talked)
		snprintf(line->why, sizeof line->why, "%.100s hung up (%s)", line->host, line->verb);
	else if (*line->why == '\0')
		snprintf(line->why, sizeof line->why, "%.100s: %s", line->host, smtp_strerror(smtp_errno(), text, sizeof text));
}

static void line_close(struct line *line)
{
	smtp_destroy_session(line->session);
	if (line->sign_in != NULL)
		auth_destroy_context(line->sign_in);
	SSL_CTX_free(line->tls);
}

/* With errno set, libesmtp drops the connection and does not end the message. */
static const char *on_read(void **context, int *size, void *arg)
{
	struct letter *l = arg;
	bool rest = !l->read && !hung_up;

	(void)context;
	if (size == NULL) {
		l->read = false;
		return NULL;
	}
	expect_within(l->line, l->read ? AFTER_DATA : STEP);
	*size = rest ? (int)l->size : 0;
	errno = hung_up ? ECANCELED : 0;
	l->read = true;
	return l->text;
}

static smtp_message_t message_add(struct letter *l)
{
	smtp_message_t message = smtp_add_message(l->line->session);

	assert(message != NULL);
	smtp_set_reverse_path(message, l->line->settings->email_sender_address);
	smtp_set_messagecb(message, on_read, l);
	smtp_size_set_estimate(message, l->size);
	return message;
}

static void letter_add(struct letter *l)
{
	const json_t *letter = l->delivery->letter, *content = json_object_get(letter, "content");
	const json_t *recipients = json_object_get(content, "recipients");

	l->n = json_array_size(recipients);
	l->recipients = calloc(l->n + 1, sizeof *l->recipients);
	assert(l->recipients != NULL);
	l->text = message_new(letter, l->line->settings->domain, time(NULL), &l->size);
	for (size_t i = 0; i < l->n && l->text != NULL; i++) {
		const char *mailbox = json_string_value(json_array_get(recipients, i));
		char address[MESSAGE_ADDRESS];

		if (mailbox == NULL || !message_address_of(mailbox, address))
			continue;
		if (l->message == NULL)
			l->message = message_add(l);
		l->recipients[i] = smtp_add_recipient(l->message, address);
		assert(l->recipients[i] != NULL);
	}
}

/* Who signs in too late, or not at all, can be helped (530): that is not about the letter. */
static int verdict(const smtp_status_t *status)
{
	return status->code == 530 ? 4 : status->code / 100;
}

static void say(struct delivery *d, const char *what, const char *whom, const smtp_status_t *status)
{
	size_t n = strlen(d->error);
	const char *text = status == NULL || status->text == NULL ? "" : status->text;

	n += (size_t)snprintf(d->error + n, sizeof d->error - n, "%s%s%s", n > 0 ? "; " : "", what, whom);
	if (n >= sizeof d->error)
		return;
	if (status == NULL)
		snprintf(d->error + n, sizeof d->error - n, ": not an address");
	else
		snprintf(d->error + n, sizeof d->error - n, ": %d %.*s", status->code, (int)strcspn(text, "\r\n"), text);
}

/* Each recipient for himself; `left` are those who may get it yet. */
static void settle_recipients(struct letter *l)
{
	const json_t *content = json_object_get(l->delivery->letter, "content");
	AUTO(json) json_t *left = json_array();
	size_t n_refused = 0;

	for (size_t i = 0; i < l->n; i++) {
		json_t *recipient = json_array_get(json_object_get(content, "recipients"), i);
		const smtp_status_t *status = l->recipients[i] == NULL ? NULL : smtp_recipient_status(l->recipients[i]);
		const char *whom = json_is_string(recipient) ? json_string_value(recipient) : "?";

		if (status == NULL || verdict(status) == 5) {
			say(l->delivery, "refused: ", whom, status);
			n_refused++;
		} else if (verdict(status) != 2) {
			say(l->delivery, "not yet: ", whom, status);
			json_array_append(left, recipient);
		}
	}
	l->delivery->outcome = json_array_size(left) > 0 ? OUT_RETRY : n_refused < l->n ? OUT_SENT : OUT_PARK;
	if (json_array_size(left) > 0 && json_array_size(left) < l->n) {
		l->delivery->left = json_deep_copy(content);
		json_object_set(l->delivery->left, "recipients", left);
	}
}

static void settle_all(struct letter *l, const smtp_status_t *status)
{
	l->delivery->outcome = verdict(status) == 5 ? OUT_PARK : OUT_RETRY;
	say(l->delivery, "the relay", "", status);
}

static void settle_unanswered(struct letter *l, const char *why)
{
	l->delivery->outcome = l->line->late ? OUT_STALLED : OUT_RETRY;
	snprintf(l->delivery->error, sizeof l->delivery->error, "%s", why);
}

static void settle_sent(struct letter *l)
{
	const smtp_status_t *sender = smtp_reverse_path_status(l->message);
	const smtp_status_t *whole = smtp_message_transfer_status(l->message);
	size_t n_taken = 0, n_unanswered = 0;

	for (size_t i = 0; i < l->n; i++) {
		int v = l->recipients[i] == NULL ? 5 : verdict(smtp_recipient_status(l->recipients[i]));

		n_taken += v == 2;
		n_unanswered += v == 0;
	}
	if (verdict(sender) >= 4)
		settle_all(l, sender);
	else if (verdict(whole) == 2 || n_taken + n_unanswered == 0)
		settle_recipients(l);
	else if (verdict(whole) >= 4)
		settle_all(l, whole);
	else
		settle_unanswered(l, l->line->why);
}

static void settle(struct letter *l, const char *wrong)
{
	struct delivery *d = l->delivery;

	if (wrong != NULL)
		settle_unanswered(l, wrong);
	else if (l->message != NULL)
		settle_sent(l);
	else if (l->text != NULL)
		settle_recipients(l);
	else
		d->outcome = OUT_PARK;
	if (d->outcome == OUT_PARK && *d->error == '\0')
		snprintf(d->error, sizeof d->error, l->text == NULL ? "its sender is not an address" : "it has no recipients");
	for (char *p = d->error; *p != '\0'; p++)
		if (*p < ' ' || *p > '~')
			*p = '?';
}

static void mail_deliver(const struct settings *settings, struct delivery *deliveries, size_t n)
{
	struct letter *letters = calloc(n, sizeof *letters);
	struct line line;
	const char *wrong = line_open(&line, settings);

	assert(letters != NULL);
	for (size_t i = 0; i < n; i++) {
		letters[i] = (struct letter){ .delivery = &deliveries[i], .line = &line };
		if (wrong == NULL)
			letter_add(&letters[i]);
	}
	if (wrong == NULL)
		line_run(&line);
	for (size_t i = 0; i < n; i++) {
		settle(&letters[i], wrong);
		free(letters[i].recipients);
		free(letters[i].text);
	}
	line_close(&line);
	free(letters);
}

static bool mail_is_on(const struct settings *settings)
{
	return settings->email_notifications;
}

const struct channel channel_mail = {
	.name = "mail",
	.batch = 10,
	.lease = LEASE,
	.is_on = mail_is_on,
	.deliver = mail_deliver,
};
