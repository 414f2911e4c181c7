#include "config.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/auto.h"
#include "lib/program.h"
#include "runner/archive.h"
#include "runner/git.h"
#include "runner/pack.h"
#include "runner/playbooks.h"
#include "runner/private.h"
#include "runner/project.h"
#include "runner/repository.h"
#include "runner/store.h"
#include "runner/tarball.h"
#include "runner/tree.h"

#define MOST_TIMES 3                     /* what a repository may have, in sizes of a project, until it is cleared out */

/* One project that is worked on. */
struct work {
	const struct settings *settings;
	const struct project *project;
	const struct kind *kind;
	struct store store;
	struct repository repository;    /* read when it is needed */
	struct archive_limits limits;
	char *why;
};

struct kind {
	const char *name;
	enum status (*sync)(struct work *w, char revision[PROJECT_REVISION], json_t **ret_names);
	/* S_ABSENT: this copy hasn't got it; READ is held then, else WRITE. */
	enum status (*take)(struct work *w, const char *revision, int *ret_fd);
	enum status (*fetch)(struct work *w, const char *revision, int *ret_fd);
	size_t revision;                 /* hexadecimal digits */
};

static enum status temporary(struct work *w, int *ret_fd)
{
	*ret_fd = store_temporary(w->settings);
	if (*ret_fd >= 0)
		return S_OK;
	return why_say(S_LATER, w->why, "%.200s: the project's files can't be copied there: %s.", w->settings->projects_dir,
	               strerror(errno));
}

/* The file stays open only if all went well with it. */
static enum status hand_out(struct work *w, enum status s, int fd, int *ret_fd)
{
	if (s == S_OK && lseek(fd, 0, SEEK_SET) != 0)
		s = why_say(S_LATER, w->why, "The project's files can't be copied: %s.", strerror(errno));
	if (s == S_OK)
		*ret_fd = fd;
	else if (fd >= 0)
		close(fd);
	return s;
}

static enum status check(struct work *w, int fd, json_t **ret_names)
{
	if (lseek(fd, 0, SEEK_SET) != 0)
		return why_say(S_LATER, w->why, "The project's files can't be copied: %s.", strerror(errno));
	return archive_check(fd, &w->limits, ret_names, w->why);
}

static enum status read_repository(struct work *w)
{
	return repository_read(&w->repository, w->settings, w->kind->name, w->project->repository, w->why);
}

/* ---- GIT ---- */

static struct git git_of(const struct work *w)
{
	struct git g = { .settings = w->settings, .project = w->project, .repository = &w->repository, .deadline = w->store.deadline };

	snprintf(g.folder, sizeof g.folder, "%s/git", w->store.folder);
	return g;
}

static enum status bring_newest(struct work *w, struct git *g, char commit[PROJECT_REVISION], int fd)
{
	enum status s = git_prepare(g, w->why);

	if (s == S_OK)
		s = git_fetch_branch(g, commit, w->why);
	if (s == S_OK)
		s = git_archive(g, commit, fd, w->why);
	return s;
}

/* Not every server gives a commit that no branch ends at, so the branch is tried, too. */
static enum status bring_commit(struct work *w, struct git *g, char commit[PROJECT_REVISION], int fd)
{
	char newest[GIT_COMMIT];
	enum status s = git_prepare(g, w->why);

	if (s == S_OK)
		s = git_fetch_commit(g, commit, w->why);
	if (s == S_INVALID && program_clock_ms() < g->deadline)
		s = git_fetch_branch(g, newest, w->why);
	if (s == S_OK)
		s = git_archive(g, commit, fd, w->why);
	if (s == S_ABSENT)
		s = why_say(S_INVALID, w->why, "The repository has no commit %s any more.", commit);
	return s;
}

/* Where our repository is what's wrong, it is made anew. */
static enum status bring(struct work *w, struct git *g, char commit[PROJECT_REVISION], int fd,
                         enum status (*way)(struct work *, struct git *, char commit[PROJECT_REVISION], int fd))
{
	enum status s = way(w, g, commit, fd);
	char why[WHY];

