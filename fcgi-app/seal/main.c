/* moirai-seal: the file of key pairs that secrets are sealed to, and the boxes sealed to them (lib/seal.h). For moirai-db.
 * A secret is never printed, nor is a private key. */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "lib/auto.h"
#include "lib/log.h"
#include "lib/seal.h"

static struct seal_keys *read_keys(const char *path)
{
	struct seal_keys *keys;
	char why[SEAL_WHY];

	if (!seal_keys_read(path, &keys, why))
		fatal("%s", why);
	return keys;
}

static struct seal_keys *read_keys_or_none(const char *path)
{
	struct seal_keys *keys;
	char why[SEAL_WHY];

	if (seal_keys_read(path, &keys, why))
		return keys;
	if (errno != ENOENT)
		fatal("%s", why);
	return seal_keys_new();
}

static void write_keys(const struct seal_keys *keys, const char *path)
{
	char why[SEAL_WHY];

	if (!seal_keys_write(keys, path, why))
		fatal("%s", why);
}

static void print_public(const struct seal_keys *keys, size_t i)
{
	char public_key[SEAL_KEY_SIZE];

	seal_keys_public(keys, i, public_key);
	puts(public_key);
}

static void new_pair(const char *path, const char *unused)
{
	struct seal_keys *keys = read_keys_or_none(path);

	(void)unused;
	if (!seal_keys_add(keys))
		fatal("%s: is full", path);
	write_keys(keys, path);
	print_public(keys, keys->n - 1);
	seal_keys_free(&keys);
}

static void print_all(const char *path, const char *unused)
{
	struct seal_keys *keys = read_keys(path);

	(void)unused;
	for (size_t i = 0; i < keys->n; i++)
		print_public(keys, i);
	seal_keys_free(&keys);
}

/* `line`: WHATEVER<TAB>BOX. */
static void reseal_line(const struct seal_keys *keys, const char *public_key, char *line)
{
	char *tab = strrchr(line, '\t');
	AUTO(text) char *box = NULL;
	char *text;
	size_t size;

	if (tab == NULL)
		fatal("a line without a box");
	*tab = '\0';
	text = seal_open(keys, tab + 1, &size);
	if (text == NULL)
		fatal("%s: no key opens this box", line);
	box = seal_close(public_key, text, size);
	seal_wipe(&text, size);
	if (box == NULL)
		fatal("%s: is not a public key", public_key);
	printf("%s\t%s\n", line, box);
}

static void reseal(const char *path, const char *public_key)
{
	struct seal_keys *keys = read_keys(path);
	AUTO(text) char *line = NULL;
	size_t room = 0;
	ssize_t n;

	while ((n = getline(&line, &room, stdin)) > 0) {
		if (line[n - 1] == '\n')
			line[n - 1] = '\0';
		reseal_line(keys, public_key, line);
	}
	if (ferror(stdin))
		fatal("cannot read: %s", strerror(errno));
	seal_keys_free(&keys);
}

static void forget(const char *path, const char *public_key)
{
	struct seal_keys *keys = read_keys(path);
	size_t i = seal_keys_find(keys, public_key);

	if (i == keys->n)
		fatal("%s: has no key %s", path, public_key);
	memmove(&keys->pairs[i], &keys->pairs[i + 1], (keys->n - i - 1) * sizeof keys->pairs[0]);
	keys->n--;
	write_keys(keys, path);
	seal_keys_free(&keys);
}

static const struct command {
	const char *name;
	int arguments;
	void (*run)(const char *path, const char *public_key);
} commands[] = {
	{ "new", 1, new_pair },
	{ "public", 1, print_all },
	{ "reseal", 2, reseal },
	{ "forget", 2, forget },
};

static const char usage[] =
	"usage: moirai-seal new FILE | public FILE | reseal FILE PUBLIC | forget FILE PUBLIC\n"
	"\n"
	"  new     append a new pair of keys to FILE, print its public half\n"
	"  public  print the public halves, the newest last\n"
	"  reseal  read lines WHATEVER<TAB>BOX, print them with boxes sealed to PUBLIC\n"
	"  forget  remove the pair whose public half is PUBLIC: what is sealed to it is lost\n";

int main(int argc, char **argv)
{
	log_set_name("moirai-seal");
	if (sodium_init() < 0)
		fatal("libsodium does not start");
	for (size_t i = 0; argc > 1 && i < sizeof commands / sizeof commands[0]; i++) {
		const struct command *c = &commands[i];

		if (strcmp(argv[1], c->name) != 0 || argc != c->arguments + 2)
			continue;
		c->run(argv[2], argv[3]);
		if (fflush(stdout) != 0 || ferror(stdout))
			fatal("cannot write: %s", strerror(errno));
		return 0;
	}
	fputs(usage, stderr);
	return 100;
}
