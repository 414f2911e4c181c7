#include "config.h"

#include <assert.h>
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "lib/auto.h"
#include "lib/seal.h"
#include "runner/repository.h"

static const struct {
	const char *scheme;
	enum way way;
	bool git, tar;
} schemes[] = {
	{ "http", WAY_HTTP, true, true },
	{ "https", WAY_HTTPS, true, true },
	{ "ssh", WAY_SSH, true, false },
	{ "git", WAY_GIT, true, false },
	{ "ftp", WAY_FTP, false, true },
	{ "file", WAY_LOCAL, true, true },
};

static char *copy(const char *text, size_t size)
{
	char *new = strndup(text, size);

	assert(new != NULL);
	return new;
}

static int hex(char c)
{
	return isdigit((unsigned char)c) ? c - '0' : tolower((unsigned char)c) - 'a' + 10;
}

/* %2F and its like; %00 is left as it is. */
static void decode(char *text)
{
	char *to = text;

	for (const char *c = text; *c != '\0'; c++)
		if (*c == '%' && isxdigit((unsigned char)c[1]) && isxdigit((unsigned char)c[2]) && hex(c[1]) + hex(c[2]) > 0) {
			*to++ = (char)(hex(c[1]) * 16 + hex(c[2]));
			c += 2;
		} else {
			*to++ = *c;
		}
	*to = '\0';
}

static char *decoded(const char *text, size_t size)
{
	char *new = copy(text, size);

	decode(new);
	return new;
}

/* ---- on our own disks ---- */

/* Whether it is the folder or below it. */
static bool is_within(const char *path, const char *folder)
{
	AUTO(text) char *real = realpath(folder, NULL);
	size_t size = real != NULL ? strlen(real) : 0;

	return size > 0 && strncmp(path, real, size) == 0 && (path[size] == '/' || path[size] == '\0' || size == 1);
}

static enum status read_path(struct repository *r, const struct settings *s, const char *path, char why[WHY])
{
	if (!s->local_repositories)
		return why_say(S_INVALID, why, "Repositories on the runner's own disks are switched off (local_repositories).");
	r->way = WAY_LOCAL;
	r->origin = copy("", 0);
	r->url = realpath(path, NULL);
	if (r->url == NULL)
		return why_say(S_INVALID, why, "The repository can't be read: %s.", strerror(errno));
	if (is_within(r->url, s->projects_dir) || is_within(r->url, s->runs_dir) || is_within(r->url, s->secrets_dir))
		return why_say(S_INVALID, why, "The repository is one of Moirai's own folders.");
	return S_OK;
}

static enum status read_file_url(struct repository *r, const struct settings *s, const char *rest, char why[WHY])
{
	AUTO(text) char *path = NULL;

	if (strncmp(rest, "localhost/", 10) == 0)
		rest += strlen("localhost");
	if (*rest != '/')
		return why_say(S_INVALID, why, "The repository's URL must be file:///path.");
	path = decoded(rest, strlen(rest));
	return read_path(r, s, path, why);
}

/* ---- elsewhere ---- */

static bool is_host(const char *host, size_t size)
{
	return size > 0 && *host != '-' && *host != ':';
}

static void take_user(struct repository *r, const char *user, size_t size)
{
	const char *colon = memchr(user, ':', size);

	if (size == 0)
		return;
	r->user = decoded(user, colon != NULL ? (size_t)(colon - user) : size);
	if (colon != NULL)
		r->password = decoded(colon + 1, size - (size_t)(colon + 1 - user));
}

/* What is at `rest` begins with USER:PASSWORD@ or the host. */
static enum status read_url(struct repository *r, const char *scheme, const char *rest, char why[WHY])
{
	size_t size = strcspn(rest, "/?#"), user = size, name;
	const char *host;

	while (user > 0 && rest[user - 1] != '@')
		user--;
	host = rest + user;
	if (!is_host(host, size - user))
		return why_say(S_INVALID, why, "The repository's URL names no host.");
	take_user(r, rest, user > 0 ? user - 1 : 0);
	if (r->user != NULL && *r->user == '-')
		return why_say(S_INVALID, why, "The repository's URL has a user whose name begins with a hyphen.");
	name = strcspn(rest, ":@");
	if (asprintf(&r->origin, "%s://%.*s", scheme, (int)(size - user), host) < 0 ||
	    asprintf(&r->url, "%s://%.*s%s%s", scheme, user > 0 ? (int)name : 0, rest, user > 0 && name > 0 ? "@" : "", host) < 0)
		abort();
	for (char *c = r->origin; *c != '\0'; c++)
		*c = (char)tolower((unsigned char)*c);
	return S_OK;
}

/* user@host:path, as ssh writes it. */
static enum status read_scp(struct repository *r, const char *text, char why[WHY])
{
	size_t user = strcspn(text, "@:/");
	const char *host = text[user] == '@' ? text + user + 1 : text;

	if (!is_host(host, strlen(host)))
		return why_say(S_INVALID, why, "The repository's URL names no host.");
	r->way = WAY_SSH;
	r->url = copy(text, strlen(text));
	r->origin = copy("", 0);
	if (host > text)
		r->user = copy(text, (size_t)(host - 1 - text));
	return S_OK;
}

static enum status read_scheme(struct repository *r, const struct settings *s, bool git, const char *text, size_t size,
                               char why[WHY])
{
	const char *rest = text + size + strlen("://");

	for (size_t i = 0; i < sizeof schemes / sizeof schemes[0]; i++) {
		if (strlen(schemes[i].scheme) != size || strncasecmp(schemes[i].scheme, text, size) != 0 ||
		    !(git ? schemes[i].git : schemes[i].tar))
			continue;
		r->way = schemes[i].way;
		return r->way == WAY_LOCAL ? read_file_url(r, s, rest, why) : read_url(r, schemes[i].scheme, rest, why);
	}
	return why_say(S_INVALID, why, "The repository's URL must begin with %s.",
	               git ? "https, http, ssh or git" : "https, http or ftp");
}

static bool has_control_characters(const char *text)
{
	while (*text != '\0' && !iscntrl((unsigned char)*text))
		text++;
	return *text != '\0';
}

/* git takes NAME::ADDRESS for a helper program to run; host:path is ssh only if there is no slash before the colon. */
enum status repository_read(struct repository *r, const struct settings *s, const char *type, const char *text, char why[WHY])
{
	bool git = strcmp(type, "GIT") == 0;
	size_t word = strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+.-_");

	*r = (struct repository){ 0 };
	if (*text == '\0' || strlen(text) > REPOSITORY_MOST || *text == '-' || has_control_characters(text))
		return why_say(S_INVALID, why, "The repository is no URL.");
	if (strncmp(text + word, "://", 3) == 0)
		return read_scheme(r, s, git, text, word, why);
	if (strncmp(text + word, "::", 2) == 0)
		return why_say(S_INVALID, why, "The repository's URL must not name a helper program.");
	if (*text == '/')
		return read_path(r, s, text, why);
	if (git && strcspn(text, ":") < strcspn(text, "/") && strstr(text, "://") == NULL)
		return read_scp(r, text, why);
	return why_say(S_INVALID, why, "The repository is no URL.");
}

void repository_done(struct repository *r)
{
	free(r->url);
	free(r->user);
	free(r->origin);
	if (r->password != NULL)
		seal_wipe(&r->password, strlen(r->password));
	*r = (struct repository){ 0 };
}
