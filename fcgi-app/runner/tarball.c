#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sodium.h>

#include "lib/http.h"
#include "lib/program.h"
#include "runner/tarball.h"

#define NEW "archive.new"
#define OURS "archive-"
#define ONE_READ ((size_t)64 << 10)
#define MOST_SECONDS 86399               /* http.h: less than a day */
#define TAR_PATH (STORE_PATH + 80)

static enum status too_large(const struct settings *s, char why[WHY])
{
	return why_say(S_INVALID, why, "The archive is larger than %ld MiB.", s->project_max_size);
}

static enum status not_written(char why[WHY])
{
	return why_say(S_LATER, why, "The archive can't be written: %s.", strerror(errno));
}

static size_t most_bytes(const struct store *store)
{
	return (size_t)store->settings->project_max_size << 20;
}

/* ---- where it comes from ---- */

static bool is_given(const char *text)
{
	return text != NULL && *text != '\0';
}

static enum status judge(const struct store *store, const struct http_answer *a, char why[WHY])
{
	if (a->too_large)
		return too_large(store->settings, why);
	if (a->timed_out)
		return why_say(S_INVALID, why, "The archive did not come within %ld s (sync_timeout).", store->settings->sync_timeout);
	if (a->code == 0)
		return why_say(S_INVALID, why, "The archive can't be had: %s.", a->error);
	if (a->code / 100 != 2)
		return why_say(S_INVALID, why, "The archive can't be had: the server answers %ld.", a->code);
	return S_OK;
}

static enum status download(const struct store *store, const struct project *p, const struct repository *r, int fd, char why[WHY])
{
	long long seconds = (store->deadline - program_clock_ms() + 999) / 1000;
	const char *password = is_given(p->password) ? p->password : r->password;
	const struct http_request request = {
		.url = r->url, .ca_file = store->settings->tls_ca_file, .file = fd, .max_answer = most_bytes(store), .follow = true,
		.timeout = seconds < 1 ? 1 : seconds > MOST_SECONDS ? MOST_SECONDS : (long)seconds, .protocols = "http,https,ftp",
		.user = r->user != NULL ? r->user : password != NULL ? "git" : NULL, .password = password,
	};
	struct http_answer answer;
	struct http *http;
	enum status s;

	http_start();                            /* the only one here who needs it */
	http = http_new();
	http_perform(http, &request, &answer, 1);
	s = judge(store, &answer, why);
	http_answer_done(&answer);
	http_free(&http);
	return s;
}

static enum status copy(const struct store *store, int from, int to, char why[WHY])
{
	static char data[ONE_READ];
	size_t size = 0;
	ssize_t n;

	while ((n = read(from, data, sizeof data)) > 0) {
		size += (size_t)n;
		if (size > most_bytes(store))
			return too_large(store->settings, why);
		if (program_clock_ms() >= store->deadline)
			return why_say(S_INVALID, why, "It took too long to read the archive.");
		if (write(to, data, (size_t)n) != n)
			return not_written(why);
	}
	return n == 0 ? S_OK : why_say(S_INVALID, why, "The archive can't be read: %s.", strerror(errno));
}

static enum status copy_local(const struct store *store, const struct repository *r, int fd, char why[WHY])
{
	int from = open(r->url, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	struct stat st;
	enum status s;

	if (from < 0)
		return why_say(S_INVALID, why, "The archive can't be read: %s.", strerror(errno));
	if (fstat(from, &st) == 0 && S_ISREG(st.st_mode))
		s = copy(store, from, fd, why);
	else
		s = why_say(S_INVALID, why, "The archive is no file.");
	close(from);
	return s;
}

/* ---- what came ---- */

static enum status read_revision(int fd, char ret_revision[PROJECT_REVISION], char why[WHY])
{
	static unsigned char data[ONE_READ];
	unsigned char hash[crypto_hash_sha256_BYTES];
	crypto_hash_sha256_state state;
	ssize_t n = lseek(fd, 0, SEEK_SET);

	crypto_hash_sha256_init(&state);
	while (n >= 0 && (n = read(fd, data, sizeof data)) > 0)
		crypto_hash_sha256_update(&state, data, (size_t)n);
	if (n < 0 || lseek(fd, 0, SEEK_SET) < 0)
		return why_say(S_LATER, why, "The archive can't be read: %s.", strerror(errno));
	crypto_hash_sha256_final(&state, hash);
	sodium_bin2hex(ret_revision, PROJECT_REVISION, hash, sizeof hash);
	return S_OK;
}

static void path_of(const struct store *store, const char *name, const char *revision, char ret_path[TAR_PATH])
{
	snprintf(ret_path, TAR_PATH, "%s/%s%s", store->folder, name, revision);
}

enum status tarball_fetch(struct tarball *t, const struct store *store, const struct project *p, const struct repository *r, char why[WHY])
{
	char path[TAR_PATH];
	enum status s;

	path_of(store, NEW, "", path);
	t->fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (t->fd < 0)
		return not_written(why);
	s = r->way == WAY_LOCAL ? copy_local(store, r, t->fd, why) : download(store, p, r, t->fd, why);
	return s == S_OK ? read_revision(t->fd, t->revision, why) : s;
}

static void remove_others(const struct store *store, const char *revision)
{
	DIR *each = opendir(store->folder);
	struct dirent *e;

	if (each == NULL)
		return;
	while ((e = readdir(each)) != NULL)
		if (strncmp(e->d_name, OURS, strlen(OURS)) == 0 && strcmp(e->d_name + strlen(OURS), revision) != 0)
			unlinkat(dirfd(each), e->d_name, 0);
	closedir(each);
}

enum status tarball_keep(const struct tarball *t, const struct store *store, char why[WHY])
{
	char from[TAR_PATH], to[TAR_PATH];

	path_of(store, NEW, "", from);
	path_of(store, OURS, t->revision, to);
	if (fsync(t->fd) != 0 || rename(from, to) != 0)
		return not_written(why);
	remove_others(store, t->revision);
	return S_OK;
}

/* What was not kept is of no use. */
void tarball_done(struct tarball *t, const struct store *store)
{
	char path[TAR_PATH];

	path_of(store, NEW, "", path);
	unlink(path);
	if (t->fd >= 0)
		close(t->fd);
	t->fd = -1;
}

int tarball_open(const struct store *store, const char *revision)
{
	char path[TAR_PATH];

	path_of(store, OURS, revision, path);
	return open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
}
