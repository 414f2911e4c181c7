/* interpreter.h - the installed Ansible, and our own Python that runs in it (runner/ansible/moirai_ansible.py). */
#ifndef RUNNER_INTERPRETER_H
#define RUNNER_INTERPRETER_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

#include "lib/settings.h"

#define INTERPRETER_PATH 256

/* The Python that runs this command of settings->ansible_dir. False: there is no such command, or it is no Python. */
bool interpreter_of(const struct settings *settings, const char *command, char ret_path[INTERPRETER_PATH])
	__attribute__((warn_unused_result));

/* The folder of our own Python. */
const char *interpreter_folder(void);

/* What changes when Ansible is upgraded; false: there is none. */
bool interpreter_version(const struct settings *settings, char *ret_version, size_t size) __attribute__((warn_unused_result));

/* {"version", "options", "modules"} of it; the caller owns it. NULL: why is logged. Takes seconds. */
json_t *interpreter_reference(const struct settings *settings);

#endif
