#include "config.h"

#undef SYSCONFDIR
#define SYSCONFDIR "/nowhere"
#include "lib/service.c"

#include <fcntl.h>

#include "house.h"

static int run(struct service *service)
{
	printf("ran in %s with %ld\n", service->settings.domain, service->settings.num_processes);
	return 7;
}

static const struct service_kind kind = { .name = "moirai-test", .summary = "Serves the tests.", .run = run };

struct command_line {
	int argc;
	char *argv[10];
};

static void serve(void *context)
{
	struct command_line *line = context;

	exit(service_main(line->argc, line->argv, &kind));
}

#define RUN(...) in_child(serve, &(struct command_line){ \
	sizeof((const char *[]){ "moirai-test", __VA_ARGS__ }) / sizeof(char *), { (char[]){ "moirai-test" }, __VA_ARGS__ } })

static struct temp_file first, second;
static char dash_c[] = "-c", dash_t[] = "-t", print[] = "--print-settings", help[] = "-h", version[] = "-V",
            unknown[] = "-x", word[] = "word", missing[] = "/nowhere/settings.yaml";

static void write_text(const struct temp_file *file, const char *text)
{
	temp_file_write(file, text, strlen(text));
}

static int begin(void **state)
{
	(void)state;
	first = temp_file_new();
	second = temp_file_new();
	write_text(&first, "domain: one.example\nnum_processes: 3\n");
	write_text(&second, "domain: two.example\n");
	return 0;
}

static int end(void **state)
{
	(void)state;
	temp_file_free(&first);
	temp_file_free(&second);
	return 0;
}

static void without_options_it_runs_on_the_defaults(void **state)
{
	struct command_line bare = { 1, { word } };
	struct ended o = in_child(serve, &bare);

	(void)state;
	assert_int_equal(o.status, 7);
	assert_string_equal(o.out, "ran in localhost with 8\n");
	assert_string_equal(o.err, "");
}

static void later_files_go_over_earlier_ones(void **state)
{
	struct ended o = RUN(dash_c, first.path, dash_c, second.path);

	(void)state;
	assert_int_equal(o.status, 7);
	assert_string_equal(o.out, "ran in two.example with 3\n");
}

static void bad_usage_exits_with_100_and_says_how(void **state)
{
	struct ended o = RUN(unknown);

	(void)state;
	assert_int_equal(o.status, 100);
	assert_non_null(strstr(o.err, "usage: moirai-test [-c FILE]"));
	assert_string_equal(o.out, "");
	assert_int_equal(RUN(word).status, 100);
	assert_int_equal(RUN(dash_c).status, 100);
}

static void help_and_version_exit_with_0(void **state)
{
	struct ended o = RUN(help);

	(void)state;
	assert_int_equal(o.status, 0);
	assert_non_null(strstr(o.out, "Serves the tests."));
	o = RUN(version);
	assert_int_equal(o.status, 0);
	assert_string_equal(o.out, "moirai-test " PACKAGE_VERSION "\n");
}

static void bad_settings_exit_with_111_and_say_why(void **state)
{
	struct ended o;

	(void)state;
	write_text(&second, "domain: two.example\nspindle: 1\n");
	o = RUN(dash_c, first.path, dash_c, second.path);
	assert_int_equal(o.status, 111);
	assert_non_null(strstr(o.err, second.path));
	assert_non_null(strstr(o.err, ":2: unknown setting: spindle\n"));
	assert_string_equal(o.out, "");
	o = RUN(dash_c, missing);
	assert_int_equal(o.status, 111);
	assert_non_null(strstr(o.err, "/nowhere/settings.yaml: No such file or directory\n"));
}

static void checking_settings_does_not_run(void **state)
{
	struct ended o = RUN(dash_t, dash_c, first.path);

	(void)state;
	assert_int_equal(o.status, 0);
	assert_string_equal(o.out, "");
	write_text(&first, "num_processes: 0\n");
	assert_int_equal(RUN(dash_t, dash_c, first.path).status, 111);
}

static void what_is_printed_loads_again_and_prints_the_same(void **state)
{
	struct ended before, after;

	(void)state;
	write_text(&first, "domain: 'a\"b\\c'\nbacklog: 5\ncount_events: no\n");
	before = RUN(print, dash_c, first.path);
	assert_int_equal(before.status, 0);
	assert_non_null(strstr(before.out, "\nbacklog: 5\n"));
	assert_non_null(strstr(before.out, "\ncount_events: false\n"));
	write_text(&second, before.out);
	after = RUN(print, dash_c, second.path);
	assert_int_equal(after.status, 0);
	assert_string_equal(after.out, before.out);
}

static void what_works_elsewhere_is_told_at_the_start(void **state)
{
	struct ended o;

	(void)state;
	write_text(&first, "port: 80\n");
	o = RUN(dash_c, first.path);
	assert_int_equal(o.status, 7);
	assert_non_null(strstr(o.err, "setting port is nginx's business"));
	assert_string_equal(RUN(dash_t, dash_c, first.path).err, "");
}

