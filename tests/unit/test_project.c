/* project.c, git.c and tarball.c with real git and real archives, from our own disk and by http. */
#include "runner/access.c"
#include "runner/git.c"

#include "house.h"
#include "project_alone.h"

#define HEAD_OF "g rev-parse HEAD >head; "

static struct project up(void)
{
	return project_at("GIT", "file://%s/up", folder);
}

static void has_playbooks(const char *wanted)
{
	char *found = json_dumps(playbooks, JSON_COMPACT);

	assert_string_equal(found, wanted);
	free(found);
}

static struct project tar(void)
{
	return project_at("TAR", "%s/a.tar.gz", folder);
}

/* ---- GIT ---- */

static void a_sync_brings_the_newest_commit_and_tells_its_playbooks(void **state)
{
	struct project p = up();

	(void)state;
	shell("git init -q up; cd up; touch site.yml b.yaml .hidden.yml x.yml.retry 'a b.yml' .yml gr\xc3\xbc\xc3\x9f.yml a+b.yml; "
	      "ln -s site.yml l.yml; mkdir d.yml roles; touch d.yml/x roles/r.yml; cd ..; commit; " HEAD_OF);
	is_synced(&p);
	assert_string_equal(revision, content("head"));
	has_playbooks("[\".hidden.yml\",\"b.yaml\",\"gr\xc3\xbc\xc3\x9f.yml\",\"l.yml\",\"site.yml\"]");
	shell("[ $(stat -c %a p/1) = 700 ] && [ ! -e p/1/git/hooks ]");
}

static void its_files_are_all_that_is_committed(void **state)
{
	struct project p = up();

	(void)state;
	shell("git init -q up; cd up; echo 1 >a.yml; echo '$Format:%H$' >f; echo 2 >secret; chmod +x f; ln -s a.yml l; mkdir d; echo 3 >d/x; "
	      "printf '* export-ignore\\nf export-subst\\n' >.gitattributes; cd ..; commit");
	is_synced(&p);
	is_opened(&p, revision);
	shell("echo 9 >up/a.yml; rm -rf up/.git; mv up was; mkdir up; echo 1 >was/a.yml; diff -r was out; [ -x out/f ]; [ -L out/l ]");
}

static void what_a_run_was_queued_with_is_still_there_after_a_sync(void **state)
{
	struct project p = up();
	char *first;

	(void)state;
	shell("git init -q up; echo 1 >up/a.yml; commit");
	is_synced(&p);
	first = revision;
	revision = NULL;
	shell("echo 2 >up/a.yml; commit; " HEAD_OF);
	is_synced(&p);
	assert_string_equal(revision, content("head"));
	assert_string_not_equal(revision, first);
	shell("mv up gone");
	is_opened(&p, first);
	assert_string_equal(content("out/a.yml"), "1");
	is_opened(&p, revision);
	assert_string_equal(content("out/a.yml"), "2");
	free(first);
}

static void a_history_that_was_rewritten_is_followed(void **state)
{
	struct project p = up();

	(void)state;
	shell("git init -q up; echo 1 >up/a.yml; commit; echo 2 >up/b.yml; commit");
	is_synced(&p);
	shell("g reset -q --hard HEAD~1; echo 3 >up/c.yml; g add -A; g commit -q --amend -m other; " HEAD_OF);
	is_synced(&p);
	assert_string_equal(revision, content("head"));
	has_playbooks("[\"a.yml\",\"c.yml\"]");
}

static void a_branch_or_tag_may_be_named(void **state)
{
	struct project p = up();

	(void)state;
	shell("git init -q up; echo 1 >up/a.yml; commit; g tag -a -m t v1; g rev-parse HEAD >tagged; echo 2 >up/b.yml; commit; "
	      "g branch feature/x; g rev-parse HEAD >branched; echo 3 >up/c.yml; commit; g branch v1; " HEAD_OF);
	p.branch = "feature/x";
	is_synced(&p);
	assert_string_equal(revision, content("branched"));
	p.branch = "v1";
	is_synced(&p);
	assert_string_equal(revision, content("head"));
	shell("g branch -q -D v1");
	is_synced(&p);
	assert_string_equal(revision, content("tagged"));
	p.branch = "";
	is_synced(&p);
	assert_string_equal(revision, content("head"));
	p.branch = "none";
	is_not_synced(&p, "The repository has no branch or tag none.");
}

