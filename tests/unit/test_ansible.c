/* ansible.c and program.c with scripts for ansible-inventory, in folders of our own; and the real one, where there is one. */
#include "lib/ansible.c"

#include <signal.h>

#include "house.h"

static char programs[64], rooms[64];     /* where the script is, and where private folders are made */
static char why[ANSIBLE_WHY];
static json_t *inventory;

/* ---- the script ---- */

/* Its $D is where the script is. */
static void run_shell(const char *command)
{
	char text[256];

	snprintf(text, sizeof text, "D=%s; %s", programs, command);
	assert_int_equal(system(text), 0);
}

static int begin(void **state)
{
	(void)state;
	strcpy(programs, "/tmp/test_ansible-XXXXXX");
	strcpy(rooms, "/tmp/test_rooms-XXXXXX");
	if (mkdtemp(programs) == NULL || mkdtemp(rooms) == NULL)
		return -1;
	program_folders[0] = program_folders[1] = programs;
	temporary = rooms;
	*why = '\0';
	return 0;
}

/* Nothing is left: no folder, no process. */
static int end(void **state)
{
	(void)state;
	json_decref(inventory);
	inventory = NULL;
	assert_int_equal(rmdir(rooms), 0);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	run_shell("rm -r $D");
	return 0;
}

/* It finds $D, a folder that stays. */
static void script(const char *text)
{
	char path[128];
	FILE *f;

	snprintf(path, sizeof path, "%s/ansible-inventory", programs);
	f = fopen(path, "w");
	assert_non_null(f);
	fprintf(f, "#!/bin/sh\nD=%s\n%s\n", programs, text);
	fclose(f);
	assert_int_equal(chmod(path, 0755), 0);
}

static const char *written(const char *name)
{
	static char text[4096];
	char path[128];
	size_t n = 0;
	FILE *f;

	snprintf(path, sizeof path, "%s/%s", programs, name);
	f = fopen(path, "r");
	if (f != NULL) {
		n = fread(text, 1, sizeof text - 1, f);
		fclose(f);
	}
	text[n] = '\0';
	return text;
}

static enum status reads_for(const char *text, bool yaml, int seconds)
{
	json_decref(inventory);
	inventory = NULL;
	return ansible_inventory(text, strlen(text), yaml, seconds, &inventory, why);
}

static enum status reads(const char *text)
{
	return reads_for(text, false, 20);
}

static void is_refused(enum status wanted, const char *words)
{
	enum status s = reads("text");

	assert_string_equal(why, words);
	assert_int_equal(s, wanted);
}

#define EMPTY "{\"_meta\": {\"hostvars\": {}}}"

/* ---- what it finds ---- */

static void the_text_is_its_standard_input(void **state)
{
	(void)state;
	script("cat /dev/stdin >$D/seen; cat /dev/stdin >>$D/seen; echo \"$*\" >$D/arguments; echo '" EMPTY "'");
	assert_int_equal(reads("[a]\nb x=\xc3\xbc\n"), S_OK);
	assert_string_equal(written("seen"), "[a]\nb x=\xc3\xbc\n[a]\nb x=\xc3\xbc\n");
	assert_string_equal(written("arguments"), "-i /dev/stdin --list --export\n");
	assert_int_equal(reads(""), S_OK);
	assert_string_equal(written("seen"), "");
}

static void only_the_parser_of_its_kind_is_on(void **state)
{
	(void)state;
	script("echo $ANSIBLE_INVENTORY_ENABLED >$D/seen; echo '" EMPTY "'");
	assert_int_equal(reads_for("", false, 20), S_OK);
	assert_string_equal(written("seen"), "ini\n");
	assert_int_equal(reads_for("", true, 20), S_OK);
	assert_string_equal(written("seen"), "yaml\n");
}

static void the_environment_is_ours_alone(void **state)
{
	(void)state;
	setenv("ANSIBLE_STDOUT_CALLBACK", "x", 1);
	setenv("PYTHONPATH", "x", 1);
	script("tr '\\0' '\\n' </proc/$$/environ | cut -d= -f1 | sort | tr '\\n' ' ' >$D/seen; echo '" EMPTY "'");
	assert_int_equal(reads(""), S_OK);
	assert_string_equal(written("seen"),
	                    "ANSIBLE_CONFIG ANSIBLE_DEPRECATION_WARNINGS ANSIBLE_HOME ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED "
	                    "ANSIBLE_INVENTORY_ENABLED ANSIBLE_INVENTORY_UNPARSED_FAILED ANSIBLE_LOCALHOST_WARNING "
	                    "ANSIBLE_LOCAL_TEMP ANSIBLE_NOCOLOR ANSIBLE_TRANSFORM_INVALID_GROUP_CHARS ANSIBLE_VARS_ENABLED "
	                    "ANSIBLE_VARS_PLUGINS HOME LANG PATH PYTHONDONTWRITEBYTECODE PYTHONNOUSERSITE TMPDIR ");
}

