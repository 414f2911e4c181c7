/* hook.c with scripts in a folder of our own. */
#include "courier/hook.c"

#include "house.h"

static char folder[64];                  /* plugin_dir; what scripts write goes there, too */

static struct settings settings = { .plugin_dir = folder, .hook_timeout = 30 };

/* ---- scripts, letters ---- */

/* In plugin_dir. */
static void run_shell(const char *command)
{
	char text[1024];

	snprintf(text, sizeof text, "cd %s && { %s; }", folder, command);
	assert_int_equal(system(text), 0);
}

static const char *path_of(const char *name)
{
	static char path[512];

	snprintf(path, sizeof path, "%s/%s", folder, name);
	return path;
}

/* A script in hooks/, which finds plugin_dir in $D. */
static void hook(const char *name, const char *text)
{
	char path[512];
	FILE *f;

	snprintf(path, sizeof path, "%s/hooks/%s", folder, name);
	f = fopen(path, "w");
	assert_non_null(f);
	fprintf(f, "#!/bin/sh\nD=%s\n%s\n", folder, text);
	fclose(f);
	assert_int_equal(chmod(path, 0755), 0);
}

static const char *written(const char *name)
{
	static char text[65536];
	FILE *f = fopen(path_of(name), "r");
	size_t n;

	if (f == NULL)
		return NULL;
	n = fread(text, 1, sizeof text - 1, f);
	text[n] = '\0';
	fclose(f);
	return text;
}

static bool exists(const char *name)
{
	return access(path_of(name), F_OK) == 0;
}

static json_t *letter(const char *content)
{
	return json_pack("{s:s, s:o}", "key", "k", "content", json_loads(content, 0, NULL));
}

static struct delivery delivery_of(const char *content)
{
	struct delivery d = { .letter = letter(content) };

	assert_non_null(d.letter);
	channel_hook.deliver(&settings, &d, 1);
	return d;
}

static void delivery_done(struct delivery *d)
{
	json_decref(d->left);
	json_decref((json_t *)(uintptr_t)d->letter);
}

#define EVENT "{\"event\": {\"id\": 7, \"note\": \"\\u00fc\\n\"}}"

/* Delivers the event and looks at what became of it. */
static void expect(enum outcome wanted, const char *error)
{
	struct delivery d = delivery_of(EVENT);

	assert_string_equal(d.error, error);
	assert_int_equal(d.outcome, wanted);
	assert_int_equal(d.left != NULL, wanted != OUT_SENT);
	delivery_done(&d);
}

static bool runs(pid_t pid)
{
	char stat[512] = "", path[64];
	FILE *f;

	snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
	f = fopen(path, "r");
	if (f == NULL)
		return false;
	if (fgets(stat, sizeof stat, f) == NULL)
		stat[0] = '\0';
	fclose(f);
	return stat[0] != '\0' && strstr(stat, ") Z ") == NULL;
}

static void assert_ends(pid_t pid)
{
	for (int i = 0; i < 1000 && runs(pid); i++)
		usleep(10000);
	assert_false(runs(pid));
}

static pid_t written_pid(const char *name)
{
	for (int i = 0; i < 1000; i++) {
		const char *text = written(name);

		if (text != NULL && strchr(text, '\n') != NULL)
			return (pid_t)atoi(text);
		usleep(10000);
	}
	fail_msg("%s was not written", name);
	return 0;
}

/* ---- which are run ---- */

static void without_hooks_a_letter_is_sent(void **state)
{
	(void)state;
	expect(OUT_SENT, "");
	run_shell("rmdir hooks");
	expect(OUT_SENT, "");
}

static void only_programs_are_run(void **state)
{
	static const char *const others[] = { ".hidden", "old~", "old.bak" };

	(void)state;
	for (size_t i = 0; i < COUNT(others); i++)
		hook(others[i], "touch $D/wrong");
	hook("text", "touch $D/wrong");
	run_shell("chmod 644 hooks/text; mkdir hooks/folder");
	hook("right~.sh", "touch $D/right");
	run_shell("sed s/right/linked/ hooks/right~.sh >other; chmod 755 other; ln -s ../other hooks/link");
	expect(OUT_SENT, "");
	assert_true(exists("right"));
	assert_true(exists("linked"));
	assert_false(exists("wrong"));
}

static void only_those_that_are_left_are_run(void **state)
{
	struct delivery d;

	(void)state;
	hook("a", "touch $D/a");
	hook("b", "touch $D/b; exit 1");
	hook("c", "touch $D/c");
	d = delivery_of("{\"event\": {\"id\": 7}, \"left\": [\"b\", \"c\", \"gone\"]}");
	assert_false(exists("a"));
	assert_true(exists("c"));
	assert_int_equal(d.outcome, OUT_RETRY);
	assert_string_equal(json_string_value(json_array_get(json_object_get(d.left, "left"), 0)), "b");
	assert_int_equal(json_array_size(json_object_get(d.left, "left")), 1);
	delivery_done(&d);
	d = delivery_of("{\"event\": {\"id\": 7}, \"left\": []}");
	assert_int_equal(d.outcome, OUT_SENT);
	delivery_done(&d);
}

