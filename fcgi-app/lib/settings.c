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
#define NGINX "is nginx's business: see nginx/moirai.conf"

static const struct row rows[] = {
	{ "database", SECRET, AT(database), "postgresql:///moirai?user=moirai_web", 0, 0,
	  "libpq URL; several hosts may be named, the one that takes writes is used" },
	{ "courier_database", SECRET, AT(courier_database), "postgresql:///moirai?user=moirai_courier", 0, 0,
	  "the same for moirai-courier, which has a role of its own" },
	{ "domain", TEXT, AT(domain), "localhost", 0, 0, "appended to names of users that have none" },
	{ "user_auth_header", TEXT, AT(user_auth_header), "X-Hermes-Email", 0, 0,
	  "request header in which the sign-in proxy names the user; nginx must strip it from clients" },
	{ "auth_proxy_create", FLAG, AT(auth_proxy_create), "true", 0, 0,
	  "whom the sign-in proxy names is made a user when unknown" },
	{ "user_groups_header", TEXT, AT(user_groups_header), "X-Hermes-Groups", 0, 0,
	  "request header in which it names the user's groups, with commas between; nginx must strip it, too" },
	{ "auth_proxy_superusers", TEXT, AT(auth_proxy_superusers), "", 0, 0,
	  "group whose members, and nobody else whom the proxy names, are superusers; empty: the proxy does not say" },
	{ "api_xsrf_enabled", FLAG, AT(api_xsrf_enabled), "true", 0, 0,
	  "who is signed in by a cookie must show its XSRF token when writing" },
	{ "session_idle", NUMBER, AT(session_idle), "43200", 1, 31536000,
	  "seconds after which a session that was not used ends" },
	{ "session_lifetime", NUMBER, AT(session_lifetime), "1209600", 1, 31536000,
	  "seconds after which sessions, and tokens without a name, end in any case" },
	{ "auth_token_expiry", NUMBER, AT(auth_token_expiry), "600", 1, 31536000,
	  "seconds after which a token without a name that was not used ends" },
	{ "may_throw_restricted", TEXT, AT(may_throw_restricted), "everyone", 0, 0,
	  "who may throw events of restricted types: everyone, superusers or team NAME (one that a superuser owns)" },
	{ "may_mail_owners", TEXT, AT(may_mail_owners), "everyone", 0, 0, "who may write to the owners of a quest's hosts" },
	{ "may_edit_fates", TEXT, AT(may_edit_fates), "everyone", 0, 0, "who may make and change fates and event types" },
	{ "may_delete_fates", TEXT, AT(may_delete_fates), "superusers", 0, 0, "who may delete them" },
	{ "license_expiry", TEXT, AT(license_expiry), "", 0, 0, "what /license/ tells: the date it ends; empty: never" },
	{ "license_users", NUMBER, AT(license_users), "0", 0, 1000000000, "how many users it is for; 0: any number" },
	{ "license_hosts", NUMBER, AT(license_hosts), "0", 0, 1000000000, "how many hosts it is for; 0: any number" },
	{ "license_organization", TEXT, AT(license_organization), "", 0, 0, "whom it was given to" },
	{ "license_contacts", TEXT, AT(license_contacts), "", 0, 0, "how to reach them" },
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

	{ "frontend", TEXT, AT(frontend), "https://hermes.company.net", 0, 0,
	  "where people reach the page: links in mails begin with it" },
	{ "query_server", TEXT, AT(query_server), "", 0, 0,
	  "URL that answers host queries and knows owners and tags; empty: Moirai answers itself" },
	{ "query_timeout", NUMBER, AT(query_timeout), "5", 1, 30, "seconds it has for an answer" },
	{ "strongpoc_server", TEXT, AT(strongpoc_server), "", 0, 0, "URL of a StrongPOC server, which knows owners' addresses" },
	{ "slack_webhook", SECRET, AT(slack_webhook), "", 0, 0, "URL of Slack's incoming webhook; empty: nothing is sent" },
	{ "slack_proxyhost", TEXT, AT(slack_proxyhost), "", 0, 0, "HTTP proxy on the way to Slack, host:port" },
	{ "slack_gather", NUMBER, AT(slack_gather), "2", 0, 3600,
	  "seconds within which labors made and closed become one message" },
	{ "email_notifications", FLAG, AT(email_notifications), "false", 0, 0, "owners and creators get mail" },
	{ "email_sender_address", TEXT, AT(email_sender_address), "hermes@localhost", 0, 0, "who mails come from" },
	{ "email_always_copy", TEXT, AT(email_always_copy), "", 0, 0, "addresses that get a copy of every mail, with commas between" },
	{ "environment", TEXT, AT(environment), "dev", 0, 0, "dev: all mail goes to dev_email_recipient" },
	{ "dev_email_recipient", TEXT, AT(dev_email_recipient), "", 0, 0, "who gets the mails of a dev environment; empty: nobody" },
	{ "quest_mail_every", NUMBER, AT(quest_mail_every), "900", 0, 86400,
	  "seconds that must lie between two mails about closed labors of one quest" },
	{ "smtp_server", TEXT, AT(smtp_server), "localhost:25", 0, 0, "the mail relay, host:port" },
	{ "smtp_starttls", TEXT, AT(smtp_starttls), "offered", 0, 0,
	  "never, offered (when another machine's relay offers it) or always (else the mail waits)" },
	{ "smtp_username", TEXT, AT(smtp_username), "", 0, 0, "signs in at the relay; empty: does not" },
	{ "smtp_password", SECRET, AT(smtp_password), "", 0, 0, "its password" },
	{ "tls_ca_file", TEXT, AT(tls_ca_file), "", 0, 0,
	  "certificates (PEM) that Slack, relay, webhooks and query server are checked by; empty: the system's" },
	{ "plugin_dir", TEXT, AT(plugin_dir), "", 0, 0, "executables in its hooks/ get each event as JSON on standard input" },
	{ "hook_timeout", NUMBER, AT(hook_timeout), "10", 1, 300, "seconds one of them may take" },
	{ "sentry_dsn", SECRET, AT(sentry_dsn), "", 0, 0, "gets unexpected errors" },
	{ "live_socket", TEXT, AT(live_socket), "", 0, 0,
	  "unix socket on which nginx's nchan takes notices for the page; empty: the page asks" },
	{ "letter_retry", NUMBER, AT(letter_retry), "1000", 10, 60000,
	  "milliseconds until a letter that failed is tried again; then half as long again each time, up to a day" },
	{ "letter_retention", NUMBER, AT(letter_retention), "7", 0, 3650, "days that letters are kept after they were sent" },
	{ "health_letter_age", NUMBER, AT(health_letter_age), "3600", 1, 604800,
	  "seconds a letter may wait before /health says that things are bad" },
	{ "metrics_token", SECRET, AT(metrics_token), "", 0, 0,
	  "bearer token that opens /metrics and /health to other machines; empty: this one only" },

	{ "runner_database", SECRET, AT(runner_database), "postgresql:///moirai?user=moirai_runner", 0, 0,
	  "libpq URL for moirai-runner, which has a role of its own" },
	{ "seal_key", TEXT, AT(seal_key), SYSCONFDIR "/moirai/seal.key", 0, 0, "the runner's file of keys that open secrets" },
	{ "projects_dir", TEXT, AT(projects_dir), "/var/lib/moirai/projects", 0, 0, "where the runner keeps its copies of projects" },
	{ "runs_dir", TEXT, AT(runs_dir), "/var/lib/moirai/runs", 0, 0,
	  "where each run has its folder while it lasts; run_account must be able to make one there" },
	{ "secrets_dir", TEXT, AT(secrets_dir), "/dev/shm", 0, 0, "the same for keys and passwords: a file system in memory, with a short path" },
	{ "run_account", TEXT, AT(run_account), "moirai-run", 0, 0,
	  "the account that Ansible runs as, which can read nothing of the runner's; empty: the runner's own" },
	{ "ansible_dir", TEXT, AT(ansible_dir), "/usr/bin", 0, 0, "where ansible, ansible-playbook and ansible-doc are" },
	{ "jobs", NUMBER, AT(jobs), "10", 1, 1000, "runs at a time on one runner, and as many syncs besides" },
	{ "jobs_per_project", NUMBER, AT(jobs_per_project), "0", 0, 1000, "runs of one project at a time on all runners; 0: any number" },
	{ "jobs_per_host", NUMBER, AT(jobs_per_host), "0", 0, 1000, "runs on one host at a time on all runners; 0: any number" },
	{ "run_time_limit", NUMBER, AT(run_time_limit), "86400", 0, 31536000, "seconds after which a run is stopped; 0: never" },
	{ "run_max_lines", NUMBER, AT(run_max_lines), "2000000", 1, 1000000000, "lines of a run's output that are kept" },
	{ "run_max_output", NUMBER, AT(run_max_output), "1024", 1, 1048576, "MiB of a run's output that are kept" },
	{ "run_retention", NUMBER, AT(run_retention), "365", 0, 36500, "days that output is kept, in whole weeks; 0: for ever" },
	{ "sync_timeout", NUMBER, AT(sync_timeout), "600", 1, 86400, "seconds that fetching a project may take" },
	{ "project_max_size", NUMBER, AT(project_max_size), "1024", 1, 1048576, "MiB that a project may have" },
	{ "local_repositories", FLAG, AT(local_repositories), "false", 0, 0,
	  "projects may come from the runner's own disks (paths and file://)" },
	{ "time_zone", TEXT, AT(time_zone), "UTC", 0, 0, "by whose clock schedules are read, such as Europe/Berlin" },
	{ "missed_runs", TEXT, AT(missed_runs), "catch_up", 0, 0,
	  "what a periodic task does that was due while no runner ran: catch_up (once) or skip" },
	{ "hooks_dir", TEXT, AT(hooks_dir), "", 0, 0, "executables in it may be hooks of the type SCRIPT" },

	{ "log_format", ELSEWHERE, 0, NULL, 0, 0, "is the journal's business: journalctl -o" },
	{ "port", ELSEWHERE, 0, NULL, 0, 0, NGINX },
	{ "bind_address", ELSEWHERE, 0, NULL, 0, 0, NGINX },
	{ "restrict_networks", ELSEWHERE, 0, NULL, 0, 0, NGINX " (allow, deny)" },
	{ "debug", ELSEWHERE, 0, NULL, 0, 0, "is log_level: debug" },
	{ "secret_key", ELSEWHERE, 0, NULL, 0, 0, "is not needed: no cookie is signed" },
};
#define N_ROWS (sizeof rows / sizeof rows[0])
_Static_assert(N_ROWS <= SETTINGS_MOST, "settings.said has a flag for each row");

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
		s->said[row - rows] = true;
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
	else if ((row->offset == AT(database) || row->offset == AT(courier_database) || row->offset == AT(runner_database)) && strstr(value, "://") != NULL && strncmp(value, "postgres", 8) != 0)
		*why = "is not a PostgreSQL URL; Moirai keeps its data in PostgreSQL only";
	else if (row->offset == AT(log_level) && strcmp(value, "error") != 0 && strcmp(value, "warning") != 0 &&
	         strcmp(value, "info") != 0 && strcmp(value, "debug") != 0)
		*why = "is none of error, warning, info and debug";
	else if (row->offset == AT(smtp_starttls) && strcmp(value, "never") != 0 && strcmp(value, "offered") != 0 &&
	         strcmp(value, "always") != 0)
		*why = "is none of never, offered and always";
	else if (row->offset == AT(missed_runs) && strcmp(value, "catch_up") != 0 && strcmp(value, "skip") != 0)
		*why = "is neither catch_up nor skip";
	else if (strncmp(row->name, "may_", 4) == 0 && strcmp(value, "everyone") != 0 && strcmp(value, "superusers") != 0 &&
	         (strncmp(value, "team ", 5) != 0 || value[5] == '\0'))
		*why = "is none of everyone, superusers and team NAME";
	else
		return true;
	return false;
}

