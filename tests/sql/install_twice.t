#!/usr/bin/env bash
# Installing twice changes nothing: not the schema, the rights, the roles or the data. Run by tests/sql/run, which lends
# its function install.
. "$(dirname "$0")/tap.sh"
work=$(mktemp -d "$PGHOST/twice.XXXXXX")

# dump NAME DATABASE: everything that could have changed. (\restrict bears a random word.)
dump() {
	pg_dump -d "$2" --schema-only | grep -v '^\\\(un\)\?restrict ' >"$work/$1.schema"
	pg_dump -d "$2" --data-only 2>"$work/log" | grep -v '^\\\(un\)\?restrict ' >"$work/$1.data"
	pg_dumpall --roles-only | grep -v '^\\\(un\)\?restrict ' >"$work/$1.roles"
}
# differs NAME NAME PART: the first lines that do.
differs() {
	diff "$work/$1.$3" "$work/$2.$3" | head -n 10
}

createdb twice
is "$(install twice 2>&1)" '' 'a first install says nothing'
psql -X -q -v ON_ERROR_STOP=1 -d twice >/dev/null <<-'SQL'
	insert into people.users (username, stamp) values ('johnny', 7);
	create function pg_temp.req(body jsonb) returns jsonb language sql as $$
		select '{"actor": 1, "stamp": 7, "via": "password", "query": {}, "mount": "/api/v1",
		         "settings": {"domain": "example.com", "mayEditFates": "everyone"},
		         "base": "http://moirai/api/v1"}' || jsonb_build_object('body', body)
	$$;
	select hermes_api.event_types_create(pg_temp.req('{"eventTypes": [{"category": "a", "state": "required",
		"description": "d"}, {"category": "a", "state": "completed", "description": "d"}]}'));
	select hermes_api.fates_create(pg_temp.req('{"creationEventTypeId": 1, "description": "d"}'));
	select hermes_api.fates_create(pg_temp.req('{"creationEventTypeId": 2, "followsId": 1, "description": "d"}'));
	select hermes_api.quests_create(pg_temp.req('{"fateId": 1, "creator": "johnny", "description": "d",
		"hostnames": ["a", "b"]}'));
	select hermes_api.events_create(pg_temp.req('{"user": "johnny", "eventTypeId": 2, "hostname": "a"}'));
	select courier_api.sort(500, '{"slack": true, "slackGather": 2}');
	select hermes_api.events_create(pg_temp.req('{"user": "johnny", "eventTypeId": 2, "hostname": "b"}'));
	select polemarch_api.teams_create(pg_temp.req('{"name": "web", "users_list": [1]}'));
SQL
is "$(sql postgres twice 'select labors, open_labors from fate.quests')" '2|0' 'there is data to be kept'
is "$(sql postgres twice 'select (select count(*) from outbox.letters), (select count(*) from outbox.changes)')" '3|2' '... also such that shall leave'
is "$(sql postgres twice 'select count(*) from people.visible')" 3 '... and rights'

dump first twice
is "$(install twice 2>&1)" '' 'a second install says nothing'
dump second twice
is "$(differs first second schema)" '' '... and changes no table, function or right'
is "$(differs first second data)" '' '... no row and no sequence'
is "$(differs first second roles)" '' '... no role'
is "$(sql postgres twice 'select number, name from house.migration order by 1')" '1|people and fates
2|what leaves the house
3|people and rights
4|inventory
5|runs
6|history
7|what the page asks of runs and lists' 'each migration is remembered once'
is "$(grep -c '^CREATE \(UNLOGGED \)\?TABLE' "$work/first.schema")" "$(sql postgres twice "select count(*) from pg_class
	where relkind in ('r', 'p') and relnamespace::regnamespace::text ~ '^(fate|people|house|outbox|inventory|work)$'")" 'the dump holds all tables'

# What somebody has loosened by hand is tightened again.
sql postgres twice 'grant execute on function fate.check(), hermes_api.stub to public; grant usage on schema fate to public'
install twice
dump third twice
is "$(differs first third schema)" '' 'an install takes back what was granted to everybody'
sql postgres twice "create or replace function fate.hosts_lock(p_ids bigint[]) returns void language sql as 'select null::void'"
install twice
dump fourth twice
is "$(differs first fourth schema)" '' '... and puts back a function that was changed'

# moirai-db says: as a superuser or as a role that may create roles.
sql postgres moirai 'create role dba login createrole'
createdb -O dba thrice
is "$(PGUSER=dba install thrice 2>&1)" '' 'a role that may create roles can install into a database of its own'
is "$(PGUSER=dba install thrice 2>&1)" '' '... twice'
dump dba thrice
is "$(differs first dba schema)" '' '... and makes the same'

tap_done
