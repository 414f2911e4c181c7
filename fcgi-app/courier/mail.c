/* All letters of a batch go to the relay in one SMTP session. */
#include "config.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "courier/channel.h"
#include "courier/message.h"
#include "courier/relay.h"
#include "lib/auto.h"

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

/* With errno set, libesmtp drops the connection and does not end the message. */
static const char *on_read(void **context, int *size, void *arg)
{
	struct letter *l = arg;
	bool rest = !l->read && !line_is_dead();

	(void)context;
	if (size == NULL) {
		l->read = false;
		return NULL;
	}
	line_expect(l->line, l->read ? LINE_AFTER_DATA : LINE_STEP);
	*size = rest ? (int)l->size : 0;
	errno = line_is_dead() ? ECANCELED : 0;
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
	.lease = LINE_LEASE,
	.is_on = mail_is_on,
	.deliver = mail_deliver,
};
