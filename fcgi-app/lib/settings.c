#include "config.h"

#include <assert.h>
#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <yaml.h>

#include "lib/settings.h"

/* SECRET is text that may hold a password: no refusal repeats it. */
enum kind { TEXT, SECRET, NUMBER, FLAG, ELSEWHERE };

struct row {
	const char *name;
	enum kind kind;
	size_t offset;
	const char *otherwise;    /* the default */
	long min, max;
	const char *help;         /* of an ELSEWHERE row: where its meaning lives */
};

#define AT(field) offsetof(struct settings, field)
#define COURIER "belongs to moirai-courier, which this version does not have yet"
#define NGINX "is nginx's business: see nginx/moirai.conf"

static const struct row rows[] = {
	{ "database", SECRET, AT(database), "postgresql:///moirai?user=moirai_web", 0, 0,
	  "libpq URL; several hosts may be named, the one that takes writes is used" },
	{ "domain", TEXT, AT(domain), "localhost", 0, 0, "appended to names of users that have none" },
	{ "user_auth_header", TEXT, AT(user_auth_header), "X-Hermes-Email", 0, 0,
	  "request header in which the sign-in proxy names the user; nginx must strip it from clients" },
	{ "auth_proxy_create", FLAG, AT(auth_proxy_create), "true", 0, 0,
	  "whom the sign-in proxy names is made a user when unknown" },
	{ "fullstory_id", TEXT, AT(fullstory_id), "", 0, 0, "told to the page by serverConfig" },
	{ "count_events", FLAG, AT(count_events), "true", 0, 0, "lists of events tell totalEvents" },
	{ "num_processes", NUMBER, AT(num_processes), "8", 1, 256, "workers; 2 to 4 for each core are best" },
	{ "socket", TEXT, AT(socket), "/run/moirai/fcgi.sock", 0, 0,
	  "unix socket that nginx connects to; systemd's is taken when it gives one" },
	{ "backlog", NUMBER, AT(backlog), "1024", 1, 65535, "connections that may wait for a worker" },
	{ "max_requests", NUMBER, AT(max_requests), "100000", 1, 1000000000,
	  "requests after which a worker makes room for a fresh one" },
	{ "statement_timeout", NUMBER, AT(statement_timeout), "60", 1, 3600,
	  "seconds after which the database gives up on a request" },
	{ "log_level", TEXT, AT(log_level), "info", 0, 0, "error, warning, info or debug" },

	{ "log_format", ELSEWHERE, 0, NULL, 0, 0, "is the journal's business: journalctl -o" },
	{ "port", ELSEWHERE, 0, NULL, 0, 0, NGINX },
	{ "bind_address", ELSEWHERE, 0, NULL, 0, 0, NGINX },
	{ "restrict_networks", ELSEWHERE, 0, NULL, 0, 0, NGINX " (allow, deny)" },
	{ "debug", ELSEWHERE, 0, NULL, 0, 0, "is log_level: debug" },
	{ "secret_key", ELSEWHERE, 0, NULL, 0, 0, "is not needed: no cookie is signed" },
	{ "api_xsrf_enabled", ELSEWHERE, 0, NULL, 0, 0, "comes with sessions, which this version does not have yet" },
	{ "auth_token_expiry", ELSEWHERE, 0, NULL, 0, 0, "comes with tokens, which this version does not have yet" },
	{ "query_server", ELSEWHERE, 0, NULL, 0, 0, COURIER },
	{ "frontend", ELSEWHERE, 0, NULL, 0, 0, COURIER },
	{ "slack_webhook", ELSEWHERE, 0, NULL, 0, 0, COURIER },
	{ "slack_proxyhost", ELSEWHERE, 0, NULL, 0, 0, COURIER },
	{ "email_notifications", ELSEWHERE, 0, NULL, 0, 0, COURIER },
	{ "email_sender_address", ELSEWHERE, 0, NULL, 0, 0, COURIER },
	{ "email_always_copy", ELSEWHERE, 0, NULL, 0, 0, COURIER },
	{ "environment", ELSEWHERE, 0, NULL, 0, 0, COURIER },
	{ "dev_email_recipient", ELSEWHERE, 0, NULL, 0, 0, COURIER },
	{ "plugin_dir", ELSEWHERE, 0, NULL, 0, 0, COURIER },
	{ "strongpoc_server", ELSEWHERE, 0, NULL, 0, 0, COURIER },
	{ "sentry_dsn", ELSEWHERE, 0, NULL, 0, 0, COURIER },
};
#define N_ROWS (sizeof rows / sizeof rows[0])
_Static_assert(N_ROWS <= 64, "settings.said has a bit for each row");

