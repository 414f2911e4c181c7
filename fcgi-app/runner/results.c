#include "config.h"

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/auto.h"
#include "lib/text.h"
#include "runner/masks.h"
#include "runner/results.h"

#define LINE_MOST ((size_t)4 << 20)           /* bytes: facts of one host */
#define ALL_MOST ((size_t)256 << 20)          /* ... of all that is kept, but for facts */
#define FACTS_MOST ((size_t)64 << 20)         /* ... of all facts */
#define FACTS_LINE "{\"e\":\"facts\","        /* as our plugin begins it */
#define NAME_MOST 1000                        /* ... of a host's name */
#define COUNT_MOST 1000000000
#define TEXT_MOST 4000                        /* ... of a message */
#define ONE_READ ((size_t)64 << 10)

struct results {
	const struct masks *masks;
	char *line;                  /* what has come of it yet */
	size_t size, room;
	bool skips;                  /* the rest of a line that is too long */
	size_t all, all_facts;       /* bytes so far */
	int left_out;                /* lines, by us or by the plugin */
	bool any, ended;
	json_t *started;             /* names not told yet */
	json_t *failed;              /* {name: {"outcome", "task", "message"}} */
	json_t *hosts;               /* {name: {"name", "outcome", ...}} */
	json_t *facts;
};

struct results *results_new(const struct masks *masks)
{
	struct results *r = calloc(1, sizeof *r);

	assert(r != NULL);
	r->masks = masks;
	r->started = json_array();
	r->failed = json_object();
	r->hosts = json_object();
	r->facts = json_array();
	return r;
}

void results_free(struct results **results)
{
	struct results *r = *results;

	if (r != NULL) {
		free(r->line);
		json_decref(r->started);
		json_decref(r->failed);
		json_decref(r->hosts);
		json_decref(r->facts);
	}
	free(r);
	*results = NULL;
}

/* ---- one line ---- */

static json_t *masked(const struct results *r, const char *text)
{
	size_t size;
	AUTO(text) char *safe = masks_apply(r->masks, text, strlen(text), &size);

	if (size > TEXT_MOST) {
		safe[TEXT_MOST] = '\0';
		text_end_between_letters(safe);
	}
	return json_string(safe);
}

static bool is_outcome(const char *word)
{
	static const char *const words[] = { "ok", "changed", "failed", "unreachable", "skipped" };

	for (size_t i = 0; word != NULL && i < sizeof words / sizeof words[0]; i++)
		if (strcmp(words[i], word) == 0)
			return true;
	return false;
}

static void take_start(struct results *r, const json_t *said)
{
	json_t *name;
	size_t i;

	json_array_foreach(json_object_get(said, "hosts"), i, name) {
		if (!json_is_string(name) || json_string_length(name) > NAME_MOST)
			continue;
		r->any = true;
		json_array_append(r->started, name);
	}
}

static void take_fail(struct results *r, const json_t *said)
{
	const char *host = NULL, *outcome = NULL, *task = "", *message = "";

	if (json_unpack((json_t *)(uintptr_t)said, "{s:s, s:s, s?:s, s?:s}", "host", &host, "outcome", &outcome, "task", &task,
	                "message", &message) == 0 && is_outcome(outcome) && strlen(host) <= NAME_MOST)
		json_object_set_new(r->failed, host, json_pack("{s:s, s:o, s:o}", "outcome", outcome, "task", masked(r, task), "message",
		                                               masked(r, message)));
}

static const char *const counts[] = { "ok", "changed", "unreachable", "failed", "skipped", "rescued", "ignored" };
#define N_COUNTS (sizeof counts / sizeof counts[0])

/* `of` may have fewer; those are 0. */
static json_t *host_of(const char *name, const char *outcome, const json_t *of, const json_t *failed)
{
	json_t *host = json_pack("{s:s, s:s}", "name", name, "outcome", outcome);

	for (size_t i = 0; i < N_COUNTS; i++) {
		json_int_t n = json_integer_value(json_object_get(of, counts[i]));

		json_object_set_new(host, counts[i], json_integer(n >= 0 && n <= COUNT_MOST ? n : 0));
	}
	if (strcmp(outcome, "failed") == 0 || strcmp(outcome, "unreachable") == 0) {
		json_object_set(host, "task", json_object_get(failed, "task"));
		json_object_set(host, "message", json_object_get(failed, "message"));
	}
	return host;
}

