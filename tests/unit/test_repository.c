/* repository.c and why.c: what a URL names, and what of it others may see. */
#include "runner/repository.c"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "house.h"
#include "runner/tree.h"

static struct settings settings;
static struct repository r;
static char folder[64], why[WHY];

static int begin(void **state)
{
	(void)state;
	settings_init(&settings);
	strcpy(folder, "/tmp/test_repository-XXXXXX");
	return mkdtemp(folder) == NULL;
}

static int end(void **state)
{
	(void)state;
	repository_done(&r);
	settings_done(&settings);
	return tree_remove(folder) ? 0 : -1;
}

static enum status reads(const char *type, const char *text)
{
	repository_done(&r);
	*why = '\0';
	return repository_read(&r, &settings, type, text, why);
}

static void is(const char *text, enum way way, const char *url, const char *user, const char *password, const char *origin)
{
	assert_int_equal(reads(way == WAY_FTP ? "TAR" : "GIT", text), S_OK);
	assert_int_equal(r.way, way);
	assert_string_equal(r.url, url);
	assert_string_equal(r.user != NULL ? r.user : "(none)", user != NULL ? user : "(none)");
	assert_string_equal(r.password != NULL ? r.password : "(none)", password != NULL ? password : "(none)");
	assert_string_equal(r.origin, origin);
}

static void is_refused(const char *type, const char *text, const char *words)
{
	assert_int_equal(reads(type, text), S_INVALID);
	assert_string_equal(why, words);
}

static void a_password_is_taken_out_of_the_url(void **state)
{
	(void)state;
	is("https://ex.us/a.git", WAY_HTTPS, "https://ex.us/a.git", NULL, NULL, "https://ex.us");
	is("HTTPS://Ex.us:8443/A.git", WAY_HTTPS, "https://Ex.us:8443/A.git", NULL, NULL, "https://ex.us:8443");
	is("http://ann@ex.us/a", WAY_HTTP, "http://ann@ex.us/a", "ann", NULL, "http://ex.us");
	is("http://ann:pw@ex.us/a@b:c", WAY_HTTP, "http://ann@ex.us/a@b:c", "ann", "pw", "http://ex.us");
	is("http://a%40b:p%3aw%2F%zz@ex.us", WAY_HTTP, "http://a%40b@ex.us", "a@b", "p:w/%zz", "http://ex.us");
	is("http://ann:p@w@ex.us/a", WAY_HTTP, "http://ann@ex.us/a", "ann", "p@w", "http://ex.us");
	is("http://:pw@ex.us/a", WAY_HTTP, "http://ex.us/a", "", "pw", "http://ex.us");
	is("http://@ex.us/a", WAY_HTTP, "http://ex.us/a", NULL, NULL, "http://ex.us");
	is("ftp://ann:pw@ex.us/a.tar", WAY_FTP, "ftp://ann@ex.us/a.tar", "ann", "pw", "ftp://ex.us");
	is("ssh://git:pw@[::1]:22/a", WAY_SSH, "ssh://git@[::1]:22/a", "git", "pw", "ssh://[::1]:22");
	is("git://ex.us/a", WAY_GIT, "git://ex.us/a", NULL, NULL, "git://ex.us");
}

static void what_ssh_writes_is_ssh(void **state)
{
	(void)state;
	is("git@ex.us:dir/rep1.git", WAY_SSH, "git@ex.us:dir/rep1.git", "git", NULL, "");
	is("ex.us:a@b", WAY_SSH, "ex.us:a@b", NULL, NULL, "");
	is("git@[::1]:a", WAY_SSH, "git@[::1]:a", "git", NULL, "");
}

static void what_runs_programs_is_refused(void **state)
{
	static const char *const texts[] = { "-oProxyCommand=x:y", "--upload-pack=x", "", "a\nb:c", "rel/ative", "dir", "~/a", "./a:b",
		                             "git@ex.us:a/http://ann:pw@ex.us" };

	(void)state;
	for (size_t i = 0; i < COUNT(texts); i++)
		is_refused("GIT", texts[i], "The repository is no URL.");
	is_refused("GIT", "ext::sh -c x", "The repository's URL must not name a helper program.");
	is_refused("GIT", "fd::1", "The repository's URL must not name a helper program.");
	is_refused("GIT", "git@-oProxyCommand=x:y", "The repository's URL names no host.");
	is_refused("GIT", "ssh://-oProxyCommand=x/y", "The repository's URL names no host.");
	is_refused("GIT", "ssh://-oProxyCommand=x@h/y", "The repository's URL has a user whose name begins with a hyphen.");
	is_refused("GIT", "http:///a", "The repository's URL names no host.");
}

