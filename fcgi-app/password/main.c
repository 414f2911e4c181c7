/* moirai-password: reads a password from standard input, one line, and prints its argon2id hash. For moirai-db. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include <sodium.h>

#include "lib/log.h"
#include "lib/password.h"

int main(void)
{
	char password[1024], hash[PASSWORD_HASH_SIZE];

	log_set_name("moirai-password");
	if (sodium_init() < 0)
		fatal("libsodium does not start");
	if (fgets(password, sizeof password, stdin) == NULL)
		fatal("no password on standard input");
	password[strcspn(password, "\n")] = '\0';
	if (password[0] == '\0')
		fatal("the password is empty");
	if (!password_hash(password, hash))
		fatal("no memory to hash the password");
	puts(hash);
	sodium_memzero(password, sizeof password);
	return 0;
}
