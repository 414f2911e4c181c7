/* Real children, but a clock that only a test puts forward: nobody sleeps through a pause, no pause ends by itself. */
#include "config.h"

#include <time.h>

static int clock_of_the_test(clockid_t clock, struct timespec *t);
#define clock_gettime clock_of_the_test
#include "lib/pool.c"
#undef clock_gettime

#include <stdatomic.h>
#include <sys/mman.h>

#include "house.h"

#define MOST 64
#define PATIENCE_MS 8000

enum manner { UNTIL_TERM, RETIRE_FIRST, FAIL, BUSY, HARD_OF_HEARING, DEAF };

/* What the test, the pool and its children share. */
static struct board {
	atomic_long clock;               /* the pool's seconds */
	atomic_int manner, size, places, born, ended, heard, reloads, no_reload;
	atomic_int pids[MOST];           /* in the order of their birth */
	atomic_int slots[MOST];
} *board;

static pid_t pool;
static struct temp_file log_file;

static int clock_of_the_test(clockid_t clock, struct timespec *t)
{
	(void)clock;
	*t = (struct timespec){ .tv_sec = board->clock };
	return 0;
}

static volatile sig_atomic_t told;

static void hear(int sig)
{
	(void)sig;
	told++;
	board->heard++;
}

static size_t slot;

static int be_born(void)
{
	int place = board->places++;

	board->pids[place] = getpid();
	board->slots[place] = (int)slot;
	board->born++;
	return place;
}

/* Works until it was told to end so many times. */
static void work_until(int times)
{
	const struct sigaction on_term = { .sa_handler = hear };
	sigset_t term, open;
	int place;

	sigemptyset(&term);
	sigaddset(&term, SIGTERM);
	sigprocmask(SIG_BLOCK, &term, &open);
	sigaction(SIGTERM, &on_term, NULL);
	place = be_born();
	while (told < times && (board->manner != RETIRE_FIRST || place > 0))
		sigsuspend(&open);
}

static void rest(long ms)
{
	struct timespec t = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000 };

	nanosleep(&t, NULL);
}

static int work(void *context, size_t own_slot)
{
	(void)context;
	slot = own_slot;
	switch ((enum manner)board->manner) {
	case UNTIL_TERM:
	case RETIRE_FIRST:    work_until(1); break;
	case FAIL:            be_born(); return 3;
	case BUSY:            work_until(1); rest(300); break;
	case HARD_OF_HEARING: work_until(2); break;
	case DEAF:            work_until(1000); break;
	}
	board->ended++;
	return 0;
}

static size_t size(void *context)
{
	(void)context;
	return (size_t)board->size;
}

static bool reload(void *context)
{
	(void)context;
	board->reloads++;
	return !board->no_reload;
}

static bool reaches(atomic_int *count, int wanted)
{
	for (int ms = 0; *count < wanted && ms < PATIENCE_MS; ms += 5)
		rest(5);
	return *count >= wanted;
}

static int now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int)(t.tv_sec % 100000 * 1000 + t.tv_nsec / 1000000);
}

static void start(enum manner manner, int children)
{
	static const struct pool kind = { .size = size, .work = work, .reload = reload };

	board->manner = (int)manner;
	board->size = children;
	fflush(NULL);
	pool = fork();
	assert_true(pool >= 0);
	if (pool == 0) {
		dup2(log_file.fd, STDERR_FILENO);
		exit(pool_run(&kind));
	}
}

static void start_and_wait(enum manner manner, int children)
{
	start(manner, children);
	assert_true(reaches(&board->born, children));
}

static int stop_pool(int sig)
{
	pid_t pid = pool;

	kill(pid, sig);
	pool = 0;
	return child_wait(pid);
}

static bool is_gone(pid_t pid)
{
	return kill(pid, 0) < 0 && errno == ESRCH;
}

static bool goes(pid_t pid)
{
	for (int ms = 0; !is_gone(pid) && ms < PATIENCE_MS; ms += 5)
		rest(5);
	return is_gone(pid);
}

static bool pool_said(const char *words)
{
	char text[4096];

	temp_file_read(&log_file, text, sizeof text);
	return strstr(text, words) != NULL;
}

static bool pool_comes_to_say(const char *words)
{
	for (int ms = 0; !pool_said(words) && ms < PATIENCE_MS; ms += 5)
		rest(5);
	return pool_said(words);
}

static int begin(void **state)
{
	(void)state;
	memset(board, 0, sizeof *board);
	board->clock = 1000;
	log_file = temp_file_new();
	return 0;
}

