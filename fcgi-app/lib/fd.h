/* fd.h - what read() and write() leave to their callers. */
#ifndef LIB_FD_H
#define LIB_FD_H

#include <stdbool.h>
#include <stddef.h>

/* Writes all of it. False: errno. */
bool fd_write(int fd, const void *bytes, size_t size) __attribute__((warn_unused_result));

#endif
