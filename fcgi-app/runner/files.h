/* files.h - the files of a run that hold secrets: its inventory, keys, passwords. They are made in memory and handed to the
 * guard as a tar, which unpacks it into a folder that only the run's account can read.
 *
 *	struct files *files = files_new("/run/moirai/run-7/secrets");
 *	s = files_inventory(files, keys, pieces, masks, &path, why);
 *	path = files_add(files, "vault-password-file", secret, size);
 *	s = files_tar(files, &fd);
 *	files_free(&files);                          wipes them
 *
 * Paths belong to `files`. Each file has mode 0600: of one that can be executed Ansible would run what is in it.
 */
#ifndef RUNNER_FILES_H
#define RUNNER_FILES_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

#include "lib/seal.h"
#include "lib/status.h"
#include "runner/masks.h"
#include "runner/opened.h"

#define FILES_INVENTORY "inventory"

struct file {
	char *path;
	const char *name;          /* the last part of the path */
	char *bytes;
	size_t size;
};

struct files {
	char *folder;              /* where they will be */
	struct file *files;
	size_t n, keys;
};

struct files *files_new(const char *folder);
void files_free(struct files **files);

/* One more file, whose name is its own. Returns its path. */
const char *files_add(struct files *files, const char *name, const void *bytes, size_t size);

/* Is this the text of a private key? And one more file that holds it as ssh wants it: each line ends, and with LF. */
bool files_is_key(const char *text);
const char *files_add_key(struct files *files, const char *text);

/* The file of the inventory, from the pieces of inventory.pieces(): [{"text", "form": "host" or "section", "key": name of the
 * variable, "sealed": box}], the last with nulls. Each secret is opened, masked from now on, and written as a Python literal, on
 * the line of a host within quotes of a shell; of an ansible_ssh_private_key_file that is the text of a key it is the path of a
 * file. S_INTERNAL: why names the variable. */
enum status files_inventory(struct files *files, const struct seal_keys *keys, const json_t *pieces, struct masks *masks,
                            const char **ret_path, char why[OPENED_WHY]) CHECKED;

/* A tar of all of them in memory, read from its beginning, that nobody can change. The caller closes it. S_INTERNAL: errno. */
enum status files_tar(const struct files *files, int *ret_fd) CHECKED;

#endif