static void its_folder_is_private_and_removed_with_all_in_it(void **state)
{
	(void)state;
	script("stat -c %a . >$D/seen; [ \"$(pwd)\" = \"$HOME\" ] && [ -f \"$ANSIBLE_CONFIG\" ] && [ ! -s \"$ANSIBLE_CONFIG\" ] && "
	       "mkdir -p a/b && echo x >a/b/c && ln -s / a/root && echo '" EMPTY "'");
	assert_int_equal(reads(""), S_OK);
	assert_string_equal(written("seen"), "700\n");
}

static void files_and_signals_of_ours_are_not_handed_down(void **state)
{
	int fd = dup2(STDIN_FILENO, 77);
	sigset_t set, before;

	(void)state;
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, &before);
	signal(SIGPIPE, SIG_IGN);
	script("[ -e /proc/$$/fd/77 ] && exit 1\n"
	       "grep -E 'Sig(Blk|Ign)' /proc/self/status | sed 's/0000000180000000/0000000000000000/' >$D/seen\n"
	       "echo '" EMPTY "'");
	assert_int_equal(reads(""), S_OK);
	assert_string_equal(written("seen"), "SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n");
	signal(SIGPIPE, SIG_DFL);
	sigprocmask(SIG_SETMASK, &before, NULL);
	close(fd);
}

static void it_has_limits_and_stands_back(void **state)
{
	(void)state;
	script("ulimit -v >$D/seen; ulimit -t >>$D/seen; ulimit -f >>$D/seen; ulimit -c >>$D/seen\n"
	       "cat /proc/$$/oom_score_adj >>$D/seen; cut -d' ' -f19 /proc/$$/stat >>$D/seen\n"
	       "[ \"$(cut -d' ' -f6 /proc/$$/stat)\" = $$ ] && echo '" EMPTY "'");
	assert_int_equal(reads(""), S_OK);
	assert_string_equal(written("seen"), "524288\n21\n2048\n0\n1000\n10\n");
}

/* ---- how it may end ---- */

static void what_it_says_is_taken_as_it_is(void **state)
{
	AUTO(text) char *text = NULL;

	(void)state;
	script("echo '{\"_meta\": {\"hostvars\": {\"h\": {\"a\": 1.5}}}, \"g\": {\"hosts\": [\"h\"]}}'");
	assert_int_equal(reads(""), S_OK);
	text = json_dumps(inventory, JSON_COMPACT | JSON_SORT_KEYS);
	assert_string_equal(text, "{\"_meta\":{\"hostvars\":{\"h\":{\"a\":1.5}}},\"g\":{\"hosts\":[\"h\"]}}");
}

static void without_it_nothing_is_read(void **state)
{
	(void)state;
	is_refused(S_LATER, "ansible-inventory is not installed.");
}

static void one_that_hangs_is_killed_with_all_it_started(void **state)
{
	(void)state;
	script("sleep 1000 & echo $! >$D/pid; wait");
	assert_int_equal(reads_for("", false, 1), S_SLOW_GATEWAY);
	assert_string_equal(why, "Ansible did not read the text within 1 s: bring it along in parts.");
	for (int i = 0; i < 1000 && kill(atoi(written("pid")), 0) == 0; i++)
		usleep(10000);
	assert_int_equal(kill(atoi(written("pid")), 0), -1);
}

static void one_that_closes_its_output_and_hangs_is_killed(void **state)
{
	(void)state;
	script("exec >&- 2>&-; sleep 1000");
	assert_int_equal(reads_for("", false, 1), S_SLOW_GATEWAY);
}

static void what_it_leaves_behind_holds_nobody_up(void **state)
{
	(void)state;
	script("sleep 1000 & echo '" EMPTY "'");
	assert_int_equal(reads(""), S_OK);
	script("setsid sleep 3 & echo '" EMPTY "'");
	assert_int_equal(reads_for("", false, 2), S_OK);
}

