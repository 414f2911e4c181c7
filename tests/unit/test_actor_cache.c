/* What is remembered of proofs. */
#include "identify.h"

static void what_was_proved_is_remembered_for_a_minute(void **state)
{
	(void)state;
	is_clio(identify_basic_text("clio:secret"));
	is_clio(identify_basic_text("clio:secret"));
	assert_int_equal(people.asked, 1);
	assert_true(request.actor.remembered);
	for (int i = 0; i < ALL_SLOTS; i++) {
		struct slot *slot = slot_at(i);

		assert_true(slot->until == 0 || (slot->until > now() + 50 && slot->until <= now() + 60));
		slot->until -= 61;
	}
	is_clio(identify_basic_text("clio:secret"));
	assert_int_equal(people.asked, 2);
	assert_false(request.actor.remembered);
}

static void what_was_not_proved_is_not_remembered(void **state)
{
	(void)state;
	is_nobody(identify_basic_text("clio:wrong"));
	is_nobody(identify_basic_text("clio:wrong"));
	assert_int_equal(people.asked, 2);
}

static void a_slot_of_another_proof_does_not_sign_in(void **state)
{
	(void)state;
	is_clio(identify_basic_text("clio:secret"));
	for (int i = 0; i < ALL_SLOTS; i++)
		slot_at(i)->key[KEY_BYTES - 1] ^= 1;
	people.name = "nobody";
	is_nobody(identify_basic_text("clio:secret"));
}

static void a_remembered_name_does_not_stand_for_a_password(void **state)
{
	(void)state;
	people.name = "clio:secret";
	is_clio(identify("REMOTE_USER", "clio:secret"));
	people.name = "nobody";
	is_nobody(identify_basic_text("clio:secret"));
	assert_int_equal(people.asked, 2);
}

static void each_cache_has_its_own_secret(void **state)
{
	struct actor_cache *other = actor_cache_new();
	unsigned char mine[KEY_BYTES], theirs[KEY_BYTES];

	(void)state;
	bucket_of(worker.actors, VIA_PASSWORD, "clio:secret", mine);
	bucket_of(other, VIA_PASSWORD, "clio:secret", theirs);
	assert_memory_not_equal(mine, theirs, KEY_BYTES);
	munmap(other, sizeof *other);
}

/* Another worker, of the same cache, has said that it compares this, and comes to an end of it a moment later. */
static pid_t another_compares(void (*end_of_it)(struct request *))
{
	struct worker other = worker;
	struct request its = { .worker = &other, .actor = { .id = 7, .stamp = 3 } };
	const struct timespec moment = { .tv_nsec = 30000000 };
	pid_t pid;

	assert_true(actor_cache_announce(worker.actors, VIA_PASSWORD, "clio:secret", MOST_COMPARING_SECONDS));
	pid = fork();
	if (pid == 0) {
		nanosleep(&moment, NULL);
		end_of_it(&its);
		_exit(0);
	}
	return pid;
}

static void it_is_good(struct request *its)
{
	remember(its, VIA_PASSWORD, "clio:secret", REMEMBERED_SECONDS);
}

static void it_is_given_up(struct request *its)
{
	actor_cache_withdraw(its->worker->actors, VIA_PASSWORD, "clio:secret");
}

static void what_another_compares_is_waited_for(void **state)
{
	pid_t other = another_compares(it_is_good);

	(void)state;
	is_clio(identify_basic_text("clio:secret"));
	assert_true(request.actor.remembered);
	assert_int_equal(request.actor.via, VIA_PASSWORD);
	assert_int_equal(people.compared, 0);
	assert_int_equal(child_wait(other), 0);
}

/* Between the two questions of one worker, whether it is remembered and whether another compares, the other may be done. */
static void what_was_found_out_a_moment_ago_is_not_compared(void **state)
{
	(void)state;
	is_clio(identify_basic_text("clio:secret"));
	assert_false(actor_cache_announce(worker.actors, VIA_PASSWORD, "clio:secret", MOST_COMPARING_SECONDS));
	is_clio(identify_basic_text("clio:secret"));
	assert_int_equal(people.compared, 1);
}

