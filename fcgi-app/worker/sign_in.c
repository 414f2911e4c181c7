#include "config.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "lib/auto.h"
#include "lib/log.h"
#include "lib/password.h"
#include "worker/gate.h"
#include "worker/request.h"
#include "worker/sign_in.h"

#define MOST_CHARACTERS 128          /* of a new password */
#define MOST_BYTES 1024              /* of one that is compared */
#define MOST_WAIT_MS 2000
#define WARY_SECONDS 10              /* after a wrong password */
#define NICE 10                      /* how far hashing stands back behind what else there is to do */

struct guard {
	struct gate *waiting;            /* with a password in hand */
	struct gate *hashing;
};

static const struct db_statement by_password = {
	"by_password", "select id, stamp, password, wait, imported from people_api.by_password($1, $2)", 2
};
static const struct db_statement was_wrong = { "was_wrong", "select people_api.password_was_wrong($1, $2)", 2 };
static const struct db_statement rehash = { "rehash", "select people_api.rehash($1::bigint, $2, $3)", 3 };

struct guard *guard_new(size_t n)
{
	struct guard *guard = malloc(sizeof *guard);

	assert(guard != NULL);
	guard->waiting = gate_new(n);
	guard->hashing = gate_new(n);
	return guard;
}

/* The gates go with the last process that has them. */
void guard_free(struct guard **guard)
{
	free(*guard);
	*guard = NULL;
}

void guard_clear(struct guard *guard, size_t slot)
{
	gate_clear(guard->waiting, slot);
	gate_clear(guard->hashing, slot);
}

enum status sign_in_enter(struct request *r)
{
	const struct timespec pause = { .tv_nsec = 2000000 };
	size_t processors = (size_t)sysconf(_SC_NPROCESSORS_ONLN);
	struct worker *w = r->worker;
	size_t workers = (size_t)(w->settings->num_processes > 2 ? w->settings->num_processes : 2);

	if (gate_enter(w->guard->waiting, w->slot, workers - (workers / 4 > 2 ? workers / 4 : 2))) {
		for (int ms = 0; ms < MOST_WAIT_MS; ms += 2) {
			if (gate_enter(w->guard->hashing, w->slot, processors / 2))
				return S_OK;
			nanosleep(&pause, NULL);
		}
		gate_leave(w->guard->waiting, w->slot);
	}
	return request_refuse(r, S_LATER, "Too many passwords are being checked just now: try again.");
}

void sign_in_leave(struct request *r)
{
	gate_leave(r->worker->guard->hashing, r->worker->slot);
	gate_leave(r->worker->guard->waiting, r->worker->slot);
}

static void be_wary(const struct worker *w)
{
	gate_narrow(w->guard->waiting, (size_t)w->settings->num_processes / 2, WARY_SECONDS);
}

/* Does it in a thread, which may be told to stand back: a process that was could not come forward again. */
static void do_aside(void *(*work)(void *), void *context)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, work, context) == 0)
		pthread_join(thread, NULL);
	else
		work(context);
}

static void stand_back(void)
{
	if (setpriority(PRIO_PROCESS, (id_t)gettid(), NICE) != 0)
		log_line(LOG_LEVEL_DEBUG, "setpriority: %m");
}

struct comparison {
	const char *password, *hash, *imported;
	bool matches;
};

static void *compare_aside(void *context)
{
	struct comparison *c = context;

	stand_back();
	c->matches = password_matches(c->password, c->hash, c->imported);
	return NULL;
}

static bool matches(const char *password, const char *hash, const char *imported)
{
	struct comparison c = { .password = password, .hash = hash, .imported = imported };

	do_aside(compare_aside, &c);
	return c.matches;
}

struct hashing {
	const char *password;
	char *hash;
	bool done;
};

static void *hash_aside(void *context)
{
	struct hashing *h = context;

	stand_back();
	h->done = password_hash(h->password, h->hash);
	return NULL;
}

static bool make_hash(const char *password, char hash[PASSWORD_HASH_SIZE])
{
	struct hashing h = { .password = password, .hash = hash };

	do_aside(hash_aside, &h);
	return h.done;
}

/* The column's text, or NULL. */
static const char *cell(const PGresult *result, int column)
{
	return PQgetisnull(result, 0, column) ? NULL : PQgetvalue(result, 0, column);
}

/* A call whose failure is no reason to answer anything else. */
static void note(struct request *r, const struct db_statement *statement, const char *const *values)
{
	PGresult *result;

	if (db_query(r->worker->db, statement, values, &result) != S_OK)
		log_line(LOG_LEVEL_WARNING, "%s: %s", statement->name, db_message(result));
	PQclear(result);
}

