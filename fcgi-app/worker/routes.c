/* THE route table. Adding an endpoint: a row here, its SQL function, its tests, its lines in doc/openapi.yaml. */
#include "config.h"

#include "worker/hooks.h"
#include "worker/route.h"

#define CALL(function) { function, "select status, location, body from " function "($1::jsonb)", 1 }
#define NONE { NULL, NULL, 0 }

const struct route routes[] = {
	/* ---- sql/hermes_api/hosts.sql: the machines of the fleet ---- */
	{ HERMES, GET, "/hosts", CALL("hermes_api.hosts_list"), NULL, 0 },
	{ HERMES, POST, "/hosts", CALL("hermes_api.hosts_create"), NULL, 0 },
	{ HERMES, POST, "/hosts/check", CALL("hermes_api.hosts_check"), NULL, 0 },
	{ HERMES, GET, "/hosts/{hostname:rest}", CALL("hermes_api.hosts_get"), NULL, 0 },
	{ HERMES, PUT, "/hosts/{hostname:rest}", CALL("hermes_api.hosts_update"), NULL, 0 },
	{ HERMES, DELETE, "/hosts/{hostname:rest}", NONE, NULL, R_UNSUPPORTED },

	/* ---- sql/hermes_api/event_types.sql: what can happen ---- */
	{ HERMES, GET, "/eventtypes", CALL("hermes_api.event_types_list"), NULL, 0 },
	{ HERMES, POST, "/eventtypes", CALL("hermes_api.event_types_create"), NULL, 0 },
	{ HERMES, GET, "/eventtypes/{id}", CALL("hermes_api.event_types_get"), NULL, 0 },
	{ HERMES, PUT, "/eventtypes/{id}", CALL("hermes_api.event_types_update"), NULL, 0 },
	{ HERMES, DELETE, "/eventtypes/{id}", CALL("hermes_api.event_types_delete"), NULL, 0 },

	/* ---- sql/hermes_api/events.sql: the journal ---- */
	{ HERMES, GET, "/events", CALL("hermes_api.events_list"), NULL, 0 },
	{ HERMES, POST, "/events", CALL("hermes_api.events_create"), NULL, 0 },
	{ HERMES, POST, "/events/preview", CALL("hermes_api.events_preview"), NULL, 0 },
	{ HERMES, GET, "/events/{id}", CALL("hermes_api.events_get"), NULL, 0 },
	{ HERMES, PUT, "/events/{id}", NONE, NULL, R_UNSUPPORTED },
	{ HERMES, DELETE, "/events/{id}", NONE, NULL, R_UNSUPPORTED },

	/* ---- sql/hermes_api/fates.sql: what must follow what ---- */
	{ HERMES, GET, "/fates", CALL("hermes_api.fates_list"), NULL, 0 },
	{ HERMES, POST, "/fates", CALL("hermes_api.fates_create"), NULL, 0 },
	{ HERMES, GET, "/fates/{id}", CALL("hermes_api.fates_get"), NULL, 0 },
	{ HERMES, PUT, "/fates/{id}", CALL("hermes_api.fates_update"), NULL, 0 },
	{ HERMES, DELETE, "/fates/{id}", CALL("hermes_api.fates_delete"), NULL, 0 },

	/* ---- sql/hermes_api/labors.sql: what is still to be done ---- */
	{ HERMES, GET, "/labors", CALL("hermes_api.labors_list"), NULL, 0 },
	{ HERMES, POST, "/labors", NONE, NULL, R_UNSUPPORTED },
	{ HERMES, PUT, "/labors", CALL("hermes_api.labors_update_many"), NULL, 0 },
	{ HERMES, GET, "/labors/table", CALL("hermes_api.labors_table"), NULL, 0 },
	{ HERMES, GET, "/labors/{id}", CALL("hermes_api.labors_get"), NULL, 0 },
	{ HERMES, PUT, "/labors/{id}", CALL("hermes_api.labors_update"), NULL, 0 },
	{ HERMES, DELETE, "/labors/{id}", NONE, NULL, R_UNSUPPORTED },

	/* ---- sql/hermes_api/quests.sql: labors under one aim ---- */
	{ HERMES, GET, "/quests", CALL("hermes_api.quests_list"), NULL, 0 },
	{ HERMES, POST, "/quests", CALL("hermes_api.quests_create"), NULL, 0 },
	{ HERMES, GET, "/quests/{id}", CALL("hermes_api.quests_get"), NULL, 0 },
	{ HERMES, PUT, "/quests/{id}", CALL("hermes_api.quests_update"), NULL, 0 },
	{ HERMES, DELETE, "/quests/{id}", NONE, NULL, R_UNSUPPORTED },
	{ HERMES, POST, "/quests/{id}/mail", CALL("hermes_api.quests_mail"), NULL, 0 },
	{ HERMES, GET, "/quests/{id}/mail", CALL("hermes_api.quests_mail_to"), NULL, 0 },

	/* ---- sql/hermes_api/history.sql: how far things are, and how they got there ---- */
	{ HERMES, GET, "/quests/{id}/history", CALL("hermes_api.quests_history"), NULL, 0 },
	{ HERMES, GET, "/fates/counts", CALL("hermes_api.fates_counts"), NULL, 0 },

	/* ---- sql/hermes_api/home.sql: what concerns who asks ---- */
	{ HERMES, GET, "/home", CALL("hermes_api.home"), NULL, 0 },

	/* ---- sql/hermes_api/search.sql: things found by a few letters ---- */
	{ HERMES, GET, "/search", CALL("hermes_api.search"), NULL, 0 },

	/* ---- sql/hermes_api/ask.sql: what the query server says ---- */
	{ HERMES, GET, "/extquery", CALL("hermes_api.extquery"), NULL, 0 },
	{ HERMES, POST, "/extquery", CALL("hermes_api.extquery"), NULL, 0 },

	/* ---- sql/hermes_api/letters.sql: what leaves the house ---- */
	{ HERMES, GET, "/letters", CALL("hermes_api.letters_list"), NULL, 0 },
	{ HERMES, GET, "/letters/{id}", CALL("hermes_api.letters_get"), NULL, 0 },
	{ HERMES, POST, "/letters/{id}/retry", CALL("hermes_api.letters_retry"), NULL, 0 },

	/* ---- sql/hermes_api/webhooks.sql: who is told of events ---- */
	{ HERMES, GET, "/webhooks", CALL("hermes_api.webhooks_list"), NULL, 0 },
	{ HERMES, POST, "/webhooks", CALL("hermes_api.webhooks_create"), NULL, 0 },
	{ HERMES, GET, "/webhooks/{id}", CALL("hermes_api.webhooks_get"), NULL, 0 },
	{ HERMES, PUT, "/webhooks/{id}", CALL("hermes_api.webhooks_update"), NULL, 0 },
	{ HERMES, DELETE, "/webhooks/{id}", CALL("hermes_api.webhooks_delete"), NULL, 0 },

	/* ---- sql/hermes_api/server.sql: about this server ---- */
	{ HERMES, GET, "/currentUser", CALL("hermes_api.current_user"), NULL, 0 },
	{ HERMES, GET, "/live", CALL("hermes_api.live"), hook_live, 0 },
	{ HERMES, GET, "/health", CALL("hermes_api.health"), NULL, R_WATCH },
	{ HERMES, GET, "/metrics", CALL("hermes_api.metrics"), hook_metrics, R_WATCH },

	{ HERMES, GET, "/serverConfig", CALL("hermes_api.server_config"), NULL, 0 },

	/* ---- sql/hermes_api/session.sql: sessions and tokens ---- */
	{ HERMES, POST, "/session", CALL("hermes_api.session_create"), hook_session, R_CREDENTIALS | R_TOKEN },
	{ HERMES, GET, "/session", CALL("hermes_api.session_get"), hook_session, 0 },
	{ HERMES, DELETE, "/session", CALL("hermes_api.session_delete"), hook_session, 0 },
	{ HERMES, GET, "/sessions", CALL("hermes_api.sessions_list"), NULL, 0 },
	{ HERMES, DELETE, "/sessions", CALL("hermes_api.sessions_end_others"), NULL, 0 },
	{ HERMES, DELETE, "/sessions/{id}", CALL("hermes_api.sessions_delete"), NULL, 0 },
	{ HERMES, GET, "/tokens", CALL("hermes_api.tokens_list"), NULL, 0 },
	{ HERMES, POST, "/tokens", CALL("hermes_api.tokens_create"), hook_token, R_TOKEN },
	{ HERMES, DELETE, "/tokens/{id}", CALL("hermes_api.tokens_delete"), NULL, 0 },

	/* ---- sql/hermes_api/audit.sql: who did what ---- */
	{ HERMES, GET, "/audit", CALL("hermes_api.audit_list"), NULL, 0 },

	/* ---- worker/hooks.c: answered without the database ---- */
	{ HERMES, GET, "/ping", NONE, hook_ping, R_OPEN },

	/* ---- sql/polemarch_api/users.sql: who may sign in ---- */
	{ POLEMARCH, GET, "/users", CALL("polemarch_api.users_list"), NULL, 0 },
	{ POLEMARCH, POST, "/users", CALL("polemarch_api.users_create"), NULL, R_PASSWORD },
	{ POLEMARCH, GET, "/users/{id}", CALL("polemarch_api.users_get"), NULL, 0 },
	{ POLEMARCH, PUT, "/users/{id}", CALL("polemarch_api.users_update"), NULL, R_PASSWORD },
	{ POLEMARCH, PATCH, "/users/{id}", CALL("polemarch_api.users_update"), NULL, R_PASSWORD },
	{ POLEMARCH, DELETE, "/users/{id}", CALL("polemarch_api.users_delete"), NULL, 0 },

	/* ---- sql/polemarch_api/teams.sql: users to whom rights are granted together ---- */
	{ POLEMARCH, GET, "/teams", CALL("polemarch_api.teams_list"), NULL, 0 },
	{ POLEMARCH, POST, "/teams", CALL("polemarch_api.teams_create"), NULL, 0 },
	{ POLEMARCH, GET, "/teams/{id}", CALL("polemarch_api.teams_get"), NULL, 0 },
	{ POLEMARCH, PUT, "/teams/{id}", CALL("polemarch_api.teams_update"), NULL, 0 },
	{ POLEMARCH, PATCH, "/teams/{id}", CALL("polemarch_api.teams_update"), NULL, 0 },
	{ POLEMARCH, DELETE, "/teams/{id}", CALL("polemarch_api.teams_delete"), NULL, 0 },

	/* ---- sql/polemarch_api/hosts.sql: how machines are reached ---- */
	{ POLEMARCH, GET, "/hosts", CALL("polemarch_api.hosts_list"), NULL, 0 },
	{ POLEMARCH, POST, "/hosts", CALL("polemarch_api.hosts_create"), NULL, R_SECRETS },
	{ POLEMARCH, GET, "/hosts/{id}", CALL("polemarch_api.hosts_get"), NULL, 0 },
	{ POLEMARCH, PUT, "/hosts/{id}", CALL("polemarch_api.hosts_update"), NULL, R_SECRETS },
	{ POLEMARCH, PATCH, "/hosts/{id}", CALL("polemarch_api.hosts_update"), NULL, R_SECRETS },
	{ POLEMARCH, DELETE, "/hosts/{id}", CALL("polemarch_api.hosts_delete"), NULL, 0 },

	/* ---- sql/polemarch_api/groups.sql: hosts, or groups, under one name ---- */
	{ POLEMARCH, GET, "/groups", CALL("polemarch_api.groups_list"), NULL, 0 },
	{ POLEMARCH, POST, "/groups", CALL("polemarch_api.groups_create"), NULL, R_SECRETS },
	{ POLEMARCH, GET, "/groups/{id}", CALL("polemarch_api.groups_get"), NULL, 0 },
	{ POLEMARCH, PUT, "/groups/{id}", CALL("polemarch_api.groups_update"), NULL, R_SECRETS },
	{ POLEMARCH, PATCH, "/groups/{id}", CALL("polemarch_api.groups_update"), NULL, R_SECRETS },
	{ POLEMARCH, DELETE, "/groups/{id}", CALL("polemarch_api.groups_delete"), NULL, 0 },

	/* ---- sql/polemarch_api/inventories.sql: what Ansible is told ---- */
	{ POLEMARCH, GET, "/inventories", CALL("polemarch_api.inventories_list"), NULL, 0 },
	{ POLEMARCH, POST, "/inventories", CALL("polemarch_api.inventories_create"), NULL, R_SECRETS },
	{ POLEMARCH, GET, "/inventories/{id}", CALL("polemarch_api.inventories_get"), NULL, 0 },
	{ POLEMARCH, PUT, "/inventories/{id}", CALL("polemarch_api.inventories_update"), NULL, R_SECRETS },
	{ POLEMARCH, PATCH, "/inventories/{id}", CALL("polemarch_api.inventories_update"), NULL, R_SECRETS },
	{ POLEMARCH, DELETE, "/inventories/{id}", CALL("polemarch_api.inventories_delete"), NULL, 0 },

	/* ---- sql/polemarch_api/machines.sql: which machines an inventory means ---- */
	{ POLEMARCH, GET, "/inventories/{id}/machines", CALL("polemarch_api.inventories_machines"), NULL, 0 },
	{ POLEMARCH, POST, "/inventories/{id}/machines", CALL("polemarch_api.inventories_machines_check"), NULL, 0 },

	/* ---- sql/polemarch_api/import.sql: inventories as Ansible's own texts ---- */
	{ POLEMARCH, POST, "/inventories/import", CALL("polemarch_api.inventories_import"), NULL, R_INVENTORY },
	{ POLEMARCH, GET, "/inventories/{id}/export", CALL("polemarch_api.inventories_export"), hook_text, 0 },

	/* ---- sql/polemarch_api/history.sql: what was run ---- */
	{ POLEMARCH, GET, "/history", CALL("polemarch_api.history_list"), NULL, 0 },
	{ POLEMARCH, GET, "/history/{id}", CALL("polemarch_api.history_get"), NULL, 0 },
	{ POLEMARCH, DELETE, "/history/{id}", CALL("polemarch_api.history_delete"), NULL, 0 },
	{ POLEMARCH, POST, "/history/{id}/cancel", CALL("polemarch_api.history_cancel"), NULL, 0 },
	{ POLEMARCH, GET, "/history/{id}/facts", CALL("polemarch_api.history_facts"), NULL, 0 },
	{ POLEMARCH, GET, "/history/{id}/hosts", CALL("polemarch_api.history_hosts"), NULL, 0 },

	/* ---- sql/polemarch_api/output.sql: what it said ---- */
	{ POLEMARCH, GET, "/history/{id}/lines", CALL("polemarch_api.history_lines"), NULL, 0 },
	{ POLEMARCH, GET, "/history/{id}/raw", CALL("polemarch_api.history_raw"), hook_raw, 0 },

	/* ---- sql/polemarch_api/outline.sql: where things are in it ---- */
	{ POLEMARCH, GET, "/history/{id}/outline", CALL("polemarch_api.history_outline"), NULL, 0 },

	/* ---- sql/polemarch_api/sublists.sql: what is in what ---- */
	{ POLEMARCH, GET, "/{objects:word}/{id}/hosts", CALL("polemarch_api.sublists_get"), NULL, 0 },
	{ POLEMARCH, POST, "/{objects:word}/{id}/hosts", CALL("polemarch_api.sublists_add"), NULL, 0 },
	{ POLEMARCH, PUT, "/{objects:word}/{id}/hosts", CALL("polemarch_api.sublists_replace"), NULL, 0 },
	{ POLEMARCH, DELETE, "/{objects:word}/{id}/hosts", CALL("polemarch_api.sublists_remove"), NULL, 0 },
	{ POLEMARCH, GET, "/{objects:word}/{id}/groups", CALL("polemarch_api.sublists_get"), NULL, 0 },
	{ POLEMARCH, POST, "/{objects:word}/{id}/groups", CALL("polemarch_api.sublists_add"), NULL, 0 },
	{ POLEMARCH, PUT, "/{objects:word}/{id}/groups", CALL("polemarch_api.sublists_replace"), NULL, 0 },
	{ POLEMARCH, DELETE, "/{objects:word}/{id}/groups", CALL("polemarch_api.sublists_remove"), NULL, 0 },
	{ POLEMARCH, GET, "/{objects:word}/{id}/inventories", CALL("polemarch_api.sublists_get"), NULL, 0 },
	{ POLEMARCH, POST, "/{objects:word}/{id}/inventories", CALL("polemarch_api.sublists_add"), NULL, 0 },
	{ POLEMARCH, PUT, "/{objects:word}/{id}/inventories", CALL("polemarch_api.sublists_replace"), NULL, 0 },
	{ POLEMARCH, DELETE, "/{objects:word}/{id}/inventories", CALL("polemarch_api.sublists_remove"), NULL, 0 },

	/* ---- sql/polemarch_api/templates.sql: what was saved to be run, or made, again ---- */
	{ POLEMARCH, GET, "/templates", CALL("polemarch_api.templates_list"), NULL, 0 },
	{ POLEMARCH, POST, "/templates", CALL("polemarch_api.templates_create"), NULL, R_SECRETS },
	{ POLEMARCH, GET, "/templates/{id}", CALL("polemarch_api.templates_get"), NULL, 0 },
	{ POLEMARCH, PUT, "/templates/{id}", CALL("polemarch_api.templates_update"), NULL, R_SECRETS },
	{ POLEMARCH, PATCH, "/templates/{id}", CALL("polemarch_api.templates_update"), NULL, R_SECRETS },
	{ POLEMARCH, DELETE, "/templates/{id}", CALL("polemarch_api.templates_delete"), NULL, 0 },
	{ POLEMARCH, GET, "/templates/supported-kinds", CALL("polemarch_api.templates_kinds"), NULL, 0 },

	/* ---- sql/polemarch_api/projects.sql: where playbooks come from ---- */
	{ POLEMARCH, GET, "/projects", CALL("polemarch_api.projects_list"), NULL, 0 },
	{ POLEMARCH, POST, "/projects", CALL("polemarch_api.projects_create"), NULL, R_SECRETS },
	{ POLEMARCH, GET, "/projects/supported-repos", CALL("polemarch_api.projects_repos"), NULL, 0 },
	{ POLEMARCH, GET, "/projects/{id}", CALL("polemarch_api.projects_get"), NULL, 0 },
	{ POLEMARCH, PUT, "/projects/{id}", CALL("polemarch_api.projects_update"), NULL, R_SECRETS },
	{ POLEMARCH, PATCH, "/projects/{id}", CALL("polemarch_api.projects_update"), NULL, R_SECRETS },
	{ POLEMARCH, DELETE, "/projects/{id}", CALL("polemarch_api.projects_delete"), NULL, 0 },
	{ POLEMARCH, POST, "/projects/{id}/sync", CALL("polemarch_api.projects_sync"), NULL, 0 },

	/* ---- sql/polemarch_api/execute.sql: a run is asked for ---- */
	{ POLEMARCH, POST, "/projects/{id}/execute-playbook", CALL("polemarch_api.execute_playbook"), NULL, R_ARGUMENTS },
	{ POLEMARCH, POST, "/projects/{id}/execute-module", CALL("polemarch_api.execute_module"), NULL, R_ARGUMENTS },
	{ POLEMARCH, POST, "/templates/{id}/execute", CALL("polemarch_api.execute_template"), NULL, 0 },
	{ POLEMARCH, POST, "/periodic-tasks/{id}/execute", CALL("polemarch_api.execute_periodic_task"), NULL, 0 },

	/* ---- sql/polemarch_api/tasks.sql: playbooks that were found ---- */
	{ POLEMARCH, GET, "/tasks", CALL("polemarch_api.tasks_list"), NULL, 0 },
	{ POLEMARCH, GET, "/tasks/{id}", CALL("polemarch_api.tasks_get"), NULL, 0 },

	/* ---- sql/polemarch_api/periodic_tasks.sql: runs by the clock ---- */
	{ POLEMARCH, GET, "/periodic-tasks", CALL("polemarch_api.periodic_tasks_list"), NULL, 0 },
	{ POLEMARCH, POST, "/periodic-tasks", CALL("polemarch_api.periodic_tasks_create"), NULL, R_SECRETS },
	{ POLEMARCH, GET, "/periodic-tasks/next", CALL("polemarch_api.periodic_tasks_next"), NULL, 0 },
	{ POLEMARCH, GET, "/periodic-tasks/{id}", CALL("polemarch_api.periodic_tasks_get"), NULL, 0 },
	{ POLEMARCH, PUT, "/periodic-tasks/{id}", CALL("polemarch_api.periodic_tasks_update"), NULL, R_SECRETS },
	{ POLEMARCH, PATCH, "/periodic-tasks/{id}", CALL("polemarch_api.periodic_tasks_update"), NULL, R_SECRETS },
	{ POLEMARCH, DELETE, "/periodic-tasks/{id}", CALL("polemarch_api.periodic_tasks_delete"), NULL, 0 },

	/* ---- sql/polemarch_api/ansible.sql: what the installed Ansible can do ---- */
	{ POLEMARCH, GET, "/ansible", CALL("polemarch_api.ansible"), NULL, 0 },
	{ POLEMARCH, GET, "/ansible/cli_reference", CALL("polemarch_api.ansible_cli_reference"), NULL, 0 },
	{ POLEMARCH, GET, "/ansible/modules", CALL("polemarch_api.ansible_modules"), NULL, 0 },

	/* ---- sql/polemarch_api/bulk.sql: many changes at once ---- */
	{ POLEMARCH, GET, "/_bulk", CALL("polemarch_api.bulk_types"), NULL, 0 },
	{ POLEMARCH, POST, "/_bulk", CALL("polemarch_api.bulk"), NULL, R_BULK },

	/* ---- sql/polemarch_api/stats.sql: how much there is ---- */
	{ POLEMARCH, GET, "/stats", CALL("polemarch_api.stats"), NULL, 0 },

	/* ---- sql/polemarch_api/hooks.sql: who is told of runs ---- */
	{ POLEMARCH, GET, "/hooks", CALL("polemarch_api.hooks_list"), NULL, 0 },
	{ POLEMARCH, POST, "/hooks", CALL("polemarch_api.hooks_create"), NULL, 0 },
	{ POLEMARCH, GET, "/hooks/types", CALL("polemarch_api.hooks_types"), NULL, 0 },
	{ POLEMARCH, GET, "/hooks/{id}", CALL("polemarch_api.hooks_get"), NULL, 0 },
	{ POLEMARCH, PUT, "/hooks/{id}", CALL("polemarch_api.hooks_update"), NULL, 0 },
	{ POLEMARCH, PATCH, "/hooks/{id}", CALL("polemarch_api.hooks_update"), NULL, 0 },
	{ POLEMARCH, DELETE, "/hooks/{id}", CALL("polemarch_api.hooks_delete"), NULL, 0 },

	/* ---- sql/polemarch_api/permissions.sql: who may do what with an object of any kind ---- */
	{ POLEMARCH, GET, "/{objects:word}/{id}/permissions", CALL("polemarch_api.permissions_get"), NULL, 0 },
	{ POLEMARCH, POST, "/{objects:word}/{id}/permissions", CALL("polemarch_api.permissions_add"), NULL, 0 },
	{ POLEMARCH, PUT, "/{objects:word}/{id}/permissions", CALL("polemarch_api.permissions_replace"), NULL, 0 },
	{ POLEMARCH, DELETE, "/{objects:word}/{id}/permissions", CALL("polemarch_api.permissions_remove"), NULL, 0 },
	{ POLEMARCH, GET, "/{objects:word}/{id}/access", CALL("polemarch_api.access_get"), NULL, 0 },
	{ POLEMARCH, GET, "/{objects:word}/{id}/owner", CALL("polemarch_api.owner_get"), NULL, 0 },
	{ POLEMARCH, PUT, "/{objects:word}/{id}/owner", CALL("polemarch_api.owner_set"), NULL, 0 },

	/* ---- sql/polemarch_api/server.sql: about this server ---- */
	{ POLEMARCH, GET, "/", CALL("polemarch_api.root"), NULL, 0 },
	{ POLEMARCH, GET, "/license", CALL("polemarch_api.license"), NULL, 0 },
	{ POLEMARCH, POST, "/token", CALL("polemarch_api.token_create"), hook_token, R_CREDENTIALS | R_TOKEN },
	{ POLEMARCH, DELETE, "/token", CALL("polemarch_api.token_delete"), NULL, 0 },
};
const size_t n_routes = sizeof routes / sizeof routes[0];
