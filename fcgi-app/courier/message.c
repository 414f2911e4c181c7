#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <gmime/gmime.h>

#include "courier/message.h"
#include "lib/auto.h"

#define MAX_ADDRESS (MESSAGE_ADDRESS - 1)

static void auto_object(void *p)
{
	g_clear_object((GObject **)p);
}

bool message_address_is_good(const char *address)
{
	size_t n = strlen(address);
	const char *at = strchr(address, '@');

	if (n > MAX_ADDRESS || at == NULL || at == address || at[1] == '\0' || strchr(at + 1, '@') != NULL)
		return false;
	for (size_t i = 0; i < n; i++)
		if (address[i] <= ' ' || address[i] > '~' || strchr("\"(),:;<>\\", address[i]) != NULL)
			return false;
	return true;
}

bool message_address_of(const char *mailbox, char ret_address[MESSAGE_ADDRESS])
{
	const char *open = strrchr(mailbox, '<');
	size_t n = strlen(mailbox);
	bool named = open != NULL && mailbox[n - 1] == '>';

	for (size_t i = 0; i < n; i++)
		if (g_ascii_iscntrl(mailbox[i]))
			return false;
	if (named)
		n -= (size_t)(open + 2 - mailbox);
	if (n > MAX_ADDRESS)
		return false;
	snprintf(ret_address, MESSAGE_ADDRESS, "%.*s", (int)n, named ? open + 1 : mailbox);
	return message_address_is_good(ret_address);
}

static const char *text_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text == NULL ? "" : text;
}

/* One line without control characters (those of Unicode begin with C2), trimmed. GMime lets through what looks like an
 * encoded word already, and a reader would decode it: the blank prevents that. */
static char *one_line(const char *text)
{
	GString *line = g_string_new(NULL);

	for (const unsigned char *p = (const unsigned char *)text; *p != '\0'; p++) {
		if (p[0] == 0xc2 && p[1] >= 0x80 && p[1] < 0xa0)
			p++;
		else if (*p >= ' ' && *p != 0x7f) {
			g_string_append_c(line, (char)*p);
			if (p[0] == '=' && p[1] == '?')
				g_string_append_c(line, ' ');
			continue;
		}
		g_string_append_c(line, ' ');
	}
	return g_strstrip(g_string_free(line, FALSE));
}

/* Name <address>, "Name" <address> or the address alone. */
static bool add_mailbox(GMimeMessage *message, GMimeAddressType type, const char *text)
{
	AUTO(text) char *line = one_line(text);
	AUTO(object) InternetAddress *mailbox = NULL;
	char *name = NULL, *address = line, *open = strrchr(line, '<');
	size_t n = strlen(line);

	if (open != NULL && line[n - 1] == '>') {
		line[n - 1] = '\0';
		*open = '\0';
		address = open + 1;
		name = g_strstrip(line);
		n = strlen(name);
		if (n >= 2 && name[0] == '"' && name[n - 1] == '"') {
			name[n - 1] = '\0';
			name++;
		}
	}
	if (!message_address_is_good(address))
		return false;
	mailbox = internet_address_mailbox_new(name != NULL && *name != '\0' ? name : NULL, address);
	internet_address_set_charset(mailbox, "utf-8");
	internet_address_list_add(g_mime_message_get_addresses(message, type), mailbox);
	return true;
}

static void add_mailboxes(GMimeMessage *message, GMimeAddressType type, const json_t *list)
{
	size_t i;
	json_t *item;

	json_array_foreach(list, i, item)
		if (json_is_string(item))
			add_mailbox(message, type, json_string_value(item));
}

/* In the form that MIME encodes: every line ends in CRLF. A CR alone stays one. */
static GString *with_crlf(const char *text)
{
	GString *out = g_string_sized_new(strlen(text) + strlen(text) / 16 + 2);

	for (const char *p = text; *p != '\0'; p++) {
		if (*p == '\n' && (p == text || p[-1] != '\r'))
			g_string_append_c(out, '\r');
		g_string_append_c(out, *p);
	}
	return out;
}

/* Mailboxes put a ">" before "From ", and relays differ in what they do with control characters. */
static bool would_be_changed(const char *text)
{
	if (strncmp(text, "From ", 5) == 0 || strstr(text, "\nFrom ") != NULL)
		return true;
	for (const char *p = text; *p != '\0'; p++)
		if (g_ascii_iscntrl(*p) && *p != '\t' && *p != '\n' && (p[0] != '\r' || p[1] != '\n'))
			return true;
	return false;
}

