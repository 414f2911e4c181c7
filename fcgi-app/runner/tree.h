/* tree.h - takes a folder away with all that is below it, whatever its modes are and however deep it is. */
#ifndef RUNNER_TREE_H
#define RUNNER_TREE_H

#include <stdbool.h>

/* True: it is not there any more. Links are removed, not followed. */
bool tree_remove(const char *path);

#endif