static void one_that_writes_without_end_is_killed(void **state)
{
	(void)state;
	script("exec cat /dev/zero");
	is_refused(S_INVALID, "The inventory is too large.");
}

static void of_its_errors_the_last_count(void **state)
{
	(void)state;
	script("head -c 10000000 /dev/zero | tr '\\0' x >&2; echo ' ERROR! No closing quotation' >&2; exit 1");
	is_refused(S_INVALID, "Ansible can't read the text: No closing quotation.");
	script("head -c 10000000 /dev/zero | tr '\\0' x >&2; echo '" EMPTY "'");
	assert_int_equal(reads(""), S_OK);
}

static void of_long_errors_the_beginning_counts_too(void **state)
{
	(void)state;
	script("printf '[WARNING]:  * Failed to parse /dev/stdin with ini plugin: /dev/stdin:2: ' >&2;"
	       "head -c 10000000 /dev/zero | tr '\\0' x >&2; echo ' No closing quotation' >&2; exit 1");
	is_refused(S_INVALID, "Ansible can't read the text, line 2: No closing quotation.");
}

static void of_errors_nothing_stays(void **state)
{
	char shell[] = "/bin/sh", option[] = "-c",
	     command[] = "head -c 40000 /dev/zero | tr '\\0' a >&2; head -c 25535 /dev/zero | tr '\\0' s >&2; printf END >&2";
	char *arguments[] = { shell, option, command, NULL };
	const struct program p = { .path = shell, .arguments = arguments, .environment = arguments + 3, .folder = "/", .in = 0,
	                           .seconds = 20, .memory = (size_t)1 << 30, .most = 1000 };
	static struct program_end e;

	(void)state;
	assert_true(program_run(&p, &e));
	assert_int_equal(e.status, 0);
	assert_int_equal(strlen(e.errors), e.n_errors);
	assert_string_equal(e.errors + e.n_errors - 4, "sEND");
	program_end_done(&e);
	for (size_t i = 0; i < sizeof e.errors; i++)
		assert_int_equal(e.errors[i], 0);
}

static void one_that_does_not_work_is_not_the_texts_fault(void **state)
{
	(void)state;
	script("echo 'ModuleNotFoundError: No module named ansible' >&2; exit 1");
	is_refused(S_GATEWAY, "ansible-inventory does not work: exit 1.");
	script("kill -9 $$");
	is_refused(S_LATER, "ansible-inventory was killed.");
	script("exit 0");
	is_refused(S_INVALID, "The inventory holds what is no JSON, such as NaN.");
	script("echo '{\"a\": 1}'");
	is_refused(S_GATEWAY, "ansible-inventory's answer makes no sense.");
	script("echo '[]'");
	is_refused(S_GATEWAY, "ansible-inventory's answer makes no sense.");
}

static void without_room_it_does_not_start(void **state)
{
	(void)state;
	script("echo '" EMPTY "'");
	temporary = "/nowhere";
	is_refused(S_LATER, "ansible-inventory can't be started just now.");
}

/* ---- what can't be taken ---- */

static void values_that_are_no_json_are_refused(void **state)
{
	static const struct { const char *value, *words; } cases[] = {
		{ "NaN", "The inventory holds what is no JSON, such as NaN." },
		{ "Infinity", "The inventory holds what is no JSON, such as NaN." },
		{ "123456789012345678901234567890", "The inventory holds a number that is too large." },
		{ "\"\\u0000\"", "The inventory holds the character NUL." },
	};
	char text[256];

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		snprintf(text, sizeof text, "cat <<'E'\n{\"_meta\": {\"hostvars\": {\"h\": {\"a\": %s}}}}\nE", cases[i].value);
		script(text);
		is_refused(S_INVALID, cases[i].words);
	}
}

static void more_values_than_there_is_memory_for_are_refused(void **state)
{
	(void)state;
	script("echo '{\"a\": ['; head -c 2000000 /dev/zero | tr '\\0' ,; echo ']}'");
	is_refused(S_INVALID, "The inventory holds too many values.");
}

static void nesting_without_end_is_refused(void **state)
{
	(void)state;
	script("head -c 100000 /dev/zero | tr '\\0' '['");
	is_refused(S_INVALID, "The inventory is nested too deep.");
}

static void a_group_that_ansible_would_lose_is_refused(void **state)
{
	(void)state;
	script("echo '{\"_meta\": {\"hostvars\": {}}, \"all\": {\"children\": [\"a\", \"_meta\"]}}'");
	is_refused(S_INVALID, "No group may have the name _meta.");
}

