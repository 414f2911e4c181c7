/* program.c: what it has for git beyond what test_ansible.c looks at. */
#include "lib/program.c"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "house.h"

static char folder[64];
static struct program_end e;

static int begin(void **state)
{
	(void)state;
	strcpy(folder, "/tmp/test_program-XXXXXX");
	return mkdtemp(folder) == NULL;
}

static int end(void **state)
{
	char command[96];

	(void)state;
	snprintf(command, sizeof command, "rm -r %s", folder);
	return system(command);
}

static struct program shell(const char *text)
{
	static char path[] = "PATH=/usr/bin:/bin", *arguments[4], *environment[] = { path, NULL };
	static int in = -1;

	if (in < 0)
		in = open("/dev/null", O_RDONLY | O_CLOEXEC);
	arguments[0] = (char *)"sh";
	arguments[1] = (char *)"-c";
	arguments[2] = (char *)text;
	return (struct program){ .path = "/bin/sh", .arguments = arguments, .environment = environment, .folder = folder, .in = in,
		                 .seconds = 20, .most = 100 };
}

static void runs(struct program p)
{
	assert_true(program_run(&p, &e));
	program_end_done(&e);
}

static bool is_there(const char *name)
{
	char path[96];

	snprintf(path, sizeof path, "%s/%s", folder, name);
	return access(path, F_OK) == 0;
}

static bool eventually(const char *name)
{
	for (int i = 0; i < 1000; i++) {
		if (is_there(name))
			return true;
		usleep(10000);
	}
	return false;
}

static void its_output_may_go_to_a_file(void **state)
{
	struct program p = shell("echo one; echo two >&2");
	struct temp_file file = temp_file_new();
	char text[64];

	(void)state;
	p.out = file.fd;
	assert_true(program_run(&p, &e));
	temp_file_read(&file, text, sizeof text);
	assert_string_equal(text, "one\n");
	assert_string_equal(e.errors, "two\n");
	assert_int_equal(e.size, 0);
	program_end_done(&e);
	temp_file_free(&file);
}

static void a_file_that_grows_too_large_ends_it(void **state)
{
	struct program p = shell("exec head -c 3000000 /dev/zero >f");

	(void)state;
	runs(p);
	assert_int_equal(WTERMSIG(e.status), SIGXFSZ);
	p.most_written = 2 << 20;
	runs(p);
	assert_int_equal(WTERMSIG(e.status), SIGXFSZ);
	p.most_written = 4 << 20;
	runs(p);
	assert_int_equal(e.status, 0);
}

static void a_family_ends_as_its_first_member_does(void **state)
{
	struct program p = shell("exit 7");

	(void)state;
	p.family = true;
	runs(p);
	assert_true(WIFEXITED(e.status));
	assert_int_equal(WEXITSTATUS(e.status), 7);
	p = shell("kill -15 $$");
	p.family = true;
	runs(p);
	assert_true(WIFSIGNALED(e.status));
	assert_int_equal(WTERMSIG(e.status), SIGTERM);
	p = shell("exec /nowhere");
	p.family = true;
	runs(p);
	assert_int_equal(WEXITSTATUS(e.status), 127);
}

static void what_a_family_leaves_behind_is_killed(void **state)
{
	struct program p = shell("(echo $$ >started; sleep 600; touch survived) & exit 0");

	(void)state;
	p.family = true;
	runs(p);
	assert_int_equal(e.status, 0);
	p = shell("sleep 600 & sleep 600");
	p.family = true;
	p.seconds = 1;
	runs(p);
	assert_true(e.late);
	assert_int_equal(WTERMSIG(e.status), SIGKILL);
}

/* The fifo is open for writing as long as one of them lives. */
static void a_family_dies_with_us(void **state)
{
	char path[96];
	pid_t pid;
	int fd;
	char c;

	(void)state;
	snprintf(path, sizeof path, "%s/fifo", folder);
	assert_int_equal(mkfifo(path, 0600), 0);
	fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	pid = fork();
	if (pid == 0) {
		struct program p = shell("exec 9>fifo; (touch started; sleep 600) & sleep 600");

		p.family = true;
		runs(p);
		_exit(0);
	}
	assert_true(eventually("started"));
	kill(pid, SIGKILL);
	assert_int_equal(child_wait(pid), -SIGKILL);
	assert_int_equal(fcntl(fd, F_SETFL, 0), 0);
	assert_int_equal(read(fd, &c, 1), 0);
	close(fd);
}

#define T(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(its_output_may_go_to_a_file),
		T(a_file_that_grows_too_large_ends_it),
		T(a_family_ends_as_its_first_member_does),
		T(what_a_family_leaves_behind_is_killed),
		T(a_family_dies_with_us),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