	if (s == S_OK || git_is_sound(g, w->why) || store_lock(&w->store, STORE_ALONE, why) != S_OK)
		return s;
	tree_remove(g->folder);
	store_unlock(&w->store, STORE_ALONE);
	return way(w, g, commit, fd);
}

static void tidy(struct work *w, struct git *g)
{
	char why[WHY];
	bool alone;

	git_clear(g);
	alone = g->size / MOST_TIMES > w->limits.bytes;
	if (alone && store_lock(&w->store, STORE_ALONE, why) != S_OK)
		return;
	git_tidy(g, alone);
	if (alone)
		store_unlock(&w->store, STORE_ALONE);
}

static enum status git_sync(struct work *w, char revision[PROJECT_REVISION], json_t **ret_names)
{
	struct git g = git_of(w);
	int fd = -1;
	enum status s = read_repository(w);

	if (s == S_OK)
		s = temporary(w, &fd);
	if (s == S_OK)
		s = bring(w, &g, revision, fd, bring_newest);
	if (s == S_OK)
		s = check(w, fd, ret_names);
	if (s == S_OK)
		s = git_keep(&g, revision, w->why);
	if (fd >= 0) {
		close(fd);
		tidy(w, &g);
	}
	return s;
}

static enum status git_take(struct work *w, const char *revision, int *ret_fd)
{
	struct git g = git_of(w);
	int fd = -1;
	enum status s = temporary(w, &fd);

	if (s == S_OK)
		s = git_archive(&g, revision, fd, w->why);
	return hand_out(w, s, fd, ret_fd);
}

static enum status git_fetch(struct work *w, const char *revision, int *ret_fd)
{
	struct git g = git_of(w);
	char commit[PROJECT_REVISION];
	int fd = -1;
	enum status s = read_repository(w);

	snprintf(commit, sizeof commit, "%s", revision);
	if (s == S_OK)
		s = temporary(w, &fd);
	if (s == S_OK)
		s = bring(w, &g, commit, fd, bring_commit);
	if (fd >= 0)
		tidy(w, &g);
	return hand_out(w, s, fd, ret_fd);
}

/* ---- TAR ---- */

static enum status tar_sync(struct work *w, char revision[PROJECT_REVISION], json_t **ret_names)
{
	struct tarball t = { .fd = -1 };
	enum status s = read_repository(w);

	if (s == S_OK)
		s = tarball_fetch(&t, &w->store, w->project, &w->repository, w->why);
	if (s == S_OK)
		s = check(w, t.fd, ret_names);
	if (s == S_OK)
		s = tarball_keep(&t, &w->store, w->why);
	tarball_done(&t, &w->store);
	strcpy(revision, t.revision);
	return s;
}

static enum status tar_take(struct work *w, const char *revision, int *ret_fd)
{
	*ret_fd = tarball_open(&w->store, revision);
	return *ret_fd >= 0 ? S_OK : S_ABSENT;
}

static enum status tar_fetch(struct work *w, const char *revision, int *ret_fd)
{
	struct tarball t = { .fd = -1 };
	enum status s = read_repository(w);

	if (s == S_OK)
		s = tarball_fetch(&t, &w->store, w->project, &w->repository, w->why);
	if (s == S_OK && strcmp(t.revision, revision) != 0)
		s = why_say(S_INVALID, w->why, "The archive has changed since the last sync.");
	if (s == S_OK)
		s = tarball_keep(&t, &w->store, w->why);
	tarball_done(&t, &w->store);
	return s == S_OK ? tar_take(w, revision, ret_fd) : s;
}

/* ---- MANUAL ---- */

static enum status manual_take(struct work *w, const char *revision, int *ret_fd)
{
	int fd = -1;
	enum status s = temporary(w, &fd);

	(void)revision;
	if (s == S_OK)
		s = pack_folder(w->store.folder, fd, &w->limits, w->why);
	return hand_out(w, s, fd, ret_fd);
}

static enum status manual_sync(struct work *w, char revision[PROJECT_REVISION], json_t **ret_names)
{
	int fd = -1;
	enum status s = manual_take(w, NULL, &fd);

	*revision = '\0';
	if (s == S_OK)
		s = check(w, fd, ret_names);
	if (fd >= 0)
		close(fd);
	return s;
}

