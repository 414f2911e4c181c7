#include "config.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/auto.h"
#include "lib/program.h"
#include "runner/access.h"
#include "runner/git.h"

#define MOST_OUTPUT 4096
#define MOST_ARGUMENTS 16
#define KEPT "refs/moirai/head"

static size_t tar_overhead = (size_t)PROJECT_MOST_FILES * 1536;          /* headers and padding */
static const char *programs[] = { "/usr/bin/git", "/usr/local/bin/git" };

/* ---- the repository ---- */

/* One pack each time, which is one file, whose size the kernel limits. Nothing goes into the background. */
static const char config[] = "[core]\n\trepositoryformatversion = 0\n\tbare = true\n\tlogAllRefUpdates = false\n"
                             "[fetch]\n\tunpackLimit = 1\n[pack]\n\tthreads = 1\n[tar]\n\tumask = 0022\n"
                             "[gc]\n\tautoDetach = false\n\tautoPackLimit = 20\n\tpruneExpire = 1.day.ago\n";

static const struct {
	const char *name, *text;                 /* text NULL: a folder */
} parts[] = {
	{ "", NULL },
	{ "/objects", NULL },
	{ "/refs", NULL },
	{ "/info", NULL },
	/* What is in the repository is in the project, whatever is written in it for others who make archives. */
	{ "/info/attributes", "* -export-ignore -export-subst\n" },
	{ "/config", config },
	{ "/HEAD", "ref: refs/heads/none\n" },
};

static bool has(const char *path, const char *text)
{
	char found[1024];
	FILE *f = fopen(path, "re");
	size_t n;

	if (f == NULL)
		return false;
	n = fread(found, 1, sizeof found, f);
	fclose(f);
	return n == strlen(text) && memcmp(found, text, n) == 0;
}

static bool make_file(const char *path, const char *text)
{
	char beside[STORE_PATH + 64];
	FILE *f;
	bool done;

	snprintf(beside, sizeof beside, "%s.lock", path);        /* cleared away with git's own */
	f = fopen(beside, "we");
	if (f == NULL)
		return false;
	done = fputs(text, f) >= 0 && fflush(f) == 0 && fsync(fileno(f)) == 0;
	done = fclose(f) == 0 && done;
	return done && rename(beside, path) == 0;
}

static bool make_part(const struct git *g, size_t i)
{
	char path[STORE_PATH + 32];

	snprintf(path, sizeof path, "%s%s", g->folder, parts[i].name);
	if (parts[i].text == NULL)
		return mkdir(path, 0700) == 0 || errno == EEXIST;
	return has(path, parts[i].text) || make_file(path, parts[i].text);
}

static long long walked;                         /* nftw() has no room for it */

static int look_at(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	const char *name = path + ftw->base, *dot = strrchr(name, '.');

	if (type == FTW_F && (strncmp(name, "tmp_", 4) == 0 || (dot != NULL && strcmp(dot, ".lock") == 0)))
		unlink(path);
	else if (type == FTW_F)
		walked += st->st_size;
	return 0;
}

void git_clear(struct git *g)
{
	walked = 0;
	nftw(g->folder, look_at, 16, FTW_PHYS);
	g->size = walked;
}

enum status git_prepare(struct git *g, char why[WHY])
{
	git_clear(g);
	for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
		if (!make_part(g, i))
			return why_say(S_LATER, why, "%.200s%s can't be made: %s.", g->folder, parts[i].name, strerror(errno));
	return S_OK;
}

/* ---- git ---- */

static long long most_bytes(const struct git *g)
{
	return (long long)g->settings->project_max_size << 20;
}

static bool find_git(const char **ret_path)
{
	for (size_t i = 0; i < sizeof programs / sizeof programs[0]; i++)
		if (access(programs[i], X_OK) == 0) {
			*ret_path = programs[i];
			return true;
		}
	return false;
}

