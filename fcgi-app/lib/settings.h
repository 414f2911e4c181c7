/* settings.h - the one YAML file of settings (D13), whose names are those of the Hermes document where it has one.
 *
 *	struct settings s;
 *	settings_init(&s);                               the defaults
 *	settings_load(&s, path, why, sizeof why);        over them, once or several times
 *	settings_done(&s);
 *
 * The rows in settings.c are the one place that knows names, kinds, defaults, ranges and help: parser and
 * --print-settings are made from them. An unknown key or a bad value makes settings_load fail with file,
 * line and reason.
 */
#ifndef LIB_SETTINGS_H
#define LIB_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include <jansson.h>

#define SETTINGS_MOST 128

struct settings {
	/* of the Hermes document */
	char *database;
	char *domain;
	char *user_auth_header;
	char *fullstory_id;
	long num_processes;
	bool count_events;
	char *frontend, *query_server, *strongpoc_server;
	char *slack_webhook, *slack_proxyhost;
	bool email_notifications;
	char *email_sender_address, *email_always_copy, *environment, *dev_email_recipient;
	char *plugin_dir, *sentry_dsn;
	/* of our own */
	char *socket;
	long backlog;
	long max_requests;
	long statement_timeout;
	bool auth_proxy_create;
	char *log_level;
	long query_timeout, slack_gather, quest_mail_every, hook_timeout, letter_retry, letter_retention, health_letter_age;
	char *smtp_server, *smtp_starttls, *smtp_username, *smtp_password, *tls_ca_file;
	char *courier_database;
	char *live_socket, *metrics_token;
	char *user_groups_header, *auth_proxy_superusers;
	bool api_xsrf_enabled;
	long auth_token_expiry, session_idle, session_lifetime;
	char *may_throw_restricted, *may_mail_owners, *may_edit_fates, *may_delete_fates;
	char *license_expiry, *license_organization, *license_contacts;
	long license_users, license_hosts;
	char *runner_database, *seal_key, *projects_dir, *runs_dir, *secrets_dir, *run_account, *ansible_dir;
	long jobs, jobs_per_project, jobs_per_host;
	long run_time_limit, run_max_lines, run_max_output, run_retention;
	long sync_timeout, project_max_size;
	bool local_repositories;
	char *time_zone, *missed_runs, *hooks_dir;
	/* keys that were set though their meaning lives elsewhere or is still to come, a flag for each row */
	bool said[SETTINGS_MOST];
};

void settings_init(struct settings *s);
void settings_done(struct settings *s);

/* Reads a file over what `s` holds. False: `why` says file, line and reason, and `s` is to be thrown away. */
bool settings_load(struct settings *s, const char *path, char *why, size_t size) __attribute__((warn_unused_result));

/* Writes every setting with its value and what it is for, as YAML that settings_load takes. */
void settings_print(const struct settings *s, FILE *out);

/* What SQL functions are told of them (req->'settings'), a JSON object that the caller owns. No secret is among it. */
json_t *settings_told(const struct settings *s);

/* Calls `tell(key, where)` for each key that was set and works elsewhere, or not yet. */
void settings_elsewhere(const struct settings *s, void (*tell)(const char *key, const char *where));

#endif