static void a_name_that_is_no_branch_is_refused(void **state)
{
	static const char *const names[] = { "+a", "a:b", "-a", "a..b", "a b", "*", "a^", "/a", "a/", "a.", "@{1}", "a\nb" };
	struct project p = up();

	(void)state;
	shell("git init -q up; commit; g branch +a");
	for (size_t i = 1; i < COUNT(names); i++) {
		p.branch = names[i];
		is_not_synced(&p, "The name of the branch (repo_branch) is none.");
	}
	p.branch = names[0];
	is_synced(&p);
}

static void another_default_branch_is_followed(void **state)
{
	struct project p = up();

	(void)state;
	shell("git init -q up; echo 1 >up/a.yml; commit");
	is_synced(&p);
	shell("g checkout -q -b other; echo 2 >up/b.yml; commit; g branch -q -D main; " HEAD_OF);
	is_synced(&p);
	assert_string_equal(revision, content("head"));
}

static void what_fails_leaves_the_old_copy(void **state)
{
	struct project p = up();
	char *first, words[WHY];

	(void)state;
	shell("git init -q up; echo 1 >up/a.yml; commit");
	is_synced(&p);
	first = revision;
	revision = NULL;
	shell("ln -s /etc up/out.yml; commit");
	is_not_synced(&p, "The archive is refused: out.yml is a link that leads out of it.");
	shell("mv up gone");
	is_not_synced(&p, "The repository can't be read: No such file or directory.");
	shell("mkdir up");
	snprintf(words, sizeof words, "git says: '%s/up' does not appear to be a git repository; Could not read from remote repository.",
	         folder);
	is_not_synced(&p, words);
	shell("rm -r up; git init -q up");
	is_not_synced(&p, "The repository has no commit, or no default branch.");
	is_opened(&p, first);
	assert_string_equal(content("out/a.yml"), "1");
	free(first);
}

/* It is another runner's sync that it was told of; its own copy is older, or there is none. */
static void a_commit_that_is_not_here_is_fetched(void **state)
{
	struct project p = up();

	(void)state;
	shell("git init -q up; echo 1 >up/a.yml; commit; " HEAD_OF);
	is_opened(&p, content("head"));
	assert_string_equal(content("out/a.yml"), "1");
	shell("echo 2 >up/a.yml; commit; " HEAD_OF "echo 3 >up/a.yml; commit");
	is_opened(&p, content("head"));
	assert_string_equal(content("out/a.yml"), "2");
}

static void a_commit_that_is_gone_is_told(void **state)
{
	struct project p = up();
	char words[WHY], gone[] = "1234567812345678123456781234567812345678";

	(void)state;
	shell("git init -q up; commit");
	snprintf(words, sizeof words, "The repository has no commit %s any more.", gone);
	assert_int_equal(opens(&p, gone), S_INVALID);
	assert_string_equal(why, words);
	assert_int_equal(opens(&p, NULL), S_INVALID);
	assert_string_equal(why, "The project has not been synchronized yet.");
	assert_int_equal(opens(&p, "--output=/tmp/x"), S_INVALID);
	shell("mv up gone");
	assert_int_equal(opens(&p, gone), S_INVALID);
	assert_string_equal(why, "The repository can't be read: No such file or directory.");
}

static void a_repository_of_somebody_else_can_be_read(void **state)
{
	struct project p = up();

	(void)state;
	if (geteuid() != 0)
		skip();
	shell("git init -q up; echo 1 >up/a.yml; commit; chown -R 12345 up; touch was_run; "
	      "g config uploadpack.packObjectsHook 'rm -f was_run; true'; g config core.fsmonitor 'rm -f was_run'; " HEAD_OF);
	is_synced(&p);
	assert_string_equal(revision, content("head"));
	shell("[ -e was_run ]");
}

static void our_own_settings_of_git_are_not_heard(void **state)
{
	struct project p = up();

	(void)state;
	shell("git init -q up; echo 1 >up/a.yml; commit; mkdir home; git config -f home/.gitconfig core.sshCommand x; "
	      "git config -f home/.gitconfig protocol.allow never; git config -f home/.gitconfig url.x.insteadOf file:");
	set(&settings.runs_dir, "home");
	setenv("HOME", settings.runs_dir, 1);
	setenv("GIT_DIR", "/nowhere", 1);
	setenv("GIT_CONFIG_COUNT", "x", 1);
	is_synced(&p);
	unsetenv("GIT_DIR");
	unsetenv("GIT_CONFIG_COUNT");
}

/* ---- limits ---- */

