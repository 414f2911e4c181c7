/* message.h - a mail letter made into the text of an RFC 5322 message.
 *
 *	AUTO(text) char *text = message_new(letter, settings->domain, time(NULL), &size);
 *
 * The content {from, to, cc, subject, text, html?} may hold anything that JSON can: what would end a header or an
 * address is made harmless or left out. Lines end in CRLF and hold at most 998 bytes of ASCII; dots are not yet doubled.
 */
#ifndef COURIER_MESSAGE_H
#define COURIER_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

#include <jansson.h>

/* Whether it may stand in an SMTP command: local@domain in ASCII, and nothing that SMTP would read as more than that. */
bool message_address_is_good(const char *address);

#define MESSAGE_ADDRESS 255

/* Of `Name <address>`, or of an address alone. False: it is no good one, or more than one line. */
bool message_address_of(const char *mailbox, char ret_address[MESSAGE_ADDRESS]);

/* Malloced, with a NUL behind it that *ret_size does not count. NULL: `from` is no address, with or without a name. */
char *message_new(const json_t *letter, const char *domain, time_t now, size_t *ret_size);

#endif