static enum status too_late(const struct git *g, char why[WHY])
{
	return why_say(S_INVALID, why, "It took longer than %ld s (sync_timeout).", g->settings->sync_timeout);
}

/* Runs it with the arguments from `name` on, up to a NULL. S_OK: it ran, and program_end_done() follows. */
static enum status run(const struct git *g, const struct access *a, int out, size_t most_written, const char *const *words,
                       struct program_end *ret_end, char why[WHY])
{
	char *arguments[MOST_ARGUMENTS + 4] = { (char[]){ "git" }, (char[]){ "--git-dir" }, (char *)g->folder };
	long long seconds = (g->deadline - program_clock_ms() + 999) / 1000;
	int in = open("/dev/null", O_RDONLY | O_CLOEXEC);
	struct program program = { .arguments = arguments, .environment = a->environment, .folder = g->folder, .in = in, .out = out,
		                   .seconds = (int)seconds, .most = MOST_OUTPUT, .most_written = most_written, .family = true };
	bool started;

	for (size_t i = 0; words[i] != NULL; i++) {
		assert(i < MOST_ARGUMENTS);
		arguments[3 + i] = (char *)words[i];
	}
	if (seconds <= 0) {
		close(in);
		return too_late(g, why);
	}
	if (!find_git(&program.path)) {
		close(in);
		return why_say(S_LATER, why, "git is not installed.");
	}
	started = in >= 0 && program_run(&program, ret_end);
	if (!started)
		why_say(S_LATER, why, "git can't be started just now: %s.", strerror(errno));
	if (in >= 0)
		close(in);
	return started ? S_OK : S_LATER;
}

static bool is_good(const struct program_end *end)
{
	return !end->late && WIFEXITED(end->status) && WEXITSTATUS(end->status) == 0;
}

/* ---- what it says ---- */

static bool is_noise(const char *line)
{
	static const char *const noise[] = { "Please make sure you have the correct access rights", "and the repository exists.",
		                             "warning: ", "Warning: ", "hint: " };

	for (size_t i = 0; i < sizeof noise / sizeof noise[0]; i++)
		if (strncmp(line, noise[i], strlen(noise[i])) == 0)
			return true;
	return *line == '\0';
}

/* The last lines that mean something, as many as fit, as one: somewhere in the room. */
static const char *words_of(char *errors, char *room, size_t size)
{
	char *end = errors + strlen(errors);
	size_t at = size - 1, n;

	room[at] = '\0';
	while (end > errors) {
		char *line = end;

		while (line > errors && line[-1] != '\n')
			line--;
		while (end > line && end[-1] == ' ')     /* ssh's lines end by CR LF */
			end--;
		*end = '\0';
		end = line > errors ? line - 1 : errors;
		if (is_noise(line))
			continue;
		line += strncmp(line, "fatal: ", 7) == 0 ? 7 : strncmp(line, "error: ", 7) == 0 ? 7 : 0;
		n = strlen(line) + (room[at] != '\0' ? 2 : 0);
		if (n > at)
			break;
		if (room[at] != '\0')
			memcpy(room + at - 2, "; ", 2);
		at -= n;
		memcpy(room + at, line, strlen(line));
	}
	return room + at;
}

/* Whoever was asked may repeat what it was asked with. */
static void hide_secrets(const struct git *g, char *errors)
{
	why_hide(errors, g->project->password);
	if (g->repository != NULL)
		why_hide(errors, g->repository->password);
	why_hide_users(errors);
}

/* git wrote too much itself, or one of those whom it started did; git-index-pack can't tell why it died, and git doesn't. */
static bool is_too_large(const struct program_end *end)
{
	static const char index_pack[] = "fatal: fetch-pack: invalid index-pack output";
	char died[32];

	snprintf(died, sizeof died, "died of signal %d", SIGXFSZ);
	return (WIFSIGNALED(end->status) && WTERMSIG(end->status) == SIGXFSZ) || strstr(end->errors, died) != NULL ||
	       strstr(end->errors, strerror(EFBIG)) != NULL || strncmp(end->errors, index_pack, strlen(index_pack)) == 0;
}