static void what_another_has_given_up_is_compared(void **state)
{
	pid_t other = another_compares(it_is_given_up);

	(void)state;
	is_nobody(identify_basic_text("clio:other"));
	assert_int_equal(people.compared, 1);
	is_clio(identify_basic_text("clio:secret"));
	assert_int_equal(people.compared, 2);
	assert_int_equal(child_wait(other), 0);
}

static void who_does_not_get_his_turn_is_told_later(void **state)
{
	(void)state;
	people.busy = true;
	assert_int_equal(identify_basic_text("clio:secret"), S_LATER);
	assert_int_equal(request.actor.id, 0);
	people.busy = false;
	is_clio(identify_basic_text("clio:secret"));
	people.busy = true;
	is_clio(identify_basic_text("clio:secret"));
	assert_int_equal(people.compared, 1);
}

static void sign_in_there(void *context)
{
	(void)context;
	if (identify_basic_text("clio:secret") != S_OK || request.actor.remembered)
		exit(1);
}

static void workers_share_what_they_remember(void **state)
{
	(void)state;
	assert_int_equal(in_child(sign_in_there, NULL).status, 0);
	is_clio(identify_basic_text("clio:secret"));
	assert_true(request.actor.remembered);
	assert_int_equal(people.asked, 0);
}

static void forget_there(void *context)
{
	(void)context;
	actor_forget(&request);
}

static void what_one_worker_forgets_all_forget(void **state)
{
	(void)state;
	is_clio(identify_basic_text("clio:secret"));
	assert_int_equal(in_child(forget_there, NULL).status, 0);
	is_clio(identify_basic_text("clio:secret"));
	assert_false(request.actor.remembered);
	assert_int_equal(people.compared, 2);
}

static pid_t somebody_dead(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	waitpid(pid, NULL, 0);
	return pid;
}

static void a_bucket_that_another_holds_is_done_without(void **state)
{
	unsigned char key[KEY_BYTES];
	struct bucket *bucket = bucket_of(worker.actors, VIA_PASSWORD, "clio:secret", key);

	(void)state;
	bucket->holder = getppid();
	is_clio(identify_basic_text("clio:secret"));
	is_clio(identify_basic_text("clio:secret"));
	assert_int_equal(people.compared, 2);
	give_back(bucket);
	is_clio(identify_basic_text("clio:secret"));
	is_clio(identify_basic_text("clio:secret"));
	assert_int_equal(people.compared, 3);
}

/* He may have died between the one user's key and the other user's number. */
static void a_bucket_that_a_dead_holds_is_free_and_means_nothing(void **state)
{
	unsigned char key[KEY_BYTES];
	struct bucket *bucket = bucket_of(worker.actors, VIA_PASSWORD, "clio:secret", key);

	(void)state;
	is_clio(identify_basic_text("clio:secret"));
	bucket->holder = somebody_dead();
	is_clio(identify_basic_text("clio:secret"));
	assert_int_equal(people.compared, 2);
	is_clio(identify_basic_text("clio:secret"));
	assert_int_equal(people.compared, 2);
}

static void who_was_forgotten_is_asked_for_anew(void **state)
{
	(void)state;
	is_clio(identify_basic_text("clio:secret"));
	is_clio(identify("REMOTE_USER", "clio"));
	request.actor.id = 8;
	actor_forget(&request);
	is_clio(identify("REMOTE_USER", "clio"));
	assert_int_equal(people.asked, 2);
	actor_forget(&request);
	is_clio(identify("REMOTE_USER", "clio"));
	is_clio(identify_basic_text("clio:secret"));
	assert_int_equal(people.asked, 4);
}

/* The n-th of many proofs that fall into the bucket of the first. */
static char *neighbour(int n)
{
	unsigned char key[KEY_BYTES];
	const struct bucket *bucket = bucket_of(worker.actors, VIA_TOKEN, "0", key);
	char *proof = NULL;

	for (int i = 0; n >= 0; i++) {
		free(proof);
		assert_true(asprintf(&proof, "%d", i) > 0);
		if (bucket_of(worker.actors, VIA_TOKEN, proof, key) == bucket)
			n--;
	}
	return proof;
}