/* ---- what they find ---- */

static void the_event_is_a_line_of_json(void **state)
{
	(void)state;
	hook("a", "cat >$D/seen");
	hook("b", "cat >$D/seen-too");
	expect(OUT_SENT, "");
	assert_string_equal(written("seen"), "{\"id\":7,\"note\":\"\xc3\xbc\\n\"}\n");
	assert_string_equal(written("seen-too"), "{\"id\":7,\"note\":\"\xc3\xbc\\n\"}\n");
}

static void the_environment_is_ours_alone(void **state)
{
	(void)state;
	setenv("SECRET", "x", 1);
	hook("a", "tr '\\0' '\\n' </proc/$$/environ >$D/env; pwd >$D/cwd");
	expect(OUT_SENT, "");
	assert_string_equal(written("env"), "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\n"
	                                    "LANG=C.UTF-8\nMOIRAI_EVENT_ID=7\n");
	assert_string_equal(written("cwd"), "/\n");
}

static void files_and_signals_of_ours_are_not_handed_down(void **state)
{
	int fd = dup2(STDIN_FILENO, 77);
	sigset_t set, before;

	(void)state;
	assert_int_equal(fd, 77);
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, &before);
	signal(SIGPIPE, SIG_IGN);
	hook("a", "[ -e /proc/$$/fd/77 ] && exit 1\n"
	          "[ \"$(readlink /proc/$$/fd/1 /proc/$$/fd/2 | sort -u)\" = /dev/null ] || exit 2\n"
	          /* 32 and 33 are glibc's own: it lets nobody set them, and who started us may have ignored them */
	          "grep -E 'Sig(Blk|Ign)' /proc/self/status | sed 's/0000000180000000/0000000000000000/' >$D/signals\n"
	          "[ \"$(cut -d' ' -f5 /proc/$$/stat)\" = $$ ] || exit 4");
	expect(OUT_SENT, "");
	assert_string_equal(written("signals"), "SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n");
	signal(SIGPIPE, SIG_DFL);
	sigprocmask(SIG_SETMASK, &before, NULL);
	close(fd);
}

static void an_event_may_be_large_and_unread(void **state)
{
	static char content[(1 << 20) + 64];
	struct delivery d;
	size_t n = (size_t)snprintf(content, sizeof content, "{\"event\": {\"id\": 7, \"x\": \"");

	(void)state;
	memset(content + n, 'x', 1 << 20);
	memcpy(content + n + (1 << 20), "\"}}", 4);
	hook("deaf", "exec <&-; exit 0");
	hook("reader", "wc -c >$D/size");
	d = delivery_of(content);
	assert_int_equal(d.outcome, OUT_SENT);
	assert_string_equal(written("size"), "1048592\n");
	delivery_done(&d);
}

static void hooks_of_a_letter_run_at_the_same_time(void **state)
{
	(void)state;
	run_shell("mkfifo fifo");
	hook("a", "echo hello >$D/fifo");
	hook("b", "read word <$D/fifo; [ \"$word\" = hello ]");
	expect(OUT_SENT, "");
}

/* ---- how they end ---- */

static void those_that_failed_are_left(void **state)
{
	struct delivery d;
	json_t *wanted;

	(void)state;
	hook("c", "exit 3");
	hook("b", "exit 0");
	hook("a", "kill -9 $$");
	d = delivery_of(EVENT);
	wanted = json_loads("{\"event\": {\"id\": 7, \"note\": \"\\u00fc\\n\"}, \"left\": [\"a\", \"c\"]}", 0, NULL);
	assert_int_equal(d.outcome, OUT_RETRY);
	assert_string_equal(d.error, "a: killed by signal 9; c: exit 3");
	assert_true(json_equal(d.left, wanted));
	assert_null(json_object_get(json_object_get(d.letter, "content"), "left"));
	json_decref(wanted);
	delivery_done(&d);
}

static void what_can_not_be_run_has_failed(void **state)
{
	(void)state;
	hook("a", "");
	run_shell("echo hello >hooks/a");
	expect(OUT_RETRY, "a: exit 126");
}

/* valgrind can't go on when an exec fails that looked well. */
static void an_interpreter_that_is_missing_has_failed(void **state)
{
	const char *preload = getenv("LD_PRELOAD");

	(void)state;
	if (preload != NULL && strstr(preload, "vgpreload") != NULL)
		skip();
	hook("a", "");
	run_shell("echo '#!/nowhere' >hooks/a");
	expect(OUT_RETRY, "a: exit 127");
}

static void who_takes_too_long_is_killed_with_its_children(void **state)
{
	(void)state;
	settings.hook_timeout = 1;
	hook("quick", "exit 0");
	hook("slow", "trap '' TERM; sleep 300 & echo $! >$D/child; echo $$ >$D/self; wait");
	hook("bad", "exit 1");
	expect(OUT_STALLED, "bad: exit 1; slow: took longer than 1 s");
	assert_ends(written_pid("self"));
	assert_ends(written_pid("child"));
}