/* Loads the first file, then lets it say something else and reloads. */
static void reload(void *text)
{
	char *files[] = { first.path, NULL };
	struct service service = { .kind = &kind, .files = files };
	char why[512];
	bool good = load(&service.settings, files, why, sizeof why);

	write_text(&first, text);
	good &= service_reload(&service);
	printf("%d %s %ld\n", good, service.settings.domain, service.settings.num_processes);
	settings_done(&service.settings);
}

static void a_reload_takes_what_the_files_say_now(void **state)
{
	char text[] = "domain: three.example\nlog_level: debug\n";
	struct ended o = in_child(reload, text);

	(void)state;
	assert_string_equal(o.out, "1 three.example 8\n");
	assert_non_null(strstr(o.err, "settings taken\n"));
}

static void a_wrong_reload_keeps_the_old_settings(void **state)
{
	char text[] = "domain: three.example\nnum_processes: x\n";
	struct ended o = in_child(reload, text);

	(void)state;
	assert_string_equal(o.out, "0 one.example 3\n");
	assert_non_null(strstr(o.err, "settings not taken: "));
	assert_non_null(strstr(o.err, ":2: num_processes: 'x' is not a number in its range\n"));
}

/* Listens at the path, and says whether a client reaches it there. */
static void listen_at(void *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	struct stat st;
	int client = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int fd = service_socket(path, 5);

	strncpy(address.sun_path, path, sizeof address.sun_path - 1);
	printf("%d %o\n", connect(client, (struct sockaddr *)&address, sizeof address),
	       stat(path, &st) == 0 ? st.st_mode & 07777U : 0);
	close(client);
	close(fd);
}

static void a_socket_is_made_for_owner_and_group_in_place_of_a_stale_one(void **state)
{
	char folder[] = "/tmp/moirai-test-XXXXXX", path[64];
	struct ended o;

	(void)state;
	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof path, "%s/socket", folder);
	for (int i = 0; i < 2; i++) {
		o = in_child(listen_at, path);
		assert_int_equal(o.status, 0);
		assert_string_equal(o.out, "0 660\n");
	}
	unlink(path);
	rmdir(folder);
}

static void a_socket_where_another_listens_is_left_to_it(void **state)
{
	char folder[] = "/tmp/moirai-test-XXXXXX", path[64];
	struct ended o;
	int fd;

	(void)state;
	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof path, "%s/socket", folder);
	fd = service_socket(path, 5);
	o = in_child(listen_at, path);
	assert_int_equal(o.status, 111);
	assert_non_null(strstr(o.err, "another server listens there\n"));
	assert_int_equal(access(path, F_OK), 0);
	close(fd);
	unlink(path);
	rmdir(folder);
}

static void a_socket_that_cannot_be_made_is_a_bad_start(void **state)
{
	char nowhere[] = "/nowhere/at/all/socket", deep[sizeof((struct sockaddr_un *)NULL)->sun_path + 1] = "/";
	struct ended o = in_child(listen_at, nowhere);

	(void)state;
	assert_int_equal(o.status, 111);
	assert_non_null(strstr(o.err, "socket /nowhere/at/all/socket: No such file or directory\n"));
	memset(deep + 1, 'x', sizeof deep - 2);
	o = in_child(listen_at, deep);
	assert_int_equal(o.status, 111);
	assert_non_null(strstr(o.err, "the path is longer than 107 characters\n"));
}

static void take_from_systemd(void *path)
{
	char pid[16];

	snprintf(pid, sizeof pid, "%d", (int)getpid());
	setenv("LISTEN_PID", pid, 1);
	setenv("LISTEN_FDS", "1", 1);
	dup2(STDOUT_FILENO, SD_LISTEN_FDS_START);
	printf("%d\n", service_socket(path, 5));
}

static void systemds_socket_is_taken(void **state)
{
	char nowhere[] = "/nowhere/socket";
	struct ended o = in_child(take_from_systemd, nowhere);

	(void)state;
	assert_int_equal(o.status, 0);
	assert_string_equal(o.out, "3\n");
}

#define WITH_FILES(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_FILES(without_options_it_runs_on_the_defaults),
		WITH_FILES(later_files_go_over_earlier_ones),
		WITH_FILES(bad_usage_exits_with_100_and_says_how),
		WITH_FILES(help_and_version_exit_with_0),
		WITH_FILES(bad_settings_exit_with_111_and_say_why),
		WITH_FILES(checking_settings_does_not_run),
		WITH_FILES(what_is_printed_loads_again_and_prints_the_same),
		WITH_FILES(what_works_elsewhere_is_told_at_the_start),
		WITH_FILES(a_reload_takes_what_the_files_say_now),
		WITH_FILES(a_wrong_reload_keeps_the_old_settings),
		WITH_FILES(a_socket_is_made_for_owner_and_group_in_place_of_a_stale_one),
		WITH_FILES(a_socket_where_another_listens_is_left_to_it),
		WITH_FILES(a_socket_that_cannot_be_made_is_a_bad_start),
		WITH_FILES(systemds_socket_is_taken),
	};

	return cmocka_run_group_tests_name("service", tests, NULL, NULL);
}
