/* command.h - the command line of a run (polemarch-behaviour.md 9.2).
 *
 *	struct command *command;
 *	s = command_new(run, inventory_path, keys, files, masks, &command, why);
 *	... command->words ...
 *	command_free(&command);
 *
 * `run` is {"kind": "PLAYBOOK" or "MODULE", "mode": playbook or module, "pattern": hosts of a module, "arguments": {option: value},
 * "sealed": {option: box}}. Passwords and keys go into files, and the word is the path; extra
 * variables that are a secret are a word, which is not shown. Whatever else is wrong with
 * an argument was refused when the run was asked for, or Ansible itself says so.
 */
#ifndef RUNNER_COMMAND_H
#define RUNNER_COMMAND_H

#include <stddef.h>

#include <jansson.h>

#include "lib/seal.h"
#include "lib/status.h"
#include "runner/files.h"
#include "runner/masks.h"
#include "runner/opened.h"

struct command {
	char **words;              /* the last is followed by a NULL; the first is the program's bare name */
	size_t n;
	size_t hidden;             /* one of them, from 1; 0: none */
	char *raw_args;            /* the words as they are shown */
};

/* Opens the secrets among the arguments, which become files, and masks from now on. The options are in alphabetical order. The caller owns
 * *ret_command. Else why names the option, and nothing of its value: S_INVALID: the path of a key leads out of the project, or
 * a name would be taken for an option; S_INTERNAL: a secret can't be opened. */
enum status command_new(const json_t *run, const char *inventory, const struct seal_keys *keys, struct files *files,
                        struct masks *masks, struct command **ret_command, char why[OPENED_WHY]) CHECKED;
void command_free(struct command **command);

#endif