/* ---- its complaints ---- */

static void complains(const char *errors, const char *words)
{
	char text[2048];

	snprintf(text, sizeof text, "cat >&2 <<'E'\n%s\nE\nexit 1", errors);
	script(text);
	is_refused(S_INVALID, words);
}

#define FAILED "[WARNING]:  * Failed to parse /dev/stdin with ini plugin: "
#define COMPLETELY "\nERROR! Completely failed to parse inventory source /dev/stdin"
#define YAML "[WARNING]:  * Failed to parse /dev/stdin with yaml plugin: We were unable to\nread either as JSON nor YAML, " \
	"these are the errors we got from each: JSON:\nExpecting value: line 1 column 1 (char 0)  Syntax Error while loading YAML.\n"
#define APPEARS "  The error appears to be in '/dev/stdin': line\n4, column 4, but may be elsewhere  The offending line " \
	"appears to be:      a: {x: geheim\n^ here"

static void its_own_words_are_passed_on_with_the_line(void **state)
{
	(void)state;
	complains(FAILED "/dev/stdin:12: Error\nparsing host definition 'h a=\"geheim': No closing quotation" COMPLETELY,
	          "Ansible can't read the text, line 12: No closing quotation.");
	complains(FAILED "/dev/stdin:3: Expected key=value host variable assignment, got: geheim" COMPLETELY,
	          "Ansible can't read the text, line 3: Expected key=value host variable assignment.");
	complains(FAILED "/dev/stdin:2:\nSection [a:children] includes undefined group: b" COMPLETELY,
	          "Ansible can't read the text, line 2: The children include an undefined group.");
	complains(YAML "did not find expected ',' or '}'" APPEARS COMPLETELY,
	          "Ansible can't read the text, line 4: did not find expected ',' or '}'.");
	complains(YAML "mapping values are not allowed in this context" APPEARS COMPLETELY,
	          "Ansible can't read the text, line 4: mapping values are not allowed in this context.");
}

static void nothing_of_the_text_is_passed_on(void **state)
{
	(void)state;
	complains(FAILED "/dev/stdin:3: Something new: geheim" COMPLETELY, "Ansible can't read the text, line 3.");
	complains(FAILED "geheim" COMPLETELY, "Ansible can't read the text.");
	complains(YAML "could not determine a constructor for the tag '!geheim'" APPEARS COMPLETELY,
	          "Ansible can't read the text, line 4: could not determine a constructor for the tag.");
	complains(YAML "found \"geheim\" where none is" APPEARS COMPLETELY, "Ansible can't read the text, line 4: found.");
	complains(YAML "geheim without an end" COMPLETELY, "Ansible can't read the text.");
	complains("ERROR! geheim", "Ansible can't read the text.");
}

static void no_words_are_too_little_memory(void **state)
{
	(void)state;
	complains(FAILED COMPLETELY, "Ansible can't read the text: It takes too much memory.");
	complains("ERROR! Unexpected Exception, this is probably a bug: \nto see the full traceback, use -vvv",
	          "Ansible can't read the text: It takes too much memory.");
	complains("ERROR! Unexpected Exception, this is probably a bug: \nTraceback (most recent call last):\nMemoryError",
	          "Ansible can't read the text: It takes too much memory.");
	complains("Traceback (most recent call last):\nMemoryError", "Ansible can't read the text: It takes too much memory.");
}

static void what_it_could_not_read_is_no_success_though_it_says_so(void **state)
{
	(void)state;
	script("echo '" FAILED "/dev/stdin:1: No closing quotation' >&2; echo '" EMPTY "'");
	is_refused(S_INVALID, "Ansible can't read the text, line 1: No closing quotation.");
	script("echo '[WARNING]: Skipping ERROR! as this is not a valid group definition' >&2; echo '" EMPTY "'");
	assert_int_equal(reads(""), S_OK);
}

/* ---- the real one ---- */

static void needs_ansible(void)
{
	program_folders[0] = "/usr/bin";
	program_folders[1] = "/usr/local/bin";
	if (access("/usr/bin/ansible-inventory", X_OK) < 0 && access("/usr/local/bin/ansible-inventory", X_OK) < 0)
		skip();
}

static void makes(bool yaml, const char *text, const char *wanted)
{
	AUTO(text) char *made = NULL;
	enum status s = reads_for(text, yaml, 50);

	assert_string_equal(why, "");
	assert_int_equal(s, S_OK);
	made = json_dumps(inventory, JSON_COMPACT | JSON_SORT_KEYS);
	assert_string_equal(made, wanted);
}

