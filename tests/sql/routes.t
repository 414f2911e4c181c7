#!/usr/bin/env bash
# What the worker and the database have to agree on: its route table names the endpoints, those that a GET calls change
# nothing, and it tells what the other tests (lib.psql) tell. Run by tests/sql/run.
. "$(dirname "$0")/tap.sh"
here=$(cd "$(dirname "$0")" && pwd)
worker=$here/../../fcgi-app/worker

# called METHOD: the functions that rows of this method, or of all that match, call; each once.
called() {
	sed -n "s/^\t{ [A-Z]*, $1, .*CALL(\"\([a-z_.]*\)\").*/\1/p" "$worker/routes.c" | LC_ALL=C sort -u
}
# those CONDITION: functions of the endpoints' schemas.
those() {
	sql postgres moirai "select f from pg_proc p, lateral (select pronamespace::regnamespace || '.' || proname) n (f)
		where pronamespace in ('hermes_api'::regnamespace, 'polemarch_api'::regnamespace) and $1 order by f collate \"C\""
}
is "$(called '[A-Z]*')" "$(those prosecdef)" 'the endpoints are those of the route table'
is "$(those "provolatile <> 's' and f = any(string_to_array('$(called GET | tr '\n' ' ')', ' '))")" '' \
	'what a GET calls is stable: a token that may only read changes nothing'

# ---- stable functions may call others that are not: so each is tried where nothing can be changed ----
createdb -T moirai reading
psql -X -q -v ON_ERROR_STOP=1 -d reading >/dev/null <<-'SQL'
	select setval(oid, 1, false) from pg_class where relkind = 'S' and relowner = 'moirai_owner'::regrole;
	insert into people.users (username, superuser, stamp) values ('johnny', true, 7);
	insert into people.tokens (user_id, kind, name, hash, made_at, seen_at)
	values (1, 'session', null, sha256('x'), now(), now()), (1, 'personal', 'x', sha256('y'), now(), now());
	insert into fate.event_types (category, state) values ('a', 'required'), ('a', 'completed');
	insert into fate.fates (creation_type_id) values (1);
	select fate.quests_embark(1, 1, fate.hosts_named('{web}'), 'johnny@example.com', 'd', null, null, null);
	update fate.hosts set owner = 'zoe';
	select outbox.sort('{"slack": true, "slackGather": 2}', 9, now());
	insert into outbox.webhooks (url, made_by, made_at) values ('http://x', 'x', now());
	insert into people.teams (name) values ('web');
	select people.objects_add('team', '{1}', 1);
	select inventory.hosts_add('{web}', '{HOST}', array['{}'::jsonb], array['{}'::jsonb], 1),
	       inventory.groups_add('{web}', '{false}', array['{}'::jsonb], array['{}'::jsonb], 1), inventory.inventories_add('web', '{}', '{}', 1);
	insert into inventory.templates (kind, data) values ('Host', '{}');
	select inventory.objects_add('template', '{1}', '{web}', array['{}'::jsonb], array['{}'::jsonb], 1);
	select work.projects_add('web', 'x', '{"repo_type": "GIT"}', '{}', 1), work.project_synced(1, 'r', '{site.yml}');
	select runner_api.reference_put('1', '{"ansible": {}, "ansible-playbook": {}}', '{"ansible.builtin.ping": {}}');
	insert into work.runs (kind, mode, arguments, initiator, initiator_type, status, start_time, stop_time)
	values ('MODULE', 'setup', '{}', 1, 'users', 'OK', now(), now());
	insert into work.hooks (name, type, recipients) values ('x', 'HTTP', 'http://x');
	select work.periodic_tasks_add(row(null, 'INTERVAL', '60', 'PLAYBOOK', 'site.yml', 1, 1, null, true, true, 'UTC', null, null), 'web', '{}', '{}', now(), 'UTC');
	insert into outbox.couriers values ('me', now());
	insert into work.runners values ('me', now(), '1');
	insert into people.audit (at, username, via, verb, kind, ids, n, details) values (now(), 'x', 'proxy', 'x', 'x', '{}', 0, '{}');
	alter database reading set default_transaction_read_only = on;
SQL
is "$(sql postgres reading 'insert into people.teams (name) values (1)')" \
	'25006: cannot execute INSERT in a read-only transaction' 'there is a place where nothing can be changed'
request='{"actor": 1, "stamp": 7, "token": 1, "via": "session", "method": "GET", "address": "192.0.2.1", "mount": "/api/v1",
	"path": {"id": "1", "hostname": "web", "objects": "groups"}, "asked": {"query": ["web"]},
	"query": {"limit": ["1"], "expand": ["hosts", "labors", "events", "eventtypes", "fates", "quests"], "query": ["web"], "q": ["web"], "laborOwners": ["true"],
		"type": ["INTERVAL"], "schedule": ["60"]},
	"base": "http://moirai/api/v1", "url": "http://moirai/api/v1/groups/1/hosts", "settings": {"domain": "example.com", "queryServer": false}}'
for function in $(called GET); do
	is "$(sql moirai_web reading "select status from $function('$request')")" 200 "$function changes nothing"
done
body='{"body": {"user": "x", "eventTypeId": 1, "hostnames": ["web", "new"]}}'
for function in hermes_api.events_preview hermes_api.hosts_check; do
	is "$(sql moirai_web reading "select status from $function('$request'::jsonb || '$body')")" 200 "$function changes nothing, though it is a POST"
done

# ---- what is told ----
# names FILE FUNCTION: the members that the C function gives to a JSON object.
names() {
	sed -n "/^[a-z].*\b$2(/,/^}/p" "$1" | grep -v strcmp | grep -o '"[a-z][A-Za-z]*"' | tr -d '"' | sort -u
}
# told EXPRESSION: the members of an object of lib.psql.
told() {
	printf '%s\n' 'begin;' "\\ir '$here/lib.psql'" '\pset format unaligned' '\pset tuples_only on' \
		"select '=' || k from jsonb_object_keys($1) k;" | psql -X -q -d moirai | sed -n 's/^=//p' | sort -u
}
is "$(told "tests.settings() || (tests.settings()->'license')")" "$(names "$worker/../lib/settings.c" settings_told)" \
	'the tests know all settings of which the endpoints are told'
is "$(told "tests.req()" | cat - <(printf '%s\n' asked lastEventId secret agent) | sort)" "$(names "$worker/request.c" call_text)" \
	'... and all that a request has; some only where it is wanted'

tap_done