/* `seen` has a flag for each row that stood in this file before. */
static bool take_pair(struct settings *s, yaml_document_t *doc, const yaml_node_pair_t *pair,
                      bool *seen, const char *path, char *why, size_t size)
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
	if (seen[row - rows])
		return refuse(why, size, "%s:%lu: %s stands here twice", path, line, row->name);
	seen[row - rows] = true;
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
	bool seen[N_ROWS] = { false };

	if (root == NULL || (root->type == YAML_SCALAR_NODE && root->data.scalar.length == 0))
		return true;       /* an empty file sets nothing */
	if (root->type != YAML_MAPPING_NODE)
		return refuse(why, size, "%s:%zu: expected lines of the form key: value", path, root->start_mark.line + 1);
	for (const yaml_node_pair_t *p = root->data.mapping.pairs.start; p < root->data.mapping.pairs.top; p++)
		if (!take_pair(s, doc, p, seen, path, why, size))
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
		if (s->said[i])
			tell(rows[i].name, rows[i].help);
}

json_t *settings_told(const struct settings *s)
{
	bool dev = strcmp(s->environment, "dev") == 0;
	json_t *told = json_pack("{s:s, s:b, s:s, s:b, s:b}", "domain", s->domain, "countEvents", s->count_events,
	                         "frontend", s->frontend, "queryServer", *s->query_server != '\0',
	                         "contacts", *s->strongpoc_server != '\0');
	json_t *mail = json_pack("{s:b, s:s, s:s, s:s, s:s, s:I}",
	                         "mail", s->email_notifications && !(dev && *s->dev_email_recipient == '\0'),
	                         "sender", s->email_sender_address, "alwaysCopy", s->email_always_copy,
	                         "environment", s->environment, "devRecipient", s->dev_email_recipient,
	                         "questMailEvery", (json_int_t)s->quest_mail_every);
	json_t *rest = json_pack("{s:b, s:I, s:b, s:b, s:I, s:I, s:I}", "slack", *s->slack_webhook != '\0',
	                         "slackGather", (json_int_t)s->slack_gather, "hooks", *s->plugin_dir != '\0',
	                         "live", *s->live_socket != '\0', "letterRetry", (json_int_t)s->letter_retry,
	                         "letterRetention", (json_int_t)s->letter_retention,
	                         "healthLetterAge", (json_int_t)s->health_letter_age);

	json_t *people = json_pack("{s:s, s:I, s:I, s:I, s:s, s:s, s:s, s:s, s:{s:s, s:I, s:I, s:s, s:s}}",
	                           "fullstoryId", s->fullstory_id, "sessionIdle", (json_int_t)s->session_idle,
	                           "sessionLifetime", (json_int_t)s->session_lifetime,
	                           "authTokenExpiry", (json_int_t)s->auth_token_expiry,
	                           "mayThrowRestricted", s->may_throw_restricted, "mayMailOwners", s->may_mail_owners,
	                           "mayEditFates", s->may_edit_fates, "mayDeleteFates", s->may_delete_fates,
	                           "license", "expiry", s->license_expiry, "users", (json_int_t)s->license_users,
	                           "hosts", (json_int_t)s->license_hosts, "organization", s->license_organization,
	                           "contacts", s->license_contacts);

	json_t *runs = json_pack("{s:I, s:I, s:I, s:I, s:s, s:s, s:s}", "jobs", (json_int_t)s->jobs,
	                         "jobsPerProject", (json_int_t)s->jobs_per_project,
	                         "jobsPerHost", (json_int_t)s->jobs_per_host, "runRetention", (json_int_t)s->run_retention,
	                         "timeZone", s->time_zone, "missedRuns", s->missed_runs, "hooksDir", s->hooks_dir);

	json_object_update_new(told, runs);
	json_object_update_new(told, people);
	json_object_update_new(told, mail);
	json_object_update_new(told, rest);
	return told;
}