static void fails(bool yaml, const char *text, const char *words)
{
	enum status s = reads_for(text, yaml, 50);

	assert_string_equal(why, words);
	assert_int_equal(s, S_INVALID);
}

static void ansible_reads_ini(void **state)
{
	(void)state;
	needs_ansible();
	makes(false, "x ansible_password=geheim\n[web-1]\nweb[01:03].ex n=\"J\xc3\xbcrgen\"\n[db:children]\nweb-1\n[all:vars]\n"
	      "k={'a': [1, 2]}\nj={{ lookup('pipe', 'id') }}\n",
	      "{\"_meta\":{\"hostvars\":{\"web01.ex\":{\"n\":\"J\xc3\xbcrgen\"},\"web02.ex\":{\"n\":\"J\xc3\xbcrgen\"},"
	      "\"web03.ex\":{\"n\":\"J\xc3\xbcrgen\"},\"x\":{\"ansible_password\":\"geheim\"}}},"
	      "\"all\":{\"children\":[\"ungrouped\",\"db\"],\"vars\":{\"j\":\"{{ lookup('pipe', 'id') }}\",\"k\":{\"a\":[1,2]}}},"
	      "\"db\":{\"children\":[\"web-1\"]},\"ungrouped\":{\"hosts\":[\"x\"]},"
	      "\"web-1\":{\"hosts\":[\"web01.ex\",\"web02.ex\",\"web03.ex\"]}}");
	makes(false, "", "{\"_meta\":{\"hostvars\":{}},\"all\":{\"children\":[\"ungrouped\"]}}");
	makes(false, "[../../a]\nh\n", "{\"../../a\":{\"hosts\":[\"h\"]},\"_meta\":{\"hostvars\":{}},"
	      "\"all\":{\"children\":[\"ungrouped\",\"../../a\"]}}");
}

static void ansible_reads_yaml(void **state)
{
	(void)state;
	needs_ansible();
	makes(true, "all:\n  vars: {u: !unsafe '{{ x }}', n: null, r: 1.5}\n  hosts: {h: {a: [1, {b: true}]}}\n"
	      "  children:\n    g:\n      hosts:\n        'w[1:2]':\n",
	      "{\"_meta\":{\"hostvars\":{\"h\":{\"a\":[1,{\"b\":true}]}}},\"all\":{\"children\":[\"ungrouped\",\"g\"],"
	      "\"vars\":{\"n\":null,\"r\":1.5,\"u\":{\"__ansible_unsafe\":\"{{ x }}\"}}},"
	      "\"g\":{\"hosts\":[\"w1\",\"w2\"]},\"ungrouped\":{\"hosts\":[\"h\"]}}");
}

static void ansible_says_why_not(void **state)
{
	static char long_line[100001];

	(void)state;
	needs_ansible();
	memset(long_line, 'x', sizeof long_line - 1);
	memcpy(long_line, "h\nh a=\"", 7);
	fails(false, long_line, "Ansible can't read the text, line 2: No closing quotation.");
	fails(false, "h\nh a=\"geheim\n", "Ansible can't read the text, line 2: No closing quotation.");
	fails(false, "h geheim\n", "Ansible can't read the text, line 1: Expected key=value host variable assignment.");
	fails(false, "[a:vars]\ngeheim\n", "Ansible can't read the text, line 2: Expected key=value.");
	fails(false, "[a:children]\nb\n", "Ansible can't read the text, line 2: The children include an undefined group.");
	fails(false, "[a:vars]\nx=1\n", "Ansible can't read the text, line 1: The variables are those of an undefined group.");
	fails(false, "[a:children]\nb\n[b:children]\na\n", "Ansible can't read the text: A group is its own descendant.");
	fails(false, "h[1:003]\nh[01:003]\n",
	      "Ansible can't read the text: host range must specify equal-length begin and end formats.");
	fails(false, "[a b]\n", "Ansible can't read the text, line 1: The section's name may have no spaces.");
	fails(false, "[a:b]\n", "Ansible can't read the text, line 1: The section has an unknown type: it may be hosts, children "
	      "or vars.");
	fails(false, "h[1:\n", "Ansible can't read the text: A host has [ or ] alone.");
	fails(false, "---\nall:\n", "Ansible can't read the text: --- is normally a sign that this is YAML.");
	fails(true, "", "Ansible can't read the text: The text is empty.");
	fails(true, "[1]", "Ansible can't read the text: It should be a dictionary of groups.");
	fails(true, "all:\n  hosts:\n    a: {x: geheim\n  b: geheim: 2\n",
	      "Ansible can't read the text, line 4: did not find expected ',' or '}'.");
	fails(true, "all: {vars: {a: *geheim}}", "Ansible can't read the text, line 1: found undefined alias.");
	fails(false, "[_meta]\nh\n", "No group may have the name _meta.");
	fails(true, "all: {hosts: {h: {a: .nan}}}", "The inventory holds what is no JSON, such as NaN.");
}