static void a_project_that_is_too_large_is_refused(void **state)
{
	struct project p = up();

	(void)state;
	settings.project_max_size = 1;
	tar_overhead = 1 << 20;
	shell("git init -q up; echo 1 >up/a.yml; commit; " HEAD_OF);
	is_synced(&p);
	shell("head -c 3M /dev/urandom >up/big; commit");
	is_not_synced(&p, "The project is larger than 1 MiB.");
	shell("[ $(du -sm p/1 | cut -f1) -lt 2 ]; rm up/big; head -c 3M /dev/zero >up/zeros; commit");
	is_not_synced(&p, "The project is larger than 1 MiB.");
	is_opened(&p, content("head"));
}

static void what_is_dropped_does_not_come_together(void **state)
{
	struct project p = up();

	(void)state;
	settings.project_max_size = 1;
	shell("git init -q up");
	for (int i = 0; i < 9; i++) {
		shell("head -c 700K /dev/urandom >up/big; commit");
		is_synced(&p);
	}
	shell("[ $(du -sm p/1 | cut -f1) -lt 6 ]");
}

static void time_is_limited(void **state)
{
	struct project p;
	long long began = program_clock_ms();

	(void)state;
	servers[0] = start_server(&port);
	settings.sync_timeout = 1;
	p = project_at("GIT", "http://127.0.0.1:%d/hang", port);
	is_not_synced(&p, "It took longer than 1 s (sync_timeout).");
	p = project_at("TAR", "http://127.0.0.1:%d/hang", port);
	is_not_synced(&p, "The archive did not come within 1 s (sync_timeout).");
	assert_true(program_clock_ms() - began < 10000);
	shell("! pgrep -f 'git.*127.0.0.1.*han[g]'");
}

/* git-remote-http waits for a server: it is not git's pipe that tells it. */
static void what_was_started_dies_with_us(void **state)
{
	struct project p;
	pid_t pid;

	(void)state;
	servers[0] = start_server(&port);
	p = project_at("GIT", "http://127.0.0.1:%d/hang", port);
	pid = fork();
	if (pid == 0)
		_exit(syncs(&p) == S_OK);
	assert_true(eventually("pgrep -f 'remote-http .*127.0.0.1.*han[g]' >/dev/null && grep -qs hang asked"));
	kill(pid, SIGKILL);
	assert_int_equal(child_wait(pid), -SIGKILL);
	assert_true(eventually("! pgrep -f 'http://127.0.0.1:[0-9]*/han[g]' >/dev/null"));
	shell("[ -n \"$(ls s)\" ]");
	project_clean(&settings);
}

/* ---- who was killed ---- */

static void what_git_left_half_done_does_not_matter(void **state)
{
	struct project p = up();

	(void)state;
	shell("git init -q up; echo 1 >up/a.yml; commit");
	is_synced(&p);
	shell("cd p/1/git; touch shallow.lock HEAD.lock packed-refs.lock config.lock refs/moirai/head.lock objects/pack/tmp_pack_x FETCH_HEAD; "
	      "cd $F; echo 2 >up/a.yml; commit; " HEAD_OF);
	is_synced(&p);
	assert_string_equal(revision, content("head"));
	shell("[ -z \"$(find p -name '*.lock' -o -name 'tmp_*')\" ]");
}

static void a_repository_that_is_half_made_or_broken_is_made_anew(void **state)
{
	static const char *const harms[] = { "rm -r objects", "rm HEAD config", "rm -r refs", ": >HEAD", "rm -r ../git",
		                             "for f in objects/pack/*.pack; do chmod 600 $f; : >$f; done", "rm objects/pack/*.idx",
		                             "echo x >refs/moirai/head", ": >refs/moirai/head", "rm objects/pack/*", "echo x >shallow" };
	struct project p = up();

	(void)state;
	shell("git init -q up; echo 1 >up/a.yml; echo 'a.yml export-ignore' >up/.gitattributes; commit; " HEAD_OF);
	for (size_t i = 0; i < COUNT(harms); i++) {
		char command[256];

		is_synced(&p);
		assert_string_equal(revision, content("head"));
		snprintf(command, sizeof command, "cd p/1/git; %s", harms[i]);
		shell(command);
		if (i % 2 == 0)
			is_synced(&p);
		is_opened(&p, content("head"));
		assert_string_equal(content("out/a.yml"), "1");
		shell(command);
	}
	is_synced(&p);
	is_opened(&p, revision);
	assert_string_equal(content("out/a.yml"), "1");
}