static void a_child_in_the_background_is_let_be(void **state)
{
	pid_t pid;

	(void)state;
	hook("a", "sleep 300 & echo $! >$D/child");
	expect(OUT_SENT, "");
	pid = written_pid("child");
	assert_int_equal(kill(pid, SIGKILL), 0);
}

static void hooks_end_when_we_are_killed(void **state)
{
	pid_t pid = fork();

	(void)state;
	if (pid == 0) {
		hook("a", "echo $$ >$D/self; exec sleep 300");
		delivery_of(EVENT);
		_exit(0);
	}
	written_pid("self");
	kill(pid, SIGKILL);
	assert_int_equal(child_wait(pid), -SIGKILL);
	assert_ends(written_pid("self"));
}

static void letters_of_a_batch_are_on_their_own(void **state)
{
	struct delivery d[3] = { { .letter = letter("{\"event\": {\"id\": 1}}") }, { .letter = letter("{}") },
		                 { .letter = letter("{\"event\": {\"id\": 3}}") } };

	(void)state;
	hook("a", "echo $MOIRAI_EVENT_ID >>$D/ids; exit $((MOIRAI_EVENT_ID - 1))");
	channel_hook.deliver(&settings, d, COUNT(d));
	assert_string_equal(written("ids"), "1\n3\n");
	assert_int_equal(d[0].outcome, OUT_SENT);
	assert_int_equal(d[1].outcome, OUT_PARK);
	assert_string_equal(d[1].error, "the letter has no event");
	assert_int_equal(d[2].outcome, OUT_RETRY);
	assert_string_equal(d[2].error, "a: exit 2");
	for (size_t i = 0; i < COUNT(d); i++)
		delivery_done(&d[i]);
}

static void a_folder_that_can_not_be_read_is_tried_again(void **state)
{
	struct delivery d;

	(void)state;
	run_shell("rmdir hooks; touch hooks");
	d = delivery_of(EVENT);
	assert_int_equal(d.outcome, OUT_RETRY);
	assert_null(d.left);
	assert_string_equal(d.error, "plugin_dir/hooks: Not a directory");
	delivery_done(&d);
}

static void a_long_error_is_utf_8_still(void **state)
{
	struct delivery d;
	json_t *text;
	char name[240] = "";

	(void)state;
	for (int i = 0; i < 70; i++)
		strcat(name, "\xe2\x82\xac");
	for (char c = 'a'; c < 'g'; c++) {
		name[210] = c;
		hook(name, "exit 1");
	}
	d = delivery_of(EVENT);
	text = json_string(d.error);
	assert_non_null(text);
	assert_int_equal(strlen(d.error), 2 * 107 + 2);
	assert_int_equal(json_array_size(json_object_get(d.left, "left")), 6);
	json_decref(text);
	delivery_done(&d);
}

/* A name that is no text could never be told to anybody. */
static void a_name_that_is_not_utf_8_is_passed_over(void **state)
{
	(void)state;
	hook("\xff", "exit 1");
	expect(OUT_SENT, "");
}

static void it_is_on_with_a_plugin_dir(void **state)
{
	struct settings none = { .plugin_dir = (char[]){ "" } };

	(void)state;
	assert_true(channel_hook.is_on(&settings));
	assert_false(channel_hook.is_on(&none));
}

static void there_is_time_for_a_whole_batch(void **state)
{
	(void)state;
	assert_true(channel_hook.lease_of(&settings) > (long)channel_hook.batch * settings.hook_timeout);
}

static int make_folder(void **state)
{
	(void)state;
	settings.hook_timeout = 30;
	strcpy(folder, "/tmp/test_hook.XXXXXX");
	if (mkdtemp(folder) == NULL)
		return -1;
	run_shell("mkdir hooks");
	return 0;
}

static int remove_folder(void **state)
{
	(void)state;
	run_shell("rm -rf $PWD");
	return 0;
}

#define T(test) cmocka_unit_test_setup_teardown(test, make_folder, remove_folder)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(without_hooks_a_letter_is_sent),
		T(only_programs_are_run),
		T(only_those_that_are_left_are_run),
		T(the_event_is_a_line_of_json),
		T(the_environment_is_ours_alone),
		T(files_and_signals_of_ours_are_not_handed_down),
		T(an_event_may_be_large_and_unread),
		T(hooks_of_a_letter_run_at_the_same_time),
		T(those_that_failed_are_left),
		T(what_can_not_be_run_has_failed),
		T(an_interpreter_that_is_missing_has_failed),
		T(who_takes_too_long_is_killed_with_its_children),
		T(a_child_in_the_background_is_let_be),
		T(hooks_end_when_we_are_killed),
		T(letters_of_a_batch_are_on_their_own),
		T(a_folder_that_can_not_be_read_is_tried_again),
		T(a_long_error_is_utf_8_still),
		T(a_name_that_is_not_utf_8_is_passed_over),
		T(it_is_on_with_a_plugin_dir),
		T(there_is_time_for_a_whole_batch),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