static void take_host(struct results *r, const json_t *said)
{
	const char *name = json_string_value(json_object_get(said, "name"));
	const char *outcome = json_string_value(json_object_get(said, "outcome"));

	if (name != NULL && strlen(name) <= NAME_MOST && is_outcome(outcome))
		json_object_set_new(r->hosts, name, host_of(name, outcome, said, json_object_get(r->failed, name)));
}

static void take_facts(struct results *r, const json_t *said)
{
	const char *host = json_string_value(json_object_get(said, "host"));
	const char *status = json_string_value(json_object_get(said, "status"));
	const json_t *result = json_object_get(said, "result");
	AUTO(json) json_t *safe = json_is_object(result) ? masks_json(r->masks, result) : NULL;
	AUTO(text) char *text = safe != NULL ? json_dumps(safe, JSON_COMPACT) : NULL;

	if (host == NULL || status == NULL || text == NULL)
		return;
	r->all_facts += strlen(text);
	if (json_object_get(said, "note") != NULL)
		r->left_out++;
	json_array_append_new(r->facts, json_pack("{s:s, s:s, s:s}", "name", host, "status", status, "facts", text));
}

/* There may be gigabytes of facts, and what comes after them counts. */
static bool is_left_out(struct results *r)
{
	bool facts = r->size >= strlen(FACTS_LINE) && memcmp(r->line, FACTS_LINE, strlen(FACTS_LINE)) == 0;
	bool left_out = facts ? r->all_facts + r->size > FACTS_MOST : r->all + r->size > ALL_MOST;

	r->all += facts || left_out ? 0 : r->size;
	r->left_out += left_out;
	return left_out;
}

static void take_line(struct results *r)
{
	AUTO(json) json_t *said = is_left_out(r) ? NULL : json_loadb(r->line, r->size, 0, NULL);
	const char *what = json_string_value(json_object_get(said, "e"));

	if (what == NULL)
		return;
	if (strcmp(what, "start") == 0)
		take_start(r, said);
	else if (strcmp(what, "fail") == 0)
		take_fail(r, said);
	else if (strcmp(what, "host") == 0)
		take_host(r, said);
	else if (strcmp(what, "facts") == 0)
		take_facts(r, said);
	if (strcmp(what, "end") == 0) {
		r->ended = true;
		r->left_out += (int)json_integer_value(json_object_get(said, "missed"));
	}
}

/* ---- all of them ---- */

static void take_byte(struct results *r, char c)
{
	if (c == '\n') {
		if (r->skips)
			r->left_out++;
		else
			take_line(r);
		r->size = 0;
		r->skips = false;
	} else if (r->size == LINE_MOST) {
		r->skips = true;
	} else {
		if (r->size == r->room) {
			r->room = r->room == 0 ? 4096 : r->room * 2;
			r->line = realloc(r->line, r->room);
			assert(r->line != NULL);
		}
		r->line[r->size++] = c;
	}
}

void results_read(struct results *r, int fd)
{
	char bytes[ONE_READ];
	ssize_t n;

	while ((n = read(fd, bytes, sizeof bytes)) > 0)
		for (ssize_t i = 0; i < n; i++)
			take_byte(r, bytes[i]);
}

json_t *results_started(struct results *r)
{
	json_t *names = r->started;

	if (json_array_size(names) == 0)
		return NULL;
	r->started = json_array();
	return names;
}

void results_started_again(struct results *r, json_t *names)
{
	json_array_extend(names, r->started);
	json_decref(r->started);
	r->started = names;
}

/* A run that was interrupted knows only what failed before. */
json_t *results_settled(const struct results *r, bool by_itself)
{
	json_t *hosts = json_array(), *host;
	const char *name;

	json_object_foreach(r->hosts, name, host) {
		json_array_append(hosts, host);
	}
	json_object_foreach(r->failed, name, host) {
		const char *outcome = json_string_value(json_object_get(host, "outcome"));
		AUTO(json) json_t *once = json_pack("{s:i}", outcome, 1);

		if (json_object_get(r->hosts, name) == NULL)
			json_array_append_new(hosts, host_of(name, outcome, once, host));
	}
	return json_pack("{s:o, s:O, s:b}", "hosts", hosts, "facts", r->facts, "unknown", by_itself && !r->ended);
}

int results_left_out(const struct results *r)
{
	return r->left_out;
}

bool results_no_host(const struct results *r)
{
	return r->ended && !r->any;
}