/* A test that failed leaves nobody behind. */
static int end(void **state)
{
	(void)state;
	if (pool != 0)
		stop_pool(SIGKILL);
	temp_file_free(&log_file);
	return 0;
}

static void sigterm_waits_for_what_is_being_served(void **state)
{
	(void)state;
	start_and_wait(BUSY, 3);
	assert_int_equal(stop_pool(SIGTERM), 0);
	assert_int_equal(board->ended, 3);
	assert_int_equal(board->born, 3);
	for (int i = 0; i < 3; i++)
		assert_true(is_gone(board->pids[i]));
}

static void sigint_stops_too(void **state)
{
	(void)state;
	start_and_wait(UNTIL_TERM, 2);
	assert_int_equal(stop_pool(SIGINT), 0);
	assert_int_equal(board->ended, 2);
}

static void who_missed_sigterm_is_told_again_a_second_later(void **state)
{
	int began;

	(void)state;
	start_and_wait(HARD_OF_HEARING, 1);
	began = now_ms();
	assert_int_equal(stop_pool(SIGTERM), 0);
	assert_int_equal(board->ended, 1);
	assert_int_equal(board->heard, 2);
	assert_true(now_ms() - began > 900);
}

static void who_never_listens_is_killed_when_the_drain_is_over(void **state)
{
	(void)state;
	start_and_wait(DEAF, 2);
	kill(pool, SIGTERM);
	assert_true(reaches(&board->heard, 2));
	assert_false(is_gone(board->pids[0]));
	board->clock += DRAIN_SECONDS;
	assert_int_equal(stop_pool(SIGTERM), 0);
	assert_int_equal(board->ended, 0);
	assert_true(is_gone(board->pids[0]) && is_gone(board->pids[1]));
}

static void a_child_that_retires_is_replaced_at_once(void **state)
{
	(void)state;
	start(RETIRE_FIRST, 2);
	assert_true(reaches(&board->born, 3));
	assert_int_equal(stop_pool(SIGTERM), 0);
	assert_int_equal(board->born, 3);
	assert_int_equal(board->ended, 3);
	assert_false(pool_said("child "));
}

static void a_grown_child_that_is_killed_is_replaced_at_once(void **state)
{
	(void)state;
	start_and_wait(UNTIL_TERM, 2);
	board->clock += YOUNG_SECONDS;
	kill(board->pids[0], SIGKILL);
	assert_true(reaches(&board->born, 3));
	assert_true(pool_said("killed by signal 9"));
	assert_false(pool_said("die young"));
	assert_int_equal(stop_pool(SIGTERM), 0);
	assert_int_equal(board->ended, 2);
}

/* The pool looks at the clock each second. */
static void nobody_is_born_for_a_second(int so_far)
{
	rest(1200);
	assert_int_equal(board->born, so_far);
}

static int pid_in_slot(int wanted, int from, int to)
{
	for (int i = from; i < to; i++)
		if (board->slots[i] == wanted)
			return board->pids[i];
	return -1;
}

static void who_takes_a_childs_place_has_its_slot(void **state)
{
	(void)state;
	start_and_wait(UNTIL_TERM, 3);
	for (int i = 0; i < 3; i++)
		assert_int_not_equal(pid_in_slot(i, 0, 3), -1);
	board->clock += YOUNG_SECONDS;
	kill(pid_in_slot(1, 0, 3), SIGKILL);
	assert_true(reaches(&board->born, 4));
	assert_int_equal(board->slots[3], 1);
}

static void a_fresh_set_has_all_slots_again(void **state)
{
	(void)state;
	start_and_wait(UNTIL_TERM, 3);
	kill(pool, SIGHUP);
	assert_true(reaches(&board->born, 6));
	for (int i = 0; i < 3; i++)
		assert_int_not_equal(pid_in_slot(i, 3, 6), -1);
}

static void who_dies_young_holds_the_next_one_back(void **state)
{
	(void)state;
	start(FAIL, 1);
	assert_true(reaches(&board->born, 1));
	nobody_is_born_for_a_second(1);
	assert_true(pool_said("ended with status 3"));
	assert_true(pool_said("children die young: no new one for 1 s"));
	board->clock += 1;
	assert_true(reaches(&board->born, 2));
	assert_true(pool_comes_to_say("children die young: no new one for 2 s"));
	board->clock += 1;
	nobody_is_born_for_a_second(2);
	board->clock += 1;
	assert_true(reaches(&board->born, 3));
	assert_int_equal(stop_pool(SIGTERM), 0);
}

