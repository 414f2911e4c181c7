#include "config.h"

#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <netdb.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <openssl/err.h>

#include "courier/message.h"
#include "courier/relay.h"

#define MAX_SECRET 255           /* libesmtp's PLAIN copies both into a buffer without looking */

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

void line_expect(struct line *line, long seconds)
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
	line->end = now.tv_sec + LINE_SESSION;
	stalled = hung_up = 0;
	line_expect(line, LINE_STEP);
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
	line_expect(line, LINE_STEP);
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

	line_expect(line, LINE_STEP);
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

const char *line_open(struct line *line, const struct settings *s)
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
		smtp_set_timeout(line->session, which | Timeout_OVERRIDE_RFC2822_MINIMUM, (LINE_AFTER_DATA + 5) * 1000L);
	if (*s->smtp_username != '\0') {
		line_sign_in(line);
		always |= !line->loopback;
	}
	/* On the way to this machine itself there is nobody to hide from, and its relay's certificate is seldom a true one. */
	never |= line->loopback && !always;
	smtp_starttls_enable(line->session, never ? Starttls_DISABLED : always ? Starttls_REQUIRED : Starttls_ENABLED);
	return never || line_secure(line) ? NULL : "tls_ca_file cannot be read";
}

void line_run(struct line *line)
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

void line_close(struct line *line)
{
	smtp_destroy_session(line->session);
	if (line->sign_in != NULL)
		auth_destroy_context(line->sign_in);
	SSL_CTX_free(line->tls);
}

bool line_is_dead(void)
{
	return hung_up != 0;
}