static void *field(const struct settings *s, const struct row *row)
{
	return (char *)s + row->offset;
}

static const struct row *find_row(const char *name)
{
	for (size_t i = 0; i < N_ROWS; i++)
		if (strcasecmp(rows[i].name, name) == 0)
			return &rows[i];
	return NULL;
}

static bool set_text(struct settings *s, const struct row *row, const char *value)
{
	char **text = field(s, row);
	char *copy = strdup(value);

	assert(copy != NULL);
	free(*text);
	*text = copy;
	return true;
}

static bool set_number(struct settings *s, const struct row *row, const char *value)
{
	char *end;
	long n;

	errno = 0;
	n = strtol(value, &end, 10);
	if (end == value || *end != '\0' || errno != 0 || n < row->min || n > row->max)
		return false;
	*(long *)field(s, row) = n;
	return true;
}

static bool set_flag(struct settings *s, const struct row *row, const char *value)
{
	static const char *const words[2][4] = { { "false", "no", "off", "0" }, { "true", "yes", "on", "1" } };

	for (int truth = 0; truth < 2; truth++)
		for (int i = 0; i < 4; i++)
			if (strcasecmp(words[truth][i], value) == 0) {
				*(bool *)field(s, row) = truth;
				return true;
			}
	return false;
}

static bool set(struct settings *s, const struct row *row, const char *value)
{
	switch (row->kind) {
	case TEXT:
	case SECRET: return set_text(s, row, value);
	case NUMBER: return set_number(s, row, value);
	case FLAG:   return set_flag(s, row, value);
	case ELSEWHERE:
		s->said |= 1ULL << (row - rows);
		return true;
	}
	return false;
}

void settings_init(struct settings *s)
{
	*s = (struct settings){ 0 };
	for (size_t i = 0; i < N_ROWS; i++) {
		bool good = rows[i].kind == ELSEWHERE || set(s, &rows[i], rows[i].otherwise);

		assert(good);
	}
}

void settings_done(struct settings *s)
{
	for (size_t i = 0; i < N_ROWS; i++)
		if (rows[i].kind == TEXT || rows[i].kind == SECRET) {
			free(*(char **)field(s, &rows[i]));
			*(char **)field(s, &rows[i]) = NULL;
		}
}

__attribute__((format(printf, 3, 4)))
static bool refuse(char *why, size_t size, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(why, size, format, args);
	va_end(args);
	return false;
}

/* What must hold beyond each row's own range. */
static bool makes_sense(const struct row *row, const char *value, const char **why)
{
	if (row->kind == NUMBER)
		*why = "is not a number in its range";
	else if (row->kind == FLAG)
		*why = "is neither true nor false";
	else if (row->offset == AT(database) && strstr(value, "://") != NULL && strncmp(value, "postgres", 8) != 0)
		*why = "is not a PostgreSQL URL; Moirai keeps its data in PostgreSQL only";
	else if (row->offset == AT(log_level) && strcmp(value, "error") != 0 && strcmp(value, "warning") != 0 &&
	         strcmp(value, "info") != 0 && strcmp(value, "debug") != 0)
		*why = "is none of error, warning, info and debug";
	else
		return true;
	return false;
}

/* `seen` has a bit for each row that stood in this file before. */
static bool take_pair(struct settings *s, yaml_document_t *doc, const yaml_node_pair_t *pair,
                      unsigned long long *seen, const char *path, char *why, size_t size)
{
	const yaml_node_t *key = yaml_document_get_node(doc, pair->key);
	const yaml_node_t *value = yaml_document_get_node(doc, pair->value);
	unsigned long line = key->start_mark.line + 1;
	const struct row *row;
	const char *name, *text, *reason = "is not a single value";

	if (key->type != YAML_SCALAR_NODE)
		return refuse(why, size, "%s:%lu: a key must be a word", path, line);
	name = (const char *)key->data.scalar.value;
	row = find_row(name);
	if (row == NULL)
		return refuse(why, size, "%s:%lu: unknown setting: %s", path, line, name);
	if (*seen & 1ULL << (row - rows))
		return refuse(why, size, "%s:%lu: %s stands here twice", path, line, row->name);
	*seen |= 1ULL << (row - rows);
	if (row->kind == ELSEWHERE)
		return set(s, row, "");
	if (value->type != YAML_SCALAR_NODE)
		return refuse(why, size, "%s:%lu: %s %s", path, line, row->name, reason);
	text = (const char *)value->data.scalar.value;
	if (strlen(text) != value->data.scalar.length)
		return refuse(why, size, "%s:%lu: %s holds a NUL character", path, line, row->name);
	if (value->data.scalar.style == YAML_PLAIN_SCALAR_STYLE &&
	    (strcmp(text, "null") == 0 || strcmp(text, "~") == 0))
		text = "";
	if (((row->kind == TEXT || row->kind == SECRET) && !makes_sense(row, text, &reason)) ||
	    (!set(s, row, text) && !makes_sense(row, text, &reason)))
		return refuse(why, size, "%s:%lu: %s: '%s' %s", path, line, row->name,
		              row->kind == SECRET ? "..." : text, reason);
	return true;
}

