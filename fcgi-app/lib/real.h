/* real.h - numbers with a fraction that are written as they were read: 0.3, not 0.29999999999999999, which is what
 * jansson's seventeen digits make of it. */
#ifndef LIB_REAL_H
#define LIB_REAL_H

/* Rewrites what json_dumps() has written, in place: of each real no more digits than tell it from all others. */
void real_shorten(char *json);

#endif
