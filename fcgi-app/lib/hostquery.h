/* hostquery.h - the language in which hosts are named (D11): here it is told, and parsed nowhere else.
 *
 *	query   := or
 *	or      := and (("or" | ",") and)*
 *	and     := not ("and" not)*
 *	not     := "not" not | primary
 *	primary := "(" or ")" | term
 *	term    := KEY OP VALUE | NAME
 *	OP      := "=" | "!=" | "~" | "!~"
 *
 * and, or, not are keywords in any letter case. Blanks (space, tab, CR, LF) may stand between anything.
 *
 *	web1                    a host by its name
 *	web*, web?              hosts whose name has that shape: * any letters, ? any one letter
 *	web1, web2, db1         each of them; and, or, not bind as everywhere: not first, then and, last or and the comma
 *	group=web and dc!=ams   conditions
 *	dc=am*                  a shape, for any key
 *	name~^db(1|2)$          matched by a regular expression
 *	"and", name="a b"       what is between quotes is only itself: no keyword, no shape
 *
 * KEY   [A-Za-z_][A-Za-z0-9_.-]*, and no keyword. In any letter case: name (host and hostname are the same), owner, tag,
 *       group, labor, quest. All others are those of tags such as dc=ams, as they are written.
 * NAME  letters, digits, . - _ : / @ + %, with * and ? for shapes, and all that is not ASCII; or what is between quotes.
 * VALUE a word that may hold = ~ and ! but not begin with one (== and =~ are slips), or what is between quotes. A keyword
 *       is a value only where it touches its operator: dc=or means Oregon, in "dc= or web1" the value is missing.
 *       After ~ and !~ the word is a regular expression of PostgreSQL: parentheses within it must be closed, and what is
 *       within (...), [...] or {...} or behind a backslash belongs to it, commas too; blanks and quotes never do.
 *       Whether it is a regular expression at all the database will say.
 * "..." '...'  within them a backslash takes away the meaning of the quote and of a backslash, and stays before all else.
 *
 * The tree, where column is that of the character with which the term begins, from 1:
 *
 *	{"op": "and" | "or", "of": [tree, ...]}         two or more, none of them of the same op
 *	{"op": "not", "of": tree}                       of != and !~ too; none of not
 *	{"op": "is", "key": "name", "value": "web1", "column": 1}
 *	{"op": "like", "key": "name", "value": "web\\_%", "column": 1}    for SQL's LIKE, with backslash as its escape
 *	{"op": "regex", "key": "name", "value": "^db", "column": 1}
 *
 * No level of parentheses or not makes the tree more than two levels higher; the limits below make it 132 at most.
 */
#ifndef LIB_HOSTQUERY_H
#define LIB_HOSTQUERY_H

#include <stddef.h>

#include <jansson.h>

#include "lib/status.h"

#define HOSTQUERY_MAX_SIZE 65536    /* bytes */
#define HOSTQUERY_MAX_DEPTH 64      /* parentheses and not */
#define HOSTQUERY_MAX_TERMS 5000
#define HOSTQUERY_MAX_PATTERNS 100  /* shapes and regular expressions: each looks at every host */

/* Parses a text, which must be UTF-8. S_OK: *ret_tree, which the caller owns. S_INVALID: why says "column N: reason", in
 * ASCII and never in words of the text. */
enum status hostquery_parse(const char *text, json_t **ret_tree, char *why, size_t size) CHECKED;

#endif