static GMimePart *part_new(const char *subtype, const char *text)
{
	GMimePart *part = g_mime_part_new_with_type("text", subtype);
	GString *crlf = with_crlf(text);
	AUTO(object) GMimeStream *stream = g_mime_stream_mem_new_with_buffer(crlf->str, crlf->len);
	AUTO(object) GMimeDataWrapper *data = g_mime_data_wrapper_new_with_stream(stream, GMIME_CONTENT_ENCODING_DEFAULT);
	GMimeContentEncoding encoding;

	g_mime_object_set_content_type_parameter(GMIME_OBJECT(part), "charset", "utf-8");
	g_mime_part_set_content(part, data);
	encoding = g_mime_part_get_best_content_encoding(part, GMIME_ENCODING_CONSTRAINT_7BIT);
	if (would_be_changed(crlf->str))
		encoding = GMIME_CONTENT_ENCODING_BASE64;
	else if (encoding == GMIME_CONTENT_ENCODING_DEFAULT)
		encoding = GMIME_CONTENT_ENCODING_7BIT;
	g_mime_part_set_content_encoding(part, encoding);
	g_string_free(crlf, TRUE);
	return part;
}

static GMimeObject *body_new(const json_t *content)
{
	AUTO(object) GMimePart *plain = part_new("plain", text_of(content, "text"));
	AUTO(object) GMimePart *html = NULL;
	GMimeMultipart *both;

	if (!json_is_string(json_object_get(content, "html")))
		return g_object_ref(GMIME_OBJECT(plain));
	html = part_new("html", text_of(content, "html"));
	both = g_mime_multipart_new_with_subtype("alternative");
	g_mime_multipart_add(both, GMIME_OBJECT(plain));
	g_mime_multipart_add(both, GMIME_OBJECT(html));
	return GMIME_OBJECT(both);
}

static void set_id(GMimeMessage *message, const char *key, const char *domain)
{
	char *id = g_strdup_printf("%s@%s", key, domain);

	for (char *p = id; *p != '\0'; p++)
		if (!g_ascii_isalnum(*p) && strchr("@.-_", *p) == NULL)
			*p = '-';
	g_mime_message_set_message_id(message, id);
	g_free(id);
}

static void set_date(GMimeMessage *message, time_t now)
{
	GDateTime *date = g_date_time_new_from_unix_utc(now);

	g_mime_message_set_date(message, date);
	g_date_time_unref(date);
}

static char *written(GMimeMessage *message, size_t *ret_size)
{
	GByteArray *bytes = g_byte_array_new();
	AUTO(object) GMimeStream *stream = g_mime_stream_mem_new_with_byte_array(bytes);
	GMimeFormatOptions *options = g_mime_format_options_new();

	g_mime_stream_mem_set_owner(GMIME_STREAM_MEM(stream), FALSE);
	g_mime_format_options_set_newline_format(options, GMIME_NEWLINE_FORMAT_DOS);
	g_mime_object_write_to_stream(GMIME_OBJECT(message), options, stream);
	g_mime_format_options_free(options);
	*ret_size = bytes->len;
	g_byte_array_append(bytes, (const guint8 *)"", 1);
	return (char *)g_byte_array_free(bytes, FALSE);
}

char *message_new(const json_t *letter, const char *domain, time_t now, size_t *ret_size)
{
	const json_t *content = json_object_get(letter, "content");
	AUTO(object) GMimeMessage *message = NULL;
	AUTO(object) GMimeObject *body = NULL;
	AUTO(text) char *subject = one_line(text_of(content, "subject"));
	static bool started;

	if (!started)
		g_mime_init();
	started = true;
	message = g_mime_message_new(FALSE);
	if (!add_mailbox(message, GMIME_ADDRESS_TYPE_FROM, text_of(content, "from")))
		return NULL;
	set_date(message, now);
	set_id(message, text_of(letter, "key"), domain);
	add_mailboxes(message, GMIME_ADDRESS_TYPE_TO, json_object_get(content, "to"));
	add_mailboxes(message, GMIME_ADDRESS_TYPE_CC, json_object_get(content, "cc"));
	g_mime_message_set_subject(message, subject, "utf-8");
	g_mime_object_set_header(GMIME_OBJECT(message), "Auto-Submitted", "auto-generated", NULL);
	body = body_new(content);
	g_mime_message_set_mime_part(message, body);
	return written(message, ret_size);
}