static void several_processes_work_on_one_copy(void **state)
{
	struct project p = up();
	pid_t pids[6];

	(void)state;
	shell("git init -q up; echo 1 >up/a.yml; commit; " HEAD_OF);
	for (size_t i = 0; i < COUNT(pids); i++) {
		pids[i] = fork();
		if (pids[i] == 0) {
			int files;

			for (int k = 0; k < 3; k++)
				if ((i % 2 == 0 ? syncs(&p) : project_open(&settings, &p, content("head"), &files, why)) != S_OK) {
					fprintf(stderr, "%s\n", why);
					_exit(1);
				}
			_exit(0);
		}
	}
	for (size_t i = 0; i < COUNT(pids); i++)
		assert_int_equal(child_wait(pids[i]), 0);
}

/* ---- TAR ---- */

static void the_revision_of_an_archive_is_its_sum(void **state)
{
	struct project p = tar();

	(void)state;
	shell("mkdir up; echo 1 >up/a.yml; tar -C up -czf a.tar.gz .; sha256sum a.tar.gz | cut -d' ' -f1 >head");
	is_synced(&p);
	assert_string_equal(revision, content("head"));
	has_playbooks("[\"a.yml\"]");
	shell("rm a.tar.gz");
	is_opened(&p, revision);
	assert_string_equal(content("out/a.yml"), "1");
}

static void a_new_archive_takes_the_place_of_the_old_if_it_is_good(void **state)
{
	struct project p = tar();
	char *first;

	(void)state;
	shell("mkdir up; echo 1 >up/a.yml; tar -C up -czf a.tar.gz a.yml");
	is_synced(&p);
	first = revision;
	revision = NULL;
	shell("head -c -9 a.tar.gz >b; mv b a.tar.gz");
	assert_int_equal(syncs(&p), S_INVALID);
	assert_memory_equal(why, "The archive can't be read: ", 27);
	shell("echo '<html>' >a.tar.gz");
	assert_int_equal(syncs(&p), S_INVALID);
	shell("tar -P --transform 's|^|../|' -C up -cf a.tar.gz a.yml");
	is_not_synced(&p, "The archive is refused: ../a.yml is a path that leads out of it.");
	shell("head -c 11M /dev/zero >a.tar.gz");
	is_not_synced(&p, "The archive is larger than 10 MiB.");
	shell("head -c 11M /dev/zero >up/b; tar -C up -czf a.tar.gz b; rm up/b");
	is_not_synced(&p, "The project is larger than 10 MiB.");
	is_opened(&p, first);
	assert_string_equal(content("out/a.yml"), "1");
	shell("[ $(ls p/1 | wc -l) = 1 ]; echo 2 >up/b.yml; tar -C up -cJf a.tar.gz b.yml");
	is_synced(&p);
	has_playbooks("[\"b.yml\"]");
	shell("[ $(ls p/1 | wc -l) = 1 ]");
	assert_int_equal(opens(&p, first), S_INVALID);
	assert_string_equal(why, "The archive has changed since the last sync.");
	free(first);
}

static void archives_come_by_http(void **state)
{
	struct project p;

	(void)state;
	servers[0] = start_server(&port);
	shell("mkdir files; echo 1 >a.yml; tar -czf files/a.tgz a.yml; sha256sum files/a.tgz | cut -d' ' -f1 >head");
	p = project_at("TAR", "http://127.0.0.1:%d/files/a.tgz", port);
	is_synced(&p);
	assert_string_equal(revision, content("head"));
	p = project_at("TAR", "http://127.0.0.1:%d/to/%d/files/a.tgz", port, port);
	is_synced(&p);
	assert_string_equal(revision, content("head"));
	p = project_at("TAR", "http://127.0.0.1:%d/files/b.tgz", port);
	is_not_synced(&p, "The archive can't be had: the server answers 404.");
	p = project_at("TAR", "http://127.0.0.1:%d/files/a.tgz?cut", port);
	is_not_synced(&p, "The archive can't be had: Transferred a partial file.");
	p = project_at("TAR", "http://ann:hunter2@127.0.0.1:1/x");
	is_not_synced(&p, "The archive can't be had: Couldn't connect to server: Connection refused.");
}