/* An imported hash is good until its user comes; from then on it is one of ours. */
static void take_over(struct request *r, const char *id, const char *old, const char *password)
{
	char new[PASSWORD_HASH_SIZE];
	const char *values[] = { id, old, new };

	if (make_hash(password, new))
		note(r, &rehash, values);
}

enum status sign_in_compare(struct request *r, const char *name, const char *password)
{
	const char *values[] = { name, request_param(r, "REMOTE_ADDR") };
	AUTO(pgresult) PGresult *found = NULL;
	enum status s = db_query(r->worker->db, &by_password, values, &found);
	const char *hash;

	r->actor = (struct actor){ 0 };
	if (s != S_OK)
		return s;
	r->retry_after = atoi(PQgetvalue(found, 0, 3));
	if (r->retry_after > 0)
		return S_THROTTLED;
	hash = cell(found, 2);
	if (strlen(password) > MOST_BYTES || !matches(password, hash, cell(found, 4))) {
		log_line(LOG_LEVEL_WARNING, "wrong password from %s", values[1]);
		note(r, &was_wrong, values);
		be_wary(r->worker);
		return S_OK;
	}
	r->actor = (struct actor){ .id = atoll(PQgetvalue(found, 0, 0)), .stamp = atoll(PQgetvalue(found, 0, 1)),
	                           .via = VIA_PASSWORD };
	if (password_is_imported(hash))
		take_over(r, PQgetvalue(found, 0, 0), hash, password);
	return S_OK;
}

/* A password may have been sent as a number. NULL: it is neither. */
static json_t *text_of(json_t *value)
{
	if (json_is_integer(value))
		return json_sprintf("%" JSON_INTEGER_FORMAT, json_integer_value(value));
	return json_is_string(value) ? json_incref(value) : NULL;
}

/* The body's password; NULL: it has none. What is neither text nor number becomes {}: only we say what stands for one. */
static json_t *take_password(json_t *body)
{
	json_t *value = json_object_get(body, "password");

	if (json_is_object(value) || json_is_array(value))
		json_object_set_new(body, "password", json_object());
	return text_of(json_object_get(body, "password"));
}

/* The words for yes begin so (sql/polemarch_api/read.sql). */
static bool is_yes(const json_t *value)
{
	const char *word = json_string_value(value);

	return json_is_true(value) || json_integer_value(value) == 1 || (word != NULL && strchr("tTyY1", *word) != NULL) ||
	       (word != NULL && strcasecmp(word, "on") == 0);
}

static size_t count_characters(const char *text)
{
	size_t n = 0;

	for (; *text != '\0'; text++)
		n += ((unsigned char)*text & 0xc0) != 0x80;
	return n;
}

enum status sign_in_by_body(struct request *r)
{
	AUTO(json) json_t *name = text_of(json_object_get(r->body, "username"));
	AUTO(json) json_t *password = take_password(r->body);
	enum status s;

	if (password == NULL)
		return S_OK;
	json_object_set_new(r->body, "password", json_string_length(password) == 0 ? json_pack("{s:i}", "length", 0) :
	                                         json_pack("{s:b}", "given", 1));
	if (name == NULL || json_string_length(password) == 0)
		return S_OK;
	s = sign_in_enter(r);
	if (s != S_OK)
		return s;
	s = sign_in_compare(r, json_string_value(name), json_string_value(password));
	sign_in_leave(r);
	return s;
}

static enum status hash(struct request *r, const char *password, json_t **ret_hash)
{
	char hashed[PASSWORD_HASH_SIZE];
	enum status s = sign_in_enter(r);
	bool done;

	if (s != S_OK)
		return s;
	done = make_hash(password, hashed);
	sign_in_leave(r);
	if (!done)
		return request_refuse(r, S_LATER, "There is no memory to hash a password just now.");
	*ret_hash = json_pack("{s:s}", "hash", hashed);
	return S_OK;
}

enum status sign_in_new_password(struct request *r)
{
	AUTO(json) json_t *password = take_password(r->body);
	const char *text = json_string_value(password);
	bool raw = is_yes(json_object_get(r->body, "raw_password"));
	json_t *instead = NULL;
	size_t n;

	if (password == NULL || strcmp(text, "[~~ENCRYPTED~~]") == 0 || (raw && password_is_imported(text)))
		return S_OK;
	n = count_characters(text);
	if (n == 0 || n > MOST_CHARACTERS) {
		instead = json_pack("{s:I}", "length", (json_int_t)n);
	} else {
		enum status s = hash(r, text, &instead);

		if (s != S_OK)
			return s;
	}
	json_object_set_new(r->body, "password", instead);
	return S_OK;
}
