#include "courier/message.c"

#include "house.h"

#define KEY "0b0e7e8a-5a3c-4d0e-9d53-3f1f3a1c6a11"
#define MIDSUMMER 1403344800       /* Sat, 21 Jun 2014 10:00:00 UTC */

/* What no message may do, whatever it is made of. */
static void can_be_sent(const char *text, size_t size)
{
	size_t line = 0;

	assert_int_equal(strlen(text), size);
	for (size_t i = 0; i < size; i++) {
		assert_true(text[i] == '\t' || text[i] == '\r' || text[i] == '\n' || (text[i] >= ' ' && text[i] <= '~'));
		assert_int_equal(text[i] == '\r', text[i + 1] == '\n');
		line = text[i] == '\n' ? 0 : line + 1;
		assert_true(line <= 998 + 1);
	}
}

/* The content is given in JSON; takes the place of what is missing. */
static char *made_of(json_t *content)
{
	AUTO(json) json_t *letter = json_pack("{s:s, s:o}", "key", KEY, "content", content);
	AUTO(json) json_t *usual = json_pack("{s:s, s:[s], s:[], s:s, s:s}", "from", "hermes@example.com", "to", "ann@example.com",
	                                     "cc", "subject", "Hello", "text", "Hi.\n");
	size_t size = 0;
	char *text;

	assert_non_null(letter);
	json_object_update_missing(content, usual);
	text = message_new(letter, "example.com", MIDSUMMER, &size);
	if (text != NULL)
		can_be_sent(text, size);
	return text;
}

static GMimeMessage *read_back(const char *text)
{
	AUTO(object) GMimeStream *stream = g_mime_stream_mem_new_with_buffer(text, strlen(text));
	AUTO(object) GMimeParser *parser = g_mime_parser_new_with_stream(stream);
	GMimeMessage *message = g_mime_parser_construct_message(parser, NULL);

	assert_non_null(message);
	return message;
}

static char *content_of(GMimeObject *part)
{
	AUTO(object) GMimeStream *stream = g_mime_stream_mem_new();
	GByteArray *bytes;
	char *text;

	assert_true(GMIME_IS_PART(part));
	g_mime_data_wrapper_write_to_stream(g_mime_part_get_content(GMIME_PART(part)), stream);
	bytes = g_mime_stream_mem_get_byte_array(GMIME_STREAM_MEM(stream));
	text = bytes->len == 0 ? strdup("") : strndup((const char *)bytes->data, bytes->len);
	assert_non_null(text);
	return text;
}

static void a_letter_of_ascii_is_written_as_it_is(void **state)
{
	AUTO(text) char *text = made_of(json_pack("{s:[s,s], s:[s]}", "to", "ann@example.com", "bob@example.com",
	                                          "cc", "cy@example.com"));

	(void)state;
	assert_string_equal(text,
		"From: hermes@example.com\r\n"
		"Date: Sat, 21 Jun 2014 10:00:00 +0000\r\n"
		"Message-Id: <" KEY "@example.com>\r\n"
		"To: ann@example.com, bob@example.com\r\n"
		"Cc: cy@example.com\r\n"
		"Subject: Hello\r\n"
		"Auto-Submitted: auto-generated\r\n"
		"MIME-Version: 1.0\r\n"
		"Content-Type: text/plain; charset=utf-8\r\n"
		"Content-Transfer-Encoding: 7bit\r\n"
		"\r\n"
		"Hi.\r\n");
}

static void html_follows_the_plain_text(void **state)
{
	AUTO(text) char *text = made_of(json_pack("{s:s, s:s}", "text", "Gr\xc3\xbc\xc3\x9f Gott", "html", "<p>Gr\xc3\xbc\xc3\x9f</p>\n"));
	AUTO(object) GMimeMessage *message = read_back(text);
	GMimeMultipart *both = GMIME_MULTIPART(g_mime_message_get_mime_part(message));
	AUTO(text) char *plain = content_of(g_mime_multipart_get_part(both, 0));
	AUTO(text) char *html = content_of(g_mime_multipart_get_part(both, 1));

	(void)state;
	assert_non_null(strstr(text, "Content-Type: multipart/alternative; boundary="));
	assert_non_null(strstr(text, "Content-Type: text/html; charset=utf-8\r\n"));
	assert_int_equal(g_mime_multipart_get_count(both), 2);
	assert_string_equal(plain, "Gr\xc3\xbc\xc3\x9f Gott");
	assert_string_equal(html, "<p>Gr\xc3\xbc\xc3\x9f</p>\r\n");
}