static bool take_document(struct settings *s, yaml_document_t *doc, const char *path, char *why, size_t size)
{
	const yaml_node_t *root = yaml_document_get_root_node(doc);
	unsigned long long seen = 0;

	if (root == NULL || (root->type == YAML_SCALAR_NODE && root->data.scalar.length == 0))
		return true;       /* an empty file sets nothing */
	if (root->type != YAML_MAPPING_NODE)
		return refuse(why, size, "%s:%zu: expected lines of the form key: value", path, root->start_mark.line + 1);
	for (const yaml_node_pair_t *p = root->data.mapping.pairs.start; p < root->data.mapping.pairs.top; p++)
		if (!take_pair(s, doc, p, &seen, path, why, size))
			return false;
	return true;
}

bool settings_load(struct settings *s, const char *path, char *why, size_t size)
{
	yaml_parser_t parser;
	yaml_document_t doc;
	FILE *file = fopen(path, "re");
	bool good;

	if (file == NULL)
		return refuse(why, size, "%s: %s", path, strerror(errno));
	if (!yaml_parser_initialize(&parser)) {
		fclose(file);
		return refuse(why, size, "%s: out of memory", path);
	}
	yaml_parser_set_input_file(&parser, file);
	if (yaml_parser_load(&parser, &doc)) {
		good = take_document(s, &doc, path, why, size);
		yaml_document_delete(&doc);
	} else {
		good = refuse(why, size, "%s:%zu: %s", path, parser.problem_mark.line + 1,
		              parser.problem != NULL ? parser.problem : "not readable");
	}
	yaml_parser_delete(&parser);
	fclose(file);
	return good;
}

/* By libyaml, who alone knows which characters it takes for the end of a line. */
static void print_text(const char *name, const char *value, FILE *out)
{
	yaml_document_t doc;
	yaml_emitter_t emitter;
	int mapping, key, text;

	yaml_document_initialize(&doc, NULL, NULL, NULL, 1, 1);
	mapping = yaml_document_add_mapping(&doc, NULL, YAML_BLOCK_MAPPING_STYLE);
	key = yaml_document_add_scalar(&doc, NULL, (const yaml_char_t *)name, -1, YAML_PLAIN_SCALAR_STYLE);
	text = yaml_document_add_scalar(&doc, NULL, (const yaml_char_t *)value, -1, YAML_DOUBLE_QUOTED_SCALAR_STYLE);
	yaml_document_append_mapping_pair(&doc, mapping, key, text);
	yaml_emitter_initialize(&emitter);
	yaml_emitter_set_output_file(&emitter, out);
	yaml_emitter_set_unicode(&emitter, 1);
	yaml_emitter_set_width(&emitter, -1);
	yaml_emitter_dump(&emitter, &doc);       /* frees doc */
	yaml_emitter_delete(&emitter);
}

void settings_print(const struct settings *s, FILE *out)
{
	for (size_t i = 0; i < N_ROWS; i++) {
		const struct row *row = &rows[i];

		switch (row->kind) {
		case TEXT:
		case SECRET:
			fprintf(out, "# %s\n", row->help);
			print_text(row->name, *(char **)field(s, row), out);
			break;
		case NUMBER:
			fprintf(out, "# %s (%ld to %ld)\n%s: %ld\n", row->help, row->min, row->max, row->name,
			        *(long *)field(s, row));
			break;
		case FLAG:
			fprintf(out, "# %s\n%s: %s\n", row->help, row->name, *(bool *)field(s, row) ? "true" : "false");
			break;
		case ELSEWHERE:
			fprintf(out, "# %s: %s\n", row->name, row->help);
			break;
		}
	}
}

void settings_elsewhere(const struct settings *s, void (*tell)(const char *key, const char *where))
{
	for (size_t i = 0; i < N_ROWS; i++)
		if (s->said & 1ULL << i)
			tell(rows[i].name, rows[i].help);
}
