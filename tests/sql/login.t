#!/usr/bin/env bash
# Each process logs in as itself, with the session it needs, and may touch nothing but its functions: the same that
# rights.sql asks of the catalogue, seen from outside. Run by tests/sql/run.
. "$(dirname "$0")/tap.sh"

for role in moirai_web moirai_courier moirai_runner; do
	is "$(sql $role moirai 'select session_user')" $role "$role can log in"
	is "$(sql $role moirai "select '2015-06-01 12:00+02'::timestamptz")" '2015-06-01 10:00:00+00' '... and its times are UTC'
	is "$(sql $role moirai "select '15-06-01'::date")" 2015-06-01 '... read year first'
	is "$(sql $role moirai 'show jit')" off '... and nothing is compiled for it'
	is "$(sql $role moirai 'select * from fate.hosts')" '42501: permission denied for schema fate' '... it cannot read'
	is "$(sql $role moirai "insert into people.users (username) values ('x')")" \
		'42501: permission denied for schema people' '... nor write'
	is "$(sql $role moirai 'select house.reset()')" '42501: permission denied for schema house' '... nor empty the instance'
	is "$(sql $role moirai "select people.password_set(1, 'x')")" '42501: permission denied for schema people' \
		'... nor give anybody a password'
	is "$(sql $role moirai 'set role moirai_owner')" '42501: permission denied to set role "moirai_owner"' \
		'... nor become the owner'
	is "$(sql $role moirai 'create table t (n int)')" '42501: permission denied for schema public' '... nor make a table'
	is "$(sql $role moirai 'reset all; set session_replication_role = replica')" \
		'42501: permission denied to set parameter "session_replication_role"' '... nor switch off what the database checks'
done

is "$(sql moirai_web moirai 'show deadlock_timeout')" 200ms 'the web tier finds a deadlock soon'
is "$(sql moirai_web moirai 'show statement_timeout')" 1min '... and no request lasts longer than a minute'
is "$(sql moirai_web moirai "select status from hermes_api.hosts_list('{}')")" 'WE401: Sign in to use this resource.' \
	'... it can call an endpoint'
is "$(sql moirai_web moirai "select status from polemarch_api.users_list('{}')")" 'WE401: Sign in to use this resource.' \
	'... of either family'
is "$(sql moirai_web moirai "select status from polemarch_api.permissions_change('{}', 'add')")" \
	'42501: permission denied for function permissions_change' '... but no helper of one'
is "$(sql moirai_web moirai "select id, wait from people_api.by_password('nobody', '192.0.2.1')")" '|0' '... and ask who is who'
is "$(sql moirai_web moirai 'select hash from people.tokens')" '42501: permission denied for schema people' \
	'... but read no hashes'
is "$(sql moirai_web moirai 'delete from people.audit')" '42501: permission denied for schema people' '... nor touch the audit'
is "$(sql moirai_web moirai "select people.administrator_set('x', 'y')")" '42501: permission denied for schema people' \
	'... but make no administrator'
is "$(sql moirai_web moirai "begin; select courier_api.report('moirai-fcgi', 'oh'); rollback" | tail -n 1)" '' '... report an error'
is "$(sql moirai_web moirai "select courier_api.sort(500, '{}')")" '42501: permission denied for function sort' '... but do no work of the courier'
is "$(sql moirai_courier moirai "select courier_api.sort(500, '{}')")" 0 'the courier can do its steps'
is "$(sql moirai_courier moirai "select coalesce(courier_api.claim('mail', 1, 60, '{}'), '[]')")" '[]' '... each of them'
is "$(sql moirai_courier moirai "select outbox.sort('{}', 1, now())")" '42501: permission denied for schema outbox' \
	'... but none as it likes'
is "$(sql moirai_courier moirai 'select * from outbox.letters')" '42501: permission denied for schema outbox' '... or read letters'
for role in moirai_courier moirai_runner; do
	is "$(sql $role moirai "select status from hermes_api.hosts_list('{}')")" \
		'42501: permission denied for schema hermes_api' "$role cannot call an endpoint"
	is "$(sql $role moirai "select status from polemarch_api.users_list('{}')")" \
		'42501: permission denied for schema polemarch_api' '... of either family'
	is "$(sql $role moirai "select id from people_api.by_password('nobody', '192.0.2.1')")" \
		'42501: permission denied for schema people_api' '... or ask who is who'
done
is "$(sql moirai_runner moirai "select courier_api.sort(500, '{}')")" '42501: permission denied for schema courier_api' \
	'the runner does nothing of the courier'
is "$(sql moirai_owner moirai 'select 1' | grep -o 'role .* is not permitted to log in')" \
	'role "moirai_owner" is not permitted to log in' 'the owner cannot log in'

tap_done