/* The expected text NULL: the same, but for the end of the last line, which is not always sent without. */
static void arrives(const char *sent, const char *expected, const char *encoding)
{
	AUTO(text) char *text = made_of(json_pack("{s:s}", "text", sent));
	AUTO(object) GMimeMessage *message = read_back(text);
	AUTO(text) char *got = content_of(g_mime_message_get_mime_part(message));
	size_t n;

	expected = expected == NULL ? sent : expected;
	n = strlen(expected);
	assert_int_equal(strncmp(got, expected, n), 0);
	assert_string_equal(got + n, got[n] == '\0' || g_str_has_suffix(expected, "\r\n") ? "" : "\r\n");
	assert_string_equal(g_mime_object_get_header(g_mime_message_get_mime_part(message), "Content-Transfer-Encoding"),
	                    encoding);
}

static void the_text_arrives_as_it_was(void **state)
{
	(void)state;
	arrives("", NULL, "7bit");
	arrives("a\tb  \t\r\n  c", NULL, "7bit");
	arrives(".\r\n..\r\n.x\r\n", NULL, "7bit");
	arrives("\r\n\r\n", NULL, "7bit");
	arrives("x: y\r\n\r\nz", NULL, "7bit");
	arrives("From here\r\nFrom there\r\n", NULL, "base64");
	arrives("so much for this\r\nFrom there\r\n", NULL, "base64");
	arrives("one\rtwo\r", NULL, "base64");
	arrives("bell\a, escape\x1b[1m\r\n", NULL, "base64");
	arrives("\xe2\x82\xac\r\n", NULL, "base64");
	arrives("a price in ASCII but for its last sign, which is one of \xe2\x82\xac \t\r\n.\r\n", NULL, "quoted-printable");
}

static void lines_end_in_crlf(void **state)
{
	(void)state;
	arrives("a\nb\r\n\nc", "a\r\nb\r\n\r\nc", "7bit");
	arrives("\n", "\r\n", "7bit");
	arrives("\xe2\x82\xac\n", "\xe2\x82\xac\r\n", "base64");
}

static void a_line_of_any_length_arrives(void **state)
{
	static char line[200001];

	(void)state;
	memset(line, 'x', 998);
	arrives(line, NULL, "7bit");
	memset(line, 'x', sizeof line - 1);
	arrives(line, NULL, "quoted-printable");
	memset(line, '.', sizeof line - 1);
	arrives(line, NULL, "quoted-printable");
}

static void subject_arrives(const char *sent, const char *expected)
{
	AUTO(text) char *text = made_of(json_pack("{s:s}", "subject", sent));
	AUTO(object) GMimeMessage *message = read_back(text);

	assert_string_equal(g_mime_message_get_subject(message), expected);
	assert_int_equal(g_mime_header_list_get_count(g_mime_object_get_header_list(GMIME_OBJECT(message))), 7);
}

static void a_subject_of_any_letters_arrives(void **state)
{
	char word[2001] = "";

	(void)state;
	subject_arrives("Reboot 3 hosts: db1, db2", "Reboot 3 hosts: db1, db2");
	subject_arrives("J\xc3\xb6rg  \xe2\x82\xac", "J\xc3\xb6rg  \xe2\x82\xac");
	subject_arrives("\xf0\x9f\x94\xa5 \xd0\xb2\xd1\x81\xd1\x91 \xd0\xb3\xd0\xbe\xd1\x80\xd0\xb8\xd1\x82", "\xf0\x9f\x94\xa5 \xd0\xb2\xd1\x81\xd1\x91 \xd0\xb3\xd0\xbe\xd1\x80\xd0\xb8\xd1\x82");
	memset(word, 'x', sizeof word - 1);
	subject_arrives(word, word);
}