static void each_type_has_its_ways(void **state)
{
	(void)state;
	is_refused("GIT", "ftp://ex.us/a", "The repository's URL must begin with https, http, ssh or git.");
	is_refused("GIT", "rsync://ex.us/a", "The repository's URL must begin with https, http, ssh or git.");
	is_refused("TAR", "ssh://ex.us/a", "The repository's URL must begin with https, http or ftp.");
	is_refused("TAR", "scp://ex.us/a", "The repository's URL must begin with https, http or ftp.");
	is_refused("TAR", "git@ex.us:a", "The repository is no URL.");
	assert_int_equal(reads("TAR", "https://ex.us/a.tar.gz?x=1#y"), S_OK);
	assert_string_equal(r.url, "https://ex.us/a.tar.gz?x=1#y");
}

static void local_ones_are_for_who_allows_them(void **state)
{
	static const char refusal[] = "Repositories on the runner's own disks are switched off (local_repositories).";

	(void)state;
	is_refused("GIT", folder, refusal);
	is_refused("GIT", "file:///tmp", refusal);
	is_refused("TAR", "/etc/passwd", refusal);
}

static void set(char **text, const char *below)
{
	free(*text);
	if (asprintf(text, "%s/%s", folder, below) < 0)
		abort();
	assert_int_equal(mkdir(*text, 0700), 0);
}

static void what_is_ours_is_no_repository(void **state)
{
	char path[128], wanted[128];

	(void)state;
	settings.local_repositories = true;
	set(&settings.projects_dir, "p");
	set(&settings.runs_dir, "r");
	set(&settings.secrets_dir, "s");
	snprintf(path, sizeof path, "%s/p/1", folder);
	assert_int_equal(mkdir(path, 0700), 0);
	is_refused("GIT", path, "The repository is one of Moirai's own folders.");
	snprintf(path, sizeof path, "%s/link", folder);
	assert_int_equal(symlink("r", path), 0);
	is_refused("GIT", path, "The repository is one of Moirai's own folders.");
	is_refused("GIT", settings.secrets_dir, "The repository is one of Moirai's own folders.");
	snprintf(path, sizeof path, "%s/p%%2f..", folder);
	is_refused("GIT", path, "The repository can't be read: No such file or directory.");
	snprintf(path, sizeof path, "file://%s/p%%2f1", folder);
	is_refused("GIT", path, "The repository is one of Moirai's own folders.");
	snprintf(wanted, sizeof wanted, "%s/pp", folder);
	assert_int_equal(mkdir(wanted, 0700), 0);
	is(wanted, WAY_LOCAL, wanted, NULL, NULL, "");
	snprintf(path, sizeof path, "file://localhost%s/p/../pp/", folder);
	is(path, WAY_LOCAL, wanted, NULL, NULL, "");
	is_refused("GIT", "file://ex.us/a", "The repository's URL must be file:///path.");
}

/* ---- why.c ---- */

static void secrets_are_hidden_and_nothing_else(void **state)
{
	char text[] = "fatal: 'https://ann:pw@ex.us/a@b' and http://tok@h and 'ssh://h/x@y' say hunter2, hunter2.";

	(void)state;
	why_hide_users(text);
	assert_string_equal(text, "fatal: 'https://***@ex.us/a@b' and http://***@h and 'ssh://h/x@y' say hunter2, hunter2.");
	why_hide(text, "hunter2");
	why_hide(text, "");
	why_hide(text, NULL);
	assert_string_equal(text, "fatal: 'https://***@ex.us/a@b' and http://***@h and 'ssh://h/x@y' say ***, ***.");
	why_hide(text, "h/");
	assert_string_equal(text, "fatal: 'https://***@ex.us/a@b' and http://***@h and 'ssh://**x@y' say ***, ***.");
}

static void a_reason_is_one_plain_line(void **state)
{
	char longer[1000];

	(void)state;
	assert_int_equal(why_say(S_LATER, why, "%s", "a\nb\x1b[0m \xc3\xbc"), S_LATER);
	assert_string_equal(why, "a b [0m \xc3\xbc");
	assert_int_equal(why_say(S_INVALID, why, "%s", "\xc3\xbc\xff"), S_INVALID);
	assert_string_equal(why, "???");
	for (size_t i = 0; i < sizeof longer - 1; i += 2)
		memcpy(longer + i, "\xc3\xbc", 2);
	longer[sizeof longer - 2] = '\0';
	assert_int_equal(why_say(S_INVALID, why, "%s", longer), S_INVALID);
	assert_int_equal(strlen(why), 398);
	assert_memory_equal(why + 396, "\xc3\xbc", 3);
}

#define T(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(a_password_is_taken_out_of_the_url),
		T(what_ssh_writes_is_ssh),
		T(what_runs_programs_is_refused),
		T(each_type_has_its_ways),
		T(local_ones_are_for_who_allows_them),
		T(what_is_ours_is_no_repository),
		T(secrets_are_hidden_and_nothing_else),
		T(a_reason_is_one_plain_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