static void an_archive_may_want_a_password(void **state)
{
	struct project p;

	(void)state;
	servers[0] = start_server(&port);
	shell("mkdir files; echo 1 >a.yml; tar -czf files/a.tgz a.yml");
	p = project_at("TAR", "http://127.0.0.1:%d/private/files/a.tgz", port);
	is_not_synced(&p, "The archive can't be had: the server answers 401.");
	p.password = "hunter2";
	is_synced(&p);
	p = project_at("TAR", "http://ann:hunter2@127.0.0.1:%d/private/files/a.tgz", port);
	is_synced(&p);
	p = project_at("TAR", "http://ann:wrong@127.0.0.1:%d/private/files/a.tgz", port);
	is_not_synced(&p, "The archive can't be had: the server answers 401.");
	p.password = "hunter2";
	is_synced(&p);
}

/* ---- MANUAL, and others ---- */

static void what_people_put_into_the_folder_is_a_manual_project(void **state)
{
	struct project p = project_at("MANUAL", "whatever");

	(void)state;
	is_synced(&p);
	assert_null(revision);
	has_playbooks("[]");
	shell("cd p/1; echo 1 >b.yml; echo 2 >a.yaml; mkdir d.yml; ln -s b.yml c.yml; mkfifo p.yml");
	is_synced(&p);
	has_playbooks("[\"a.yaml\",\"b.yml\",\"c.yml\"]");
	is_opened(&p, NULL);
	assert_string_equal(content("out/c.yml"), "1");
	shell("[ ! -e out/p.yml ]; ln -s ../../x p/1/l");
	is_not_synced(&p, "The archive is refused: l is a link that leads out of it.");
}

static void a_project_may_become_another_type(void **state)
{
	struct project git = up(), manual = { .id = 1, .type = "MANUAL", .repository = "x" };

	(void)state;
	shell("git init -q up; echo 1 >up/a.yml; commit; " HEAD_OF);
	is_synced(&manual);
	shell("echo 1 >p/1/m.yml");
	is_synced(&git);
	has_playbooks("[\"a.yml\"]");
	is_synced(&manual);
	has_playbooks("[\"m.yml\"]");
	is_opened(&git, content("head"));
	assert_string_equal(content("out/a.yml"), "1");
	is_opened(&manual, NULL);
	assert_string_equal(content("out/m.yml"), "1");
}

static void what_is_no_type_is_refused(void **state)
{
	struct project p = project_at("SVN", "http://127.0.0.1/");

	(void)state;
	is_not_synced(&p, "SVN is no type of projects.");
}

static void a_project_that_is_forgotten_is_gone(void **state)
{
	struct project p = up();

	(void)state;
	shell("git init -q up; commit");
	is_synced(&p);
	assert_true(project_forget(&settings, 1));
	shell("[ -z \"$(ls -A p)\" ]");
	assert_true(project_forget(&settings, 1));
}

static void without_git_the_reason_is_told(void **state)
{
	const char *before[] = { programs[0], programs[1] };
	struct project p = up();

	(void)state;
	shell("mkdir up");
	programs[0] = programs[1] = "/nowhere/git";
	assert_int_equal(syncs(&p), S_LATER);
	assert_string_equal(why, "git is not installed.");
	programs[0] = before[0];
	programs[1] = before[1];
}

#define T(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(a_sync_brings_the_newest_commit_and_tells_its_playbooks),
		T(its_files_are_all_that_is_committed),
		T(what_a_run_was_queued_with_is_still_there_after_a_sync),
		T(a_history_that_was_rewritten_is_followed),
		T(a_branch_or_tag_may_be_named),
		T(a_name_that_is_no_branch_is_refused),
		T(another_default_branch_is_followed),
		T(what_fails_leaves_the_old_copy),
		T(a_commit_that_is_not_here_is_fetched),
		T(a_commit_that_is_gone_is_told),
		T(a_repository_of_somebody_else_can_be_read),
		T(our_own_settings_of_git_are_not_heard),
		T(a_project_that_is_too_large_is_refused),
		T(what_is_dropped_does_not_come_together),
		T(time_is_limited),
		T(what_was_started_dies_with_us),
		T(what_git_left_half_done_does_not_matter),
		T(a_repository_that_is_half_made_or_broken_is_made_anew),
		T(several_processes_work_on_one_copy),
		T(the_revision_of_an_archive_is_its_sum),
		T(a_new_archive_takes_the_place_of_the_old_if_it_is_good),
		T(archives_come_by_http),
		T(an_archive_may_want_a_password),
		T(what_people_put_into_the_folder_is_a_manual_project),
		T(a_project_may_become_another_type),
		T(what_is_no_type_is_refused),
		T(a_project_that_is_forgotten_is_gone),
		T(without_git_the_reason_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