static void no_subject_makes_a_header(void **state)
{
	(void)state;
	subject_arrives("a\r\nBcc: eve@evil.org", "a  Bcc: eve@evil.org");
	subject_arrives("a\nb\rc\td\x7f" "e\x01", "a b c d e");
	subject_arrives("a\r\n\r\n<script>", "a    <script>");
	subject_arrives("a\xc2\x85" "b\xc2\xa0" "c", "a b\xc2\xa0" "c");
	subject_arrives("=?utf-8?q?a=0D=0ABcc:_eve?=", "= ?utf-8?q?a=0D=0ABcc:_eve?=");
}

static void from_is(const char *sent, const char *name, const char *address)
{
	AUTO(text) char *text = made_of(json_pack("{s:s}", "from", sent));
	AUTO(object) GMimeMessage *message = NULL;
	InternetAddressList *list;
	InternetAddress *from;

	if (address == NULL) {
		assert_null(text);
		return;
	}
	message = read_back(text);
	list = g_mime_message_get_from(message);
	assert_int_equal(internet_address_list_length(list), 1);
	from = internet_address_list_get_address(list, 0);
	assert_string_equal(internet_address_get_name(from), name);
	assert_string_equal(internet_address_mailbox_get_addr(INTERNET_ADDRESS_MAILBOX(from)), address);
	assert_int_equal(g_mime_header_list_get_count(g_mime_object_get_header_list(GMIME_OBJECT(message))), 7);
}

static void a_sender_may_have_a_name(void **state)
{
	(void)state;
	from_is(" hermes@example.com ", "", "hermes@example.com");
	from_is("<hermes@example.com>", "", "hermes@example.com");
	from_is("Hermes <hermes@example.com>", "Hermes", "hermes@example.com");
	from_is("\"M\xc3\xbcller, J\xc3\xb6rg\" <j@example.com>", "M\xc3\xbcller, J\xc3\xb6rg", "j@example.com");
	from_is("M\xc3\xbcller, \"J\xc3\xb6\" <j@example.com>", "M\xc3\xbcller, \"J\xc3\xb6\"", "j@example.com");
}

static void no_sender_makes_a_header_or_a_second_sender(void **state)
{
	(void)state;
	from_is("Eve\r\nBcc: eve@evil.org <h@example.com>", "Eve  Bcc: eve@evil.org", "h@example.com");
	from_is("eve@evil.org, <h@example.com>", "eve@evil.org,", "h@example.com");
	from_is("<eve@evil.org> <h@example.com>", "<eve@evil.org>", "h@example.com");
	from_is("=?utf-8?q?=0A?= <h@example.com>", "= ?utf-8?q?=0A?=", "h@example.com");
}

static void a_letter_without_a_good_sender_is_none(void **state)
{
	(void)state;
	from_is("", NULL, NULL);
	from_is("hermes", NULL, NULL);
	from_is("Hermes <hermes>", NULL, NULL);
	from_is("Hermes <h@example.com> x", NULL, NULL);
	from_is("Hermes <h@example.com\r\nBcc: eve@evil.org>", NULL, NULL);
}

static void what_is_no_address_is_left_out_of_the_headers(void **state)
{
	AUTO(text) char *text = made_of(json_pack("{s:[s,s,s,i,n], s:[s]}", "to", "a@example.com", "b@example.com\r\nX-Evil: 1",
	                                          "B <b@example.com>", 7, "cc", "ann"));

	(void)state;
	assert_non_null(strstr(text, "\r\nTo: a@example.com, B <b@example.com>\r\n"));
	assert_null(strstr(text, "Evil"));
	assert_null(strstr(text, "Cc:"));
}

