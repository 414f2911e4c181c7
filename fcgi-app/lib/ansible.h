/* ansible.h - reads the text of an inventory as Ansible does, by ansible-inventory itself.
 *
 * The text is handed over as a file in memory: we leave nothing of it on a disk, whatever is killed. Nothing else than
 * the one parser looks at it: no script, plugin, template, vault or file of variables comes into play, nor any setting of
 * this machine's Ansible. It has a private folder for what it writes besides, which is removed; when a worker is killed,
 * one without content stays behind. Errors repeat nothing of the text.
 */
#ifndef LIB_ANSIBLE_H
#define LIB_ANSIBLE_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

#include "lib/status.h"

#define ANSIBLE_SECONDS 50               /* nginx waits for these and statement_timeout */
#define ANSIBLE_MAX_OUTPUT ((size_t)64 << 20)
#define ANSIBLE_MAX_VALUES 2000000
#define ANSIBLE_WHY 200

/* S_OK: the caller owns *ret_inventory, what `ansible-inventory --list --export` says. Else `why` is for who sent the text,
 * and repeats nothing of it. S_INVALID: Ansible can't read it, or we can't take what it makes of it; S_SLOW_GATEWAY: it
 * took too long; S_LATER: ansible-inventory is not installed, can't be started or was killed; S_GATEWAY: it does not work. */
enum status ansible_inventory(const char *text, size_t size, bool yaml, int seconds, json_t **ret_inventory,
                              char why[ANSIBLE_WHY]) CHECKED;

#endif