/* ---- all of them ---- */

static const struct kind kinds[] = {
	{ "GIT", git_sync, git_take, git_fetch, 40 },
	{ "TAR", tar_sync, tar_take, tar_fetch, 64 },
	{ "MANUAL", manual_sync, manual_take, manual_take, 0 },
};

static enum status begin(struct work *w, const struct settings *s, const struct project *p, char *why)
{
	long long deadline = program_clock_ms() + s->sync_timeout * 1000LL;

	*w = (struct work){ .settings = s, .project = p, .why = why, .store = { .fd = -1 },
		            .limits = { (long long)s->project_max_size << 20, PROJECT_MOST_FILES, deadline } };
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
		if (strcmp(kinds[i].name, p->type) == 0)
			w->kind = &kinds[i];
	if (w->kind == NULL)
		return why_say(S_INVALID, why, "%s is no type of projects.", p->type);
	return store_open(&w->store, s, p->id, deadline, why);
}

static enum status lock_to_write(struct work *w)
{
	enum status s = store_lock(&w->store, STORE_WRITE, w->why);

	return s == S_OK ? store_become(&w->store, w->kind->name, w->why) : s;
}

static void end(struct work *w)
{
	store_close(&w->store);
	repository_done(&w->repository);
}

enum status project_sync(const struct settings *s, const struct project *p, char **ret_revision, json_t **ret_playbooks,
                         char why[PROJECT_WHY])
{
	char revision[PROJECT_REVISION] = "";
	AUTO(json) json_t *names = NULL;
	struct work w;
	enum status status = begin(&w, s, p, why);

	project_clean(s);
	if (status == S_OK)
		status = lock_to_write(&w);
	if (status == S_OK)
		status = w.kind->sync(&w, revision, &names);
	end(&w);
	if (status != S_OK)
		return status == S_LATER || status == S_INTERNAL ? status : S_INVALID;
	*ret_revision = *revision != '\0' ? strdup(revision) : NULL;
	assert((*ret_revision != NULL) == (*revision != '\0'));
	*ret_playbooks = playbooks_among(names);
	*why = '\0';                             /* of what went well the second time */
	return S_OK;
}

/* What goes on its way to a run is written while nothing is taken away; what has to be fetched waits for its turn. */
static enum status take_or_fetch(struct work *w, const char *revision, int *ret_fd)
{
	enum status s = store_lock(&w->store, STORE_READ, w->why);

	if (s != S_OK)
		return s;
	s = store_is(&w->store, w->kind->name) ? w->kind->take(w, revision, ret_fd) : S_ABSENT;
	store_unlock(&w->store, STORE_READ);
	if (s != S_ABSENT)
		return s;
	s = lock_to_write(w);
	if (s == S_OK)
		s = w->kind->take(w, revision, ret_fd);
	return s == S_ABSENT ? w->kind->fetch(w, revision, ret_fd) : s;
}

static bool is_revision(const struct kind *kind, const char *revision)
{
	return kind->revision == 0 || (revision != NULL && strlen(revision) == kind->revision &&
	                               strspn(revision, "0123456789abcdef") == kind->revision);
}

enum status project_open(const struct settings *s, const struct project *p, const char *revision, int *ret_files,
                         char why[PROJECT_WHY])
{
	struct work w;
	enum status status = begin(&w, s, p, why);
	int fd = -1;

	if (status == S_OK && !is_revision(w.kind, revision))
		status = why_say(S_INVALID, why, "The project has not been synchronized yet.");
	if (status == S_OK)
		status = take_or_fetch(&w, revision, &fd);
	end(&w);
	*ret_files = fd;
	if (status == S_OK)
		*why = '\0';
	return status == S_OK || status == S_LATER || status == S_INTERNAL ? status : S_INVALID;
}

bool project_is_here(const struct settings *s, long long id)
{
	return store_has(s, id);
}

bool project_forget(const struct settings *s, long long id)
{
	store_clean(s);
	return store_forget(s, id);
}

void project_clean(const struct settings *s)
{
	store_clean(s);
	private_clean(s);
}
