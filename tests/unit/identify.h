/* identify.h - what the tests of actor.c stand on: a worker whose people are those of actor_alone.h. */
#ifndef UNIT_IDENTIFY_H
#define UNIT_IDENTIFY_H

#include "../actor_alone.h"

#include "house.h"

static struct settings settings;
static struct worker worker;
static struct request request;

static inline int begin(void **state)
{
	static char header[] = "X-Hermes-Email", groups[] = "X-Hermes-Groups", superusers[] = "wheel";

	(void)state;
	settings = (struct settings){ .user_auth_header = header, .user_groups_header = groups, .auth_proxy_create = true,
	                              .auth_proxy_superusers = superusers };
	worker = (struct worker){ .settings = &settings, .actors = actor_cache_new() };
	request = (struct request){ .worker = &worker };
	memset(&people, 0, sizeof people);
	people.name = "clio";
	people.password = "secret";
	people.is_cookie = "false";
	people.read_only = "f";
	people.seconds = "60";
	params_clear();
	return 0;
}

static inline int end(void **state)
{
	(void)state;
	assert_false(people.inside);
	munmap(worker.actors, sizeof *worker.actors);
	return 0;
}

static inline enum status identify(const char *parameter, const char *value)
{
	params_clear();
	params_set(parameter, value);
	return actor_identify(&request);
}

/* Signs in with the proof base64-encoded. */
static inline enum status identify_proof(const char *scheme, const char *proof, size_t size)
{
	char header[4096];
	size_t n = (size_t)snprintf(header, sizeof header, "%s", scheme);

	sodium_bin2base64(header + n, sizeof header - n, (const unsigned char *)proof, size,
	                  sodium_base64_VARIANT_ORIGINAL);
	return identify("HTTP_AUTHORIZATION", header);
}

static inline enum status identify_basic_text(const char *proof)
{
	return identify_proof("Basic ", proof, strlen(proof));
}

static inline void is_clio(enum status s)
{
	assert_int_equal(s, S_OK);
	assert_int_equal(request.actor.id, 7);
	assert_int_equal(request.actor.stamp, 3);
}

static inline void is_nobody(enum status s)
{
	assert_int_equal(s, S_UNSIGNED);
	assert_int_equal(request.actor.id, 0);
}

#define ALL_SLOTS (BUCKETS * SLOTS)

static inline struct slot *slot_at(int i)
{
	return &worker.actors->buckets[i / SLOTS].slots[i % SLOTS];
}

#define IN_A_WORKER(test) cmocka_unit_test_setup_teardown(test, begin, end)

#endif