static void the_id_is_the_key_whatever_the_domain(void **state)
{
	AUTO(json) json_t *letter = json_pack("{s:s, s:{s:s}}", "key", KEY, "content", "from", "a@b");
	size_t size;
	AUTO(text) char *text = message_new(letter, "ex ample>\r\nX: y", MIDSUMMER, &size);

	(void)state;
	assert_non_null(strstr(text, "\r\nMessage-Id: <" KEY "@ex-ample---X--y>\r\n"));
}

static void good_addresses_have_two_parts(void **state)
{
	char longest[256];

	(void)state;
	assert_true(message_address_is_good("a@b"));
	assert_true(message_address_is_good("ann.o'neill+x=y@mail.example.com"));
	assert_true(message_address_is_good("a@[127.0.0.1]"));
	memset(longest, 'a', sizeof longest);
	longest[1] = '@';
	longest[254] = '\0';
	assert_true(message_address_is_good(longest));
	longest[254] = 'a';
	longest[255] = '\0';
	assert_false(message_address_is_good(longest));
}

static void everything_else_is_no_address(void **state)
{
	static const char *const bad[] = {
		"", "@", "a@", "@b", "a", "a@b@c", "a b@c", "a@b c", " a@b", "a@b ", "a@b\t", "a@b\n", "a@b\r\nRCPT TO:<eve@evil.org>",
		"a\x7f@b", "<a@b>", "a@b>", "a@b> SIZE=1", "a<b@c", "\"a\"@b", "a\\@b", "a,b@c", "a;b@c", "(a)b@c", "@a:b@c",
		"j\xc3\xb6rg@example.com", "a@ex\xc3\xa4mple.com", "a@b\xc2\x85",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++)
		assert_false(message_address_is_good(bad[i]));
}

static void the_address_of_a_mailbox_is_what_stands_in_its_brackets(void **state)
{
	static const char *const good[] = {
		"a@b", "<a@b>", "Ann <a@b>", "\"Ann\" <a@b>", "J\xc3\xb6rg <a@b>", "a<c <a@b>", "c@d <a@b>",
	};
	static const char *const bad[] = {
		"", "<>", "Ann <>", "Ann <a@b", "a@b>", "Ann a@b", "<a@b> Ann", "<<a@b>>", "a@b, c@d", "Ann <a@b>\n", "Ann\r\n<a@b>",
		"Ann\t<a@b>", "\x7f<a@b>", "Ann <j\xc3\xb6rg@b>",
	};
	char address[MESSAGE_ADDRESS], longest[300] = "Ann <a@";

	(void)state;
	for (size_t i = 0; i < COUNT(good); i++) {
		assert_true(message_address_of(good[i], address));
		assert_string_equal(address, "a@b");
	}
	for (size_t i = 0; i < COUNT(bad); i++)
		assert_false(message_address_of(bad[i], address));
	memset(longest + 7, 'b', 252);
	strcpy(longest + 7 + 252, ">");
	assert_true(message_address_of(longest, address));
	assert_int_equal(strlen(address), 254);
	strcpy(longest + 7 + 252, "b>");
	assert_false(message_address_of(longest, address));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_letter_of_ascii_is_written_as_it_is),
		cmocka_unit_test(html_follows_the_plain_text),
		cmocka_unit_test(the_text_arrives_as_it_was),
		cmocka_unit_test(lines_end_in_crlf),
		cmocka_unit_test(a_line_of_any_length_arrives),
		cmocka_unit_test(a_subject_of_any_letters_arrives),
		cmocka_unit_test(no_subject_makes_a_header),
		cmocka_unit_test(a_sender_may_have_a_name),
		cmocka_unit_test(no_sender_makes_a_header_or_a_second_sender),
		cmocka_unit_test(a_letter_without_a_good_sender_is_none),
		cmocka_unit_test(what_is_no_address_is_left_out_of_the_headers),
		cmocka_unit_test(the_id_is_the_key_whatever_the_domain),
		cmocka_unit_test(good_addresses_have_two_parts),
		cmocka_unit_test(everything_else_is_no_address),
		cmocka_unit_test(the_address_of_a_mailbox_is_what_stands_in_its_brackets),
	};

	return cmocka_run_group_tests_name("message", tests, NULL, NULL);
}