static void ansible_runs_nothing_that_the_text_says(void **state)
{
	(void)state;
	needs_ansible();
	fails(true, "plugin: ansible.builtin.constructed\ncompose: {a: 'lookup(\"pipe\", \"touch /tmp/x\")'}\n",
	      "Ansible can't read the text: Plugin configuration YAML file, not YAML inventory.");
	fails(true, "all: !!python/object/apply:os.system ['true']\n",
	      "Ansible can't read the text, line 1: could not determine a constructor for the tag.");
	fails(false, "#!/bin/sh\necho '{}'\n",
	      "Ansible can't read the text, line 2: Expected key=value host variable assignment.");
	fails(false, "$ANSIBLE_VAULT;1.1;AES256\n3031\n", "Ansible can't read the text: It is encrypted by ansible-vault.");
	fails(true, "all: {vars: {a: &a {b: *a}}}", "Ansible can't read the text: It is nested too deep, or holds itself.");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(the_text_is_its_standard_input, begin, end),
		cmocka_unit_test_setup_teardown(only_the_parser_of_its_kind_is_on, begin, end),
		cmocka_unit_test_setup_teardown(the_environment_is_ours_alone, begin, end),
		cmocka_unit_test_setup_teardown(its_folder_is_private_and_removed_with_all_in_it, begin, end),
		cmocka_unit_test_setup_teardown(files_and_signals_of_ours_are_not_handed_down, begin, end),
		cmocka_unit_test_setup_teardown(it_has_limits_and_stands_back, begin, end),
		cmocka_unit_test_setup_teardown(what_it_says_is_taken_as_it_is, begin, end),
		cmocka_unit_test_setup_teardown(without_it_nothing_is_read, begin, end),
		cmocka_unit_test_setup_teardown(one_that_hangs_is_killed_with_all_it_started, begin, end),
		cmocka_unit_test_setup_teardown(one_that_closes_its_output_and_hangs_is_killed, begin, end),
		cmocka_unit_test_setup_teardown(what_it_leaves_behind_holds_nobody_up, begin, end),
		cmocka_unit_test_setup_teardown(one_that_writes_without_end_is_killed, begin, end),
		cmocka_unit_test_setup_teardown(of_its_errors_the_last_count, begin, end),
		cmocka_unit_test_setup_teardown(of_long_errors_the_beginning_counts_too, begin, end),
		cmocka_unit_test_setup_teardown(of_errors_nothing_stays, begin, end),
		cmocka_unit_test_setup_teardown(one_that_does_not_work_is_not_the_texts_fault, begin, end),
		cmocka_unit_test_setup_teardown(without_room_it_does_not_start, begin, end),
		cmocka_unit_test_setup_teardown(values_that_are_no_json_are_refused, begin, end),
		cmocka_unit_test_setup_teardown(more_values_than_there_is_memory_for_are_refused, begin, end),
		cmocka_unit_test_setup_teardown(nesting_without_end_is_refused, begin, end),
		cmocka_unit_test_setup_teardown(a_group_that_ansible_would_lose_is_refused, begin, end),
		cmocka_unit_test_setup_teardown(its_own_words_are_passed_on_with_the_line, begin, end),
		cmocka_unit_test_setup_teardown(nothing_of_the_text_is_passed_on, begin, end),
		cmocka_unit_test_setup_teardown(no_words_are_too_little_memory, begin, end),
		cmocka_unit_test_setup_teardown(what_it_could_not_read_is_no_success_though_it_says_so, begin, end),
		cmocka_unit_test_setup_teardown(ansible_reads_ini, begin, end),
		cmocka_unit_test_setup_teardown(ansible_reads_yaml, begin, end),
		cmocka_unit_test_setup_teardown(ansible_says_why_not, begin, end),
		cmocka_unit_test_setup_teardown(ansible_runs_nothing_that_the_text_says, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
