/* text.h - what snprintf cut short, made UTF-8 again. */
#ifndef LIB_TEXT_H
#define LIB_TEXT_H

/* A text that was cut may end within a letter of several bytes, and would be no UTF-8: that letter goes, too. */
void text_end_between_letters(char *text);

#endif
