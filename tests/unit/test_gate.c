/* gate.c by a clock that is the test's. */
#include "config.h"

#include <time.h>

static int clock_of_the_test(clockid_t clock, struct timespec *t);
#define clock_gettime clock_of_the_test
#include "worker/gate.c"
#undef clock_gettime

#include <signal.h>
#include <unistd.h>

#include "house.h"

static time_t seconds = 1000;
static struct gate *gate;

static int clock_of_the_test(clockid_t clock, struct timespec *t)
{
	assert_int_equal(clock, CLOCK_MONOTONIC);
	*t = (struct timespec){ .tv_sec = seconds };
	return 0;
}

static int begin(void **state)
{
	(void)state;
	gate = gate_new(8);
	return 0;
}

static void so_many_are_let_in_and_no_more(void **state)
{
	(void)state;
	assert_true(gate_enter(gate, 0, 3));
	assert_true(gate_enter(gate, 5, 3));
	assert_true(gate_enter(gate, 7, 3));
	assert_false(gate_enter(gate, 1, 3));
	assert_true(gate_enter(gate, 1, 4));
}

static void who_was_turned_away_is_outside(void **state)
{
	(void)state;
	assert_true(gate_enter(gate, 0, 1));
	assert_false(gate_enter(gate, 1, 1));
	assert_false(gate_enter(gate, 1, 1));
	gate_leave(gate, 0);
	assert_true(gate_enter(gate, 2, 1));
}

static void who_leaves_makes_room(void **state)
{
	(void)state;
	assert_true(gate_enter(gate, 0, 1));
	assert_false(gate_enter(gate, 1, 1));
	gate_leave(gate, 0);
	assert_true(gate_enter(gate, 1, 1));
	assert_false(gate_enter(gate, 0, 1));
}

static void to_leave_twice_makes_no_more_room(void **state)
{
	(void)state;
	assert_true(gate_enter(gate, 0, 2));
	assert_true(gate_enter(gate, 1, 2));
	gate_leave(gate, 0);
	gate_leave(gate, 0);
	assert_true(gate_enter(gate, 2, 2));
	assert_false(gate_enter(gate, 3, 2));
}

static void one_is_always_let_in(void **state)
{
	(void)state;
	assert_true(gate_enter(gate, 3, 0));
	assert_false(gate_enter(gate, 4, 0));
	gate_leave(gate, 3);
	assert_true(gate_enter(gate, 4, 0));
}

static void a_slot_that_is_cleared_is_outside(void **state)
{
	(void)state;
	for (size_t slot = 0; slot < 8; slot++)
		assert_true(gate_enter(gate, slot, 8));
	assert_false(gate_enter(gate, 2, 7));
	gate_clear(gate, 3);
	assert_true(gate_enter(gate, 2, 7));
}

static void a_narrow_gate_lets_in_one_at_a_time(void **state)
{
	(void)state;
	gate_narrow(gate, 1, 10);
	assert_true(gate_enter(gate, 0, 8));
	assert_false(gate_enter(gate, 1, 8));
	gate_leave(gate, 0);
	assert_true(gate_enter(gate, 1, 8));
}

static void a_gate_may_be_narrowed_to_some_but_is_never_made_wider(void **state)
{
	(void)state;
	gate_narrow(gate, 2, 10);
	assert_true(gate_enter(gate, 0, 8));
	assert_false(gate_enter(gate, 1, 1));
	assert_true(gate_enter(gate, 1, 8));
	assert_false(gate_enter(gate, 2, 8));
}

static void a_gate_narrowed_to_none_lets_one_in(void **state)
{
	(void)state;
	gate_narrow(gate, 0, 10);
	assert_true(gate_enter(gate, 0, 8));
	assert_false(gate_enter(gate, 1, 8));
}

static void a_narrow_gate_is_wide_again_after_its_seconds(void **state)
{
	(void)state;
	gate_narrow(gate, 1, 10);
	assert_true(gate_enter(gate, 0, 8));
	seconds += 9;
	assert_false(gate_enter(gate, 1, 8));
	seconds += 1;
	assert_true(gate_enter(gate, 1, 8));
}

static void zero_seconds_make_it_wide_at_once(void **state)
{
	(void)state;
	gate_narrow(gate, 1, 10);
	assert_true(gate_enter(gate, 0, 8));
	gate_narrow(gate, 1, 0);
	assert_true(gate_enter(gate, 1, 8));
}

static void gates_are_apart(void **state)
{
	struct gate *other = gate_new(8);

	(void)state;
	gate_narrow(gate, 1, 10);
	assert_true(gate_enter(gate, 0, 1));
	assert_true(gate_enter(other, 1, 1));
	assert_true(gate_enter(other, 2, 2));
}

static void enter_and_die(void *slot)
{
	if (!gate_enter(gate, *(size_t *)slot, 1))
		exit(1);
	raise(SIGKILL);
}

static void children_share_it_and_who_died_inside_is_inside_until_cleared(void **state)
{
	size_t slot = 6;
	struct ended child;

	(void)state;
	child = in_child(enter_and_die, &slot);
	assert_int_equal(child.status, -SIGKILL);
	assert_false(gate_enter(gate, 0, 1));
	gate_clear(gate, slot);
	assert_true(gate_enter(gate, 0, 1));
	assert_int_equal(in_child(enter_and_die, &slot).status, 1);
}

static atomic_int *together, *most_together;

/* Goes in and out; notes how many are in at the same time. */
static void rush(size_t slot)
{
	for (int i = 0; i < 3000; i++) {
		if (!gate_enter(gate, slot, 2))
			continue;
		if (++*together > *most_together)
			*most_together = *together;
		--*together;
		gate_leave(gate, slot);
	}
}

static void of_many_who_come_at_once_never_too_many_are_inside(void **state)
{
	atomic_int *shared = mmap(NULL, 2 * sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	(void)state;
	assert_ptr_not_equal(shared, MAP_FAILED);
	together = shared;
	most_together = shared + 1;
	fflush(NULL);
	for (size_t slot = 0; slot < 4; slot++)
		if (fork() == 0) {
			rush(slot);
			_exit(0);
		}
	while (wait(NULL) > 0)
		;
	assert_int_equal(*together, 0);
	assert_in_range(*most_together, 1, 2);
	munmap(shared, 2 * sizeof *shared);
}

#define AT_A_GATE(test) cmocka_unit_test_setup(test, begin)

int main(void)
{
	const struct CMUnitTest tests[] = {
		AT_A_GATE(so_many_are_let_in_and_no_more),
		AT_A_GATE(who_was_turned_away_is_outside),
		AT_A_GATE(who_leaves_makes_room),
		AT_A_GATE(to_leave_twice_makes_no_more_room),
		AT_A_GATE(one_is_always_let_in),
		AT_A_GATE(a_slot_that_is_cleared_is_outside),
		AT_A_GATE(a_narrow_gate_lets_in_one_at_a_time),
		AT_A_GATE(a_gate_may_be_narrowed_to_some_but_is_never_made_wider),
		AT_A_GATE(a_gate_narrowed_to_none_lets_one_in),
		AT_A_GATE(a_narrow_gate_is_wide_again_after_its_seconds),
		AT_A_GATE(zero_seconds_make_it_wide_at_once),
		AT_A_GATE(gates_are_apart),
		AT_A_GATE(children_share_it_and_who_died_inside_is_inside_until_cleared),
		AT_A_GATE(of_many_who_come_at_once_never_too_many_are_inside),
	};

	return cmocka_run_group_tests_name("gate", tests, NULL, NULL);
}
