/* text.h - what snprintf cut short, made UTF-8 again; and what has colours, made plain. */
#ifndef LIB_TEXT_H
#define LIB_TEXT_H

#include <stddef.h>

/* A text that was cut may end within a letter of several bytes, and would be no UTF-8: that letter goes, too. */
void text_end_between_letters(char *text);

/* Copies the text without colours: from each ESC to the next m, if there is one in its line. `ret_plain` has room for all of it. Returns the size that
 * is left. */
size_t text_plain(const char *text, size_t size, char *ret_plain);

#endif