static enum status blame(const struct git *g, struct program_end *end, char why[WHY])
{
	char room[WHY - 20];
	const char *words;

	if (end->late)
		return too_late(g, why);
	if (is_too_large(end))
		return why_say(S_INVALID, why, "The project is larger than %ld MiB.", g->settings->project_max_size);
	if (strstr(end->errors, strerror(ENOSPC)) != NULL)
		return why_say(S_LATER, why, "The project's files can't be written: %s.", strerror(ENOSPC));
	if (!WIFEXITED(end->status))
		return why_say(S_LATER, why, "git was killed.");
	hide_secrets(g, end->errors);
	why_plain_lines(end->errors);
	words = words_of(end->errors, room, sizeof room);
	if (*words == '\0')
		return why_say(S_INVALID, why, "git failed: exit %d.", WEXITSTATUS(end->status));
	return why_say(S_INVALID, why, "git says: %s", words);
}

/* One whose output nobody wants, that needs no repository but ours. */
static enum status run_here(const struct git *g, const char *const *words, char why[WHY])
{
	struct program_end end;
	struct access a;
	enum status s;

	access_none(&a);
	s = run(g, &a, 0, (size_t)most_bytes(g) + tar_overhead, words, &end, why);
	if (s == S_OK) {
		s = is_good(&end) ? S_OK : blame(g, &end, why);
		program_end_done(&end);
	}
	access_done(&a);
	return s;
}

/* Only who has looked and found something wrong says so. To read each object takes its time, so there must be a reason. */
bool git_is_sound(const struct git *g, const char *why_not)
{
	bool thorough = strstr(why_not, "object") != NULL || strstr(why_not, "pack") != NULL;
	const char *const words[] = { "fsck", "--no-dangling", "--no-progress", thorough ? NULL : "--connectivity-only", NULL };
	struct program_end end;
	struct access a;
	char why[WHY];
	bool wrong = false;

	access_none(&a);
	if (run(g, &a, 0, (size_t)most_bytes(g), words, &end, why) == S_OK) {
		wrong = !end.late && WIFEXITED(end.status) && WEXITSTATUS(end.status) != 0 && WEXITSTATUS(end.status) != 126 &&
		        WEXITSTATUS(end.status) != 127;
		program_end_done(&end);
	}
	access_done(&a);
	return !wrong;
}

/* git doesn't write over what it can't read. */
enum status git_keep(const struct git *g, const char *commit, char why[WHY])
{
	const char *const words[] = { "update-ref", KEPT, commit, NULL };
	char path[STORE_PATH + 32];

	if (run_here(g, words, why) == S_OK)
		return S_OK;
	snprintf(path, sizeof path, "%s/" KEPT, g->folder);
	unlink(path);
	return run_here(g, words, why);
}

/* Where it can't be done, it is done another time. */
void git_tidy(const struct git *g, bool alone)
{
	const char *const words[] = { "gc", "--quiet", alone ? "--prune=now" : "--auto", NULL };
	char why[WHY];

	if (run_here(g, words, why) != S_OK)
		return;
}

enum status git_archive(const struct git *g, const char *commit, int out, char why[WHY])
{
	const char *const words[] = { "archive", "--format=tar", commit, NULL };
	struct program_end end;
	struct access a;
	enum status s;

	if (ftruncate(out, 0) != 0 || lseek(out, 0, SEEK_SET) != 0)
		return why_say(S_LATER, why, "The project's files can't be copied: %s.", strerror(errno));
	access_none(&a);
	s = run(g, &a, out, (size_t)most_bytes(g) + tar_overhead, words, &end, why);
	if (s == S_OK) {
		bool ours = end.late || is_too_large(&end);

		if (!is_good(&end))
			s = blame(g, &end, why);
		if (s == S_INVALID && !ours)
			s = S_ABSENT;
		program_end_done(&end);
	}
	access_done(&a);
	return s;
}

