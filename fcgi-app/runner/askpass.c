/* moirai-askpass - answers when git or ssh asks for a password (GIT_ASKPASS, SSH_ASKPASS).
 *
 * The password stands in the file that MOIRAI_ASKPASS_FILE names. It is for MOIRAI_ASKPASS_ORIGIN alone, the beginning of the
 * repository's URL: whoever else git was led to by a redirection doesn't get it. Where that is empty or ssh, it is ssh who asks.
 */
#include "config.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include <sodium.h>

#define MOST 65536

static bool begins(const char *text, const char *beginning)
{
	return strncmp(text, beginning, strlen(beginning)) == 0;
}

/* Where the host begins, which ends before a slash or at the end of the quotes. */
static const char *host_in(const char *url)
{
	const char *host = strstr(url, "://"), *at;

	if (host == NULL)
		return NULL;
	host += 3;
	at = host + strcspn(host, "/'");
	while (at > host && at[-1] != '@')
		at--;
	return at;
}

/* Also where the same host has led from http to https. */
static bool is_origin(const char *url, const char *origin)
{
	const char *host = host_in(url), *wanted = host_in(origin);
	size_t size;

	if (host == NULL || wanted == NULL)
		return false;
	size = strcspn(host, "/'");
	if (size != strlen(wanted) || strncasecmp(host, wanted, size) != 0)
		return false;
	return begins(url, "https://") || (begins(url, "http://") && begins(origin, "http://"));
}

static int answer_file(const char *path)
{
	static char text[MOST + 1];
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd >= 0 ? read(fd, text, MOST) : -1;
	bool done = n >= 0;

	if (done) {
		text[n++] = '\n';
		done = write(STDOUT_FILENO, text, (size_t)n) == n;
	}
	sodium_memzero(text, sizeof text);
	return done ? 0 : 1;
}

int main(int argc, char **argv)
{
	const char *file = getenv("MOIRAI_ASKPASS_FILE"), *user = getenv("MOIRAI_ASKPASS_USER");
	const char *origin = getenv("MOIRAI_ASKPASS_ORIGIN");

	if (argc != 2 || file == NULL || user == NULL || origin == NULL || strstr(argv[1], "(yes/no") != NULL)
		return 1;
	if (begins(origin, "http")) {
		if (begins(argv[1], "Username for '") && is_origin(argv[1] + strlen("Username for '"), origin))
			return puts(user) < 0;
		if (begins(argv[1], "Password for '") && is_origin(argv[1] + strlen("Password for '"), origin))
			return answer_file(file);
		return 1;
	}
	return answer_file(file);
}
