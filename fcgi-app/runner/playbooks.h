/* playbooks.h - which of the files at a project's top are playbooks: ^[\w.-]+\.ya?ml$, as the old system had it, and anchored. */
#ifndef RUNNER_PLAYBOOKS_H
#define RUNNER_PLAYBOOKS_H

#include <jansson.h>

/* Those of an array of names, in order. The caller owns the new array. */
json_t *playbooks_among(const json_t *names);

#endif