/* ---- fetching ---- */

static enum status fetch(const struct git *g, const struct access *a, const char *what, bool *ret_absent, char why[WHY])
{
	const char *const words[] = { "fetch", "--quiet", "--depth=1", "--no-tags", "--no-recurse-submodules",
		                      "--no-auto-maintenance", "--update-shallow", "--", g->repository->url, what, NULL };
	struct program_end end;
	enum status s = run(g, a, 0, (size_t)most_bytes(g), words, &end, why);

	*ret_absent = false;
	if (s != S_OK)
		return s;
	if (!is_good(&end)) {
		*ret_absent = !end.late && strstr(end.errors, "couldn't find remote ref") != NULL;
		s = blame(g, &end, why);
	}
	program_end_done(&end);
	return s;
}

/* What the last fetch brought, if a tag then what it is about. */
static enum status read_commit(const struct git *g, char ret_commit[GIT_COMMIT], char why[WHY])
{
	const char *const words[] = { "rev-parse", "--verify", "--quiet", "FETCH_HEAD^{commit}", NULL };
	struct program_end end;
	struct access a;
	enum status s;

	access_none(&a);
	s = run(g, &a, 0, 0, words, &end, why);
	access_done(&a);
	if (s != S_OK)
		return s;
	if (is_good(&end) && end.size >= GIT_COMMIT - 1 && strspn(end.out, "0123456789abcdef") == GIT_COMMIT - 1)
		snprintf(ret_commit, GIT_COMMIT, "%.*s", GIT_COMMIT - 1, end.out);
	else
		s = why_say(S_INVALID, why, "What the repository has there is no commit.");
	program_end_done(&end);
	return s;
}

/* As git-check-ref-format(1) has it, more or less: nothing that a fetch would read as more than a name. */
static bool is_branch(const char *name)
{
	size_t size = strlen(name);

	for (const char *c = name; *c != '\0'; c++)
		if ((unsigned char)*c <= ' ' || *c == 0x7f || strchr("~^:?*[\\", *c) != NULL)
			return false;
	return size < 256 && *name != '-' && *name != '/' && name[size - 1] != '/' && name[size - 1] != '.' &&
	       strstr(name, "..") == NULL && strstr(name, "@{") == NULL && strstr(name, "//") == NULL;
}

static enum status fetch_named(const struct git *g, const struct access *a, char why[WHY])
{
	static const char *const kinds[] = { "refs/heads/", "refs/tags/" };
	const char *branch = g->project->branch;
	enum status s = S_INVALID;
	bool absent = true;

	if (!is_branch(branch))
		return why_say(S_INVALID, why, "The name of the branch (repo_branch) is none.");
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0] && absent; i++) {
		char what[300];

		snprintf(what, sizeof what, "%s%s", kinds[i], branch);
		s = fetch(g, a, what, &absent, why);
	}
	return absent ? why_say(S_INVALID, why, "The repository has no branch or tag %s.", branch) : s;
}

enum status git_fetch_branch(const struct git *g, char ret_commit[GIT_COMMIT], char why[WHY])
{
	bool named = g->project->branch != NULL && *g->project->branch != '\0', absent = false;
	struct access a;
	enum status s = access_make(&a, g->settings, g->project, g->repository, why);

	if (s == S_OK)
		s = named ? fetch_named(g, &a, why) : fetch(g, &a, "HEAD", &absent, why);
	if (absent)
		why_say(s, why, "The repository has no commit, or no default branch.");
	access_done(&a);
	return s == S_OK ? read_commit(g, ret_commit, why) : s;
}

enum status git_fetch_commit(const struct git *g, const char *commit, char why[WHY])
{
	struct access a;
	enum status s = access_make(&a, g->settings, g->project, g->repository, why);
	bool absent;

	if (s == S_OK)
		s = fetch(g, &a, commit, &absent, why);
	access_done(&a);
	return s;
}
