#include "config.h"

#include <string.h>

#include "lib/hidden.h"

static const char *const hidden[] = {
	"ansible_ssh_pass", "ansible_ssh_private_key_file", "ansible_become_pass",
	"ansible_password", "ansible_become_password", "ansible_sudo_pass", "ansible_su_pass",
	"repo_password", "repo_key",
	"key-file", "private-key", "vault-password-file", "new-vault-password-file", "vault-pass-file",
	"become-password-file", "become-pass-file", "connection-password-file", "conn-pass-file",
};
#define N_HIDDEN (sizeof hidden / sizeof hidden[0])

const char *hidden_key(size_t i)
{
	return i < N_HIDDEN ? hidden[i] : NULL;
}

bool hidden_is(const char *key)
{
	for (size_t i = 0; i < N_HIDDEN; i++)
		if (strcmp(hidden[i], key) == 0)
			return true;
	return false;
}
