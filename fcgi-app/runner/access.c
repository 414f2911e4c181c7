#include "config.h"

#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/auto.h"
#include "lib/seal.h"
#include "runner/access.h"

#define ASKPASS "moirai-askpass"

static const char *askpass_folder = PKGLIBEXECDIR;

/* Local repositories are other people's: git's question whose they are has been answered by local_repositories. It takes the
 * answer from this file only, also when it is the other end, git-upload-pack. */
static const char gitconfig[] = "[safe]\n\tdirectory = *\n[core]\n\thooksPath = /dev/null\n";

static const char *const ssh_options = "-F none -o IdentitiesOnly=yes -o IdentityAgent=none -o StrictHostKeyChecking=no "
                                       "-o UserKnownHostsFile=/dev/null -o LogLevel=ERROR -o NumberOfPasswordPrompts=1";

__attribute__((format(printf, 2, 3))) static void say(struct access *a, const char *format, ...)
{
	va_list args;

	assert(a->n < ACCESS_MOST);
	va_start(args, format);
	if (vasprintf(&a->environment[a->n++], format, args) < 0)
		abort();
	va_end(args);
}

static void say_common(struct access *a, const char *folder, const char *config)
{
	say(a, "PATH=/usr/local/bin:/usr/bin:/bin");
	say(a, "LC_ALL=C.UTF-8");
	say(a, "HOME=%s", folder);
	say(a, "GIT_CONFIG_NOSYSTEM=1");
	say(a, "GIT_CONFIG_GLOBAL=%s%s", folder, config);
	say(a, "GIT_ATTR_NOSYSTEM=1");
	say(a, "GIT_TERMINAL_PROMPT=0");
	say(a, "GIT_NO_LAZY_FETCH=1");
	say(a, "GIT_NO_REPLACE_OBJECTS=1");
}

void access_none(struct access *a)
{
	*a = (struct access){ .private = { .fd = -1 } };
	say_common(a, "/dev", "/null");
	say(a, "GIT_ALLOW_PROTOCOL=none");
}

/* ---- passwords ---- */

/* Beside the program that we are, as it is where it was built; else where it is installed. */
static bool find_askpass(char *ret_path, size_t size)
{
	ssize_t n = readlink("/proc/self/exe", ret_path, size - 1);
	char *slash;

	ret_path[n > 0 ? n : 0] = '\0';
	slash = strrchr(ret_path, '/');
	if (slash != NULL && (size_t)(slash - ret_path) + sizeof ASKPASS + 1 < size) {
		strcpy(slash + 1, ASKPASS);
		if (access(ret_path, X_OK) == 0)
			return true;
	}
	snprintf(ret_path, size, "%s/" ASKPASS, askpass_folder);
	return access(ret_path, X_OK) == 0;
}

static enum status give_password(struct access *a, const char *password, const struct repository *r, char why[WHY])
{
	char path[512];

	if (!find_askpass(path, sizeof path))
		return why_say(S_LATER, why, "%s can't be found: %s.", path, strerror(errno));
	say(a, "GIT_ASKPASS=%s", path);
	say(a, "SSH_ASKPASS=%s", path);
	say(a, "SSH_ASKPASS_REQUIRE=force");
	say(a, "MOIRAI_ASKPASS_FILE=%s/password", a->private.path);
	say(a, "MOIRAI_ASKPASS_USER=%s", r->user != NULL ? r->user : "git");
	say(a, "MOIRAI_ASKPASS_ORIGIN=%s", r->origin);
	return private_file(&a->private, "password", password, why);
}

/* ---- ssh ---- */

/* ssh wants lines that end, and by a newline alone. */
static enum status give_key(const struct access *a, const char *key, char why[WHY])
{
	size_t size = strlen(key), n = 0;
	char *text = malloc(size + 2);
	enum status s;

	assert(text != NULL);
	for (const char *c = key; *c != '\0'; c++)
		if (*c != '\r')
			text[n++] = *c;
	if (n > 0 && text[n - 1] != '\n')
		text[n++] = '\n';
	text[n] = '\0';
	s = private_file(&a->private, "key", text, why);
	seal_wipe(&text, size + 2);
	return s;
}

/* git hands the command to a shell. */
static char *quoted(const char *text)
{
	char *new = malloc(4 * strlen(text) + 3), *to = new;

	assert(new != NULL);
	*to++ = '\'';
	for (; *text != '\0'; text++)
		if (*text == '\'')
			to = stpcpy(to, "'\\''");
		else
			*to++ = *text;
	strcpy(to, "'");
	return new;
}

static void say_ssh(struct access *a, bool has_key, bool has_password)
{
	char path[sizeof a->private.path + 8];
	AUTO(text) char *key = NULL;

	snprintf(path, sizeof path, "%s/key", a->private.path);
	key = quoted(path);
	say(a, "GIT_SSH_VARIANT=ssh");
	say(a, "GIT_SSH_COMMAND=ssh %s -o BatchMode=%s %s%s", ssh_options, has_password ? "no" : "yes",
	    has_key ? "-i " : "-o IdentityFile=none", has_key ? key : "");
}

/* ---- all of it ---- */

static bool is_given(const char *text)
{
	return text != NULL && *text != '\0';
}

enum status access_make(struct access *a, const struct settings *s, const struct project *p, const struct repository *r, char why[WHY])
{
	const char *password = is_given(p->password) ? p->password : r->password;
	enum status status;

	*a = (struct access){ 0 };
	status = private_make(&a->private, s, why);
	if (status == S_OK)
		status = private_file(&a->private, "gitconfig", gitconfig, why);
	if (status == S_OK && is_given(p->key))
		status = give_key(a, p->key, why);
	if (status == S_OK && is_given(password))
		status = give_password(a, password, r, why);
	if (status != S_OK)
		return status;
	say(a, "GIT_ALLOW_PROTOCOL=http:https:ssh:git%s", s->local_repositories ? ":file" : "");
	if (*s->tls_ca_file != '\0')
		say(a, "GIT_SSL_CAINFO=%s", s->tls_ca_file);
	say_ssh(a, is_given(p->key), is_given(password));
	say_common(a, a->private.path, "/gitconfig");
	return S_OK;
}

void access_done(struct access *a)
{
	while (a->n > 0)
		free(a->environment[--a->n]);
	private_remove(&a->private);
}