/* The actor of user n, by the n-th of them. */
static void remember_neighbour(int n, int seconds)
{
	const struct actor actor = { .id = n + 1, .via = VIA_TOKEN };
	AUTO(text) char *proof = neighbour(n);

	actor_cache_remember(worker.actors, &actor, proof, seconds);
}

static bool is_remembered(int n)
{
	struct actor actor = { 0 };
	AUTO(text) char *proof = neighbour(n);

	if (!actor_cache_recall(worker.actors, VIA_TOKEN, proof, &actor))
		return false;
	assert_int_equal(actor.id, n + 1);
	assert_true(actor.remembered);
	return true;
}

static void proofs_that_fall_into_one_bucket_are_all_remembered(void **state)
{
	(void)state;
	for (int n = 0; n < SLOTS; n++)
		remember_neighbour(n, 60);
	for (int n = 0; n < SLOTS; n++)
		assert_true(is_remembered(n));
}

static void what_would_end_first_makes_room(void **state)
{
	(void)state;
	for (int n = 0; n < SLOTS; n++)
		remember_neighbour(n, n == 3 ? 30 : 60);
	remember_neighbour(SLOTS, 60);
	for (int n = 0; n <= SLOTS; n++)
		assert_int_equal(is_remembered(n), n != 3);
}

static void what_is_compared_makes_none_forgotten_once_it_is_given_up(void **state)
{
	(void)state;
	for (int n = 0; n < SLOTS - 1; n++)
		remember_neighbour(n, 60);
	for (int n = SLOTS; n < 3 * SLOTS; n++) {
		AUTO(text) char *proof = neighbour(n);

		assert_true(actor_cache_announce(worker.actors, VIA_TOKEN, proof, 3));
		assert_false(actor_cache_announce(worker.actors, VIA_TOKEN, proof, 3));
		actor_cache_withdraw(worker.actors, VIA_TOKEN, proof);
	}
	for (int n = 0; n < SLOTS - 1; n++)
		assert_true(is_remembered(n));
}

static void a_proof_remembered_twice_has_one_place(void **state)
{
	(void)state;
	for (int i = 0; i < 3 * SLOTS; i++)
		remember_neighbour(0, 60);
	for (int n = 1; n < SLOTS; n++)
		remember_neighbour(n, 60);
	for (int n = 0; n < SLOTS; n++)
		assert_true(is_remembered(n));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_A_WORKER(what_was_proved_is_remembered_for_a_minute),
		IN_A_WORKER(what_was_not_proved_is_not_remembered),
		IN_A_WORKER(a_slot_of_another_proof_does_not_sign_in),
		IN_A_WORKER(a_remembered_name_does_not_stand_for_a_password),
		IN_A_WORKER(each_cache_has_its_own_secret),
		IN_A_WORKER(what_another_compares_is_waited_for),
		IN_A_WORKER(what_was_found_out_a_moment_ago_is_not_compared),
		IN_A_WORKER(what_another_has_given_up_is_compared),
		IN_A_WORKER(who_does_not_get_his_turn_is_told_later),
		IN_A_WORKER(workers_share_what_they_remember),
		IN_A_WORKER(what_one_worker_forgets_all_forget),
		IN_A_WORKER(a_bucket_that_another_holds_is_done_without),
		IN_A_WORKER(a_bucket_that_a_dead_holds_is_free_and_means_nothing),
		IN_A_WORKER(who_was_forgotten_is_asked_for_anew),
		IN_A_WORKER(proofs_that_fall_into_one_bucket_are_all_remembered),
		IN_A_WORKER(what_would_end_first_makes_room),
		IN_A_WORKER(what_is_compared_makes_none_forgotten_once_it_is_given_up),
		IN_A_WORKER(a_proof_remembered_twice_has_one_place),
	};

	return cmocka_run_group_tests_name("actor_cache", tests, start_sodium, NULL);
}