static void hold_back_again_and_again(void *context)
{
	static const int pauses[] = { 1, 2, 4, 8, 16, 30, 30 };
	struct state *st = context;

	for (size_t i = 0; i < COUNT(pauses); i++) {
		hold_back(st);
		printf("%d %d\n", st->pause == pauses[i], st->no_fork_before - now() == pauses[i]);
		board->clock += pauses[i];
	}
}

static void the_pause_doubles_up_to_half_a_minute(void **state)
{
	struct state st = { .pool = NULL };
	struct ended o = in_child(hold_back_again_and_again, &st);

	(void)state;
	assert_string_equal(o.out, "1 1\n1 1\n1 1\n1 1\n1 1\n1 1\n1 1\n");
}

static void bury_eight_at_once(void *context)
{
	struct child children[8];
	struct state *st = context;

	for (int i = 0; i < 8; i++)
		children[i] = (struct child){ .pid = i + 1, .born = now() };
	st->children = children;
	st->n = 8;
	for (int i = 0; i < 8; i++)
		bury(st, i + 1, SIGKILL);
	printf("%zu left, pause %d\n", st->n, st->pause);
}

static void deaths_of_one_moment_count_once(void **state)
{
	struct state st = { .pool = NULL };
	struct ended o = in_child(bury_eight_at_once, &st);

	(void)state;
	assert_string_equal(o.out, "0 left, pause 1\n");
	assert_non_null(strstr(o.err, "child 1 killed by signal 9\n"));
}

static void sighup_brings_a_fresh_set_before_the_old_one_ends(void **state)
{
	(void)state;
	start_and_wait(UNTIL_TERM, 2);
	board->size = 3;
	board->manner = BUSY;
	kill(pool, SIGHUP);
	assert_true(reaches(&board->born, 5));
	assert_true(reaches(&board->ended, 2));
	assert_true(goes(board->pids[0]) && goes(board->pids[1]));
	assert_int_equal(board->reloads, 1);
	assert_int_equal(board->born, 5);
	assert_int_equal(stop_pool(SIGTERM), 0);
	assert_int_equal(board->ended, 5);
}

static void sighup_with_wrong_settings_leaves_all_as_it_is(void **state)
{
	(void)state;
	start_and_wait(UNTIL_TERM, 2);
	board->no_reload = 1;
	kill(pool, SIGHUP);
	assert_true(reaches(&board->reloads, 1));
	rest(100);
	assert_int_equal(board->born, 2);
	assert_int_equal(board->heard, 0);
	assert_int_equal(stop_pool(SIGTERM), 0);
	assert_int_equal(board->ended, 2);
}

static void sighup_lifts_the_pause(void **state)
{
	(void)state;
	start(FAIL, 1);
	assert_true(reaches(&board->born, 1));
	rest(100);
	board->manner = UNTIL_TERM;
	kill(pool, SIGHUP);
	assert_true(reaches(&board->born, 2));
	assert_int_equal(stop_pool(SIGTERM), 0);
}

static void children_are_told_when_the_parent_dies(void **state)
{
	(void)state;
	start_and_wait(UNTIL_TERM, 2);
	assert_int_equal(stop_pool(SIGKILL), -SIGKILL);
	assert_true(reaches(&board->ended, 2));
}

#define ON_A_BOARD(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_A_BOARD(sigterm_waits_for_what_is_being_served),
		ON_A_BOARD(sigint_stops_too),
		ON_A_BOARD(who_missed_sigterm_is_told_again_a_second_later),
		ON_A_BOARD(who_never_listens_is_killed_when_the_drain_is_over),
		ON_A_BOARD(a_child_that_retires_is_replaced_at_once),
		ON_A_BOARD(a_grown_child_that_is_killed_is_replaced_at_once),
		ON_A_BOARD(who_takes_a_childs_place_has_its_slot),
		ON_A_BOARD(a_fresh_set_has_all_slots_again),
		ON_A_BOARD(who_dies_young_holds_the_next_one_back),
		ON_A_BOARD(the_pause_doubles_up_to_half_a_minute),
		ON_A_BOARD(deaths_of_one_moment_count_once),
		ON_A_BOARD(sighup_brings_a_fresh_set_before_the_old_one_ends),
		ON_A_BOARD(sighup_with_wrong_settings_leaves_all_as_it_is),
		ON_A_BOARD(sighup_lifts_the_pause),
		ON_A_BOARD(children_are_told_when_the_parent_dies),
	};

	board = mmap(NULL, sizeof *board, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert(board != MAP_FAILED);
	return cmocka_run_group_tests_name("pool", tests, NULL, NULL);
}
