#!/usr/bin/env bash
# Several couriers at a time, each in a transaction of its own that is still open when the next one comes: nobody waits,
# nothing is done twice. Run by tests/sql/run.
. "$(dirname "$0")/tap.sh"
createdb -T moirai couriers
export PGDATABASE=couriers
settings='{"slack": true, "slackGather": 0, "mail": true, "environment": "production", "domain": "example.com", "sender": "x@x.org",
	"alwaysCopy": "", "questMailEvery": 900, "queryServer": false, "letterRetry": 1000, "letterRetention": 7}'

# one COMMAND, other COMMAND: what two sessions answer, in one line; they wait two seconds at most for a lock.
# shellcheck disable=SC2034
{
	coproc ONE { psql -X -q -A -t 2>&1; }
	coproc OTHER { psql -X -q -A -t 2>&1; }
} 2>/dev/null
answer() {
	local -n session=$1
	local line lines=
	printf "%s;\n\\\\echo .\n" "$2" >&"${session[1]}"
	while read -r line <&"${session[0]}" && [ "$line" != . ]; do
		lines+=${lines:+ }$line
	done
	echo "$lines"
}
one() { answer ONE "$1"; }
other() { answer OTHER "$1"; }
for session in one other; do
	$session "set lock_timeout = '2s'" >/dev/null
done
# sort_beside_it: the other sorts, and is seen waiting for the one.
sort_beside_it() {
	printf 'set lock_timeout = 0; select outbox.sort(%s, 500, now());\n' "'$settings'" >&"${OTHER[1]}"
	for _ in {1..200}; do
		waiting=$(sql postgres couriers "select count(*) from pg_stat_activity where wait_event_type = 'Lock' and query ~ 'outbox.sort'")
		[ "$waiting" = 0 ] || break
		sleep 0.05
	done
}
# claim CHANNEL N: ids of what is claimed.
claim() {
	echo "select coalesce(string_agg(l->>'id', ' '), 'none') from jsonb_array_elements(courier_api.claim('$1', $2, 60, '$settings')) l"
}

one "insert into fate.event_types (category, state) values ('step', '1'), ('step', '2');
	insert into fate.fates (creation_type_id, follows_id) values (1, null), (2, 1);
	select fate.events_throw(1, fate.hosts_named(array['a' || i]), 'x', null, null) from generate_series(1, 20) i;" >/dev/null

# ---- sorting ----
one 'begin' >/dev/null
is "$(one "select outbox.sort('$settings', 12, now())")" 12 'one courier sorts the oldest changes'
is "$(other "select outbox.sort('{}', 500, now())")" 8 '... another, meanwhile, the others, without waiting'
is "$(other "select outbox.sort('{}', 500, now())")" 0 '... and none of those again'
one 'rollback' >/dev/null
is "$(other "select count(*) from outbox.changes")" 12 'what is not done to the end is still to be done'
is "$(one "select outbox.sort('$settings', 500, now())")" 12 '... by anybody'

# ---- gathering, while it goes ----
one 'begin' >/dev/null
is "$(one "$(claim slack 1)" | wc -w)" 1 'one courier claims what was gathered'
other "select fate.events_throw(1, fate.hosts_named(array['b']), 'x', null, null);" >/dev/null
sort_beside_it
is "$waiting" 1 '... another would add to it, and waits to see what becomes of it'
one 'commit' >/dev/null
is "$(other '')" 1 '... then sorts'
is "$(other "select content->>'text' from outbox.letters order by id limit 1")" '*Labors:* created 12 labors' 'what went is as it was claimed'
is "$(other "select content->'n' from outbox.letters where gather is not null")" 1 '... what came later is another letter'

# ---- the pace of mails about a quest ----
one "truncate outbox.letters restart identity;
	select fate.quests_embark(1, 1, fate.hosts_named('{c,d}'), 'x@x.org', 'd', null, null, null);
	select fate.events_throw(2, fate.hosts_named('{c}'), 'x', null, null);
	select outbox.sort('$settings', 500, now())" >/dev/null
one 'begin' >/dev/null
is "$(one "$(claim mail 9)" | wc -w)" 2 'one courier claims the mail about the first labor that closed'
other "select fate.events_throw(2, fate.hosts_named('{d}'), 'x', null, null)" >/dev/null
sort_beside_it
one 'commit' >/dev/null
other '' >/dev/null
is "$(other "select due_at > now() + interval '800 s' from outbox.letters where kind = 'quest-updated' and attempts = 0")" t \
	'the next, which was to be added to it just then, goes a stretch later'

# ---- claiming ----
one "truncate outbox.letters restart identity;
	insert into outbox.letters (channel, kind, content, made_at, due_at) select 'mail', 'x', '{}', now(), now() from generate_series(1, 10);" >/dev/null
one 'begin' >/dev/null
is "$(one "$(claim mail 4)")" '1 2 3 4' 'one courier claims letters'
is "$(other "$(claim mail 4)")" 'none' '... another at that moment gets none of them; it does not wait'
is "$(other "$(claim mail 8)")" '5 6 7 8' '... but others'
one 'commit' >/dev/null
is "$(other "$(claim mail 8)")" '9 10' 'and then the rest'
is "$(one "select count(*) from outbox.letters where attempts <> 1")" 0 'nobody had what another had'

# Twenty at once, each three at a time, until nothing is left.
one "truncate outbox.letters restart identity;
	insert into outbox.letters (channel, kind, content, made_at, due_at) select 'mail', 'x', '{}', now(), now() from generate_series(1, 600);" >/dev/null
for _ in {1..20}; do
	psql -X -q -A -t <<-SQL &
		do \$\$ begin
			while exists (select from outbox.letters where lease is null and state = 'waiting') loop
				perform courier_api.claim('mail', 3, 60, '$settings');
				commit;
			end loop;
		end \$\$;
	SQL
	claimers+=($!)
done
wait "${claimers[@]}"
is "$(one "select count(*), max(attempts), count(distinct lease) >= 200 from outbox.letters")" '600|1|t' 'of twenty at once no two ever have the same letter'

# ---- large changes, and one that can't be sorted ----
one "truncate outbox.changes restart identity;
	insert into outbox.changes (at, kind, ids) select now(), 'host', array(select generate_series(1, n)) from unnest('{19999,1,1,1}'::int[]) n;" >/dev/null
is "$(one "select outbox.sort('{}', 500, now())")" 2 'after twenty thousand events no further change is taken'
one 'select outbox.sort_later()' >/dev/null
is "$(one "select string_agg(id::text, ' ' order by id) from outbox.changes")" '4 5' 'the oldest change goes behind the others'
is "$(one "select outbox.sort('{}', 500, now())")" 2 '... and is not lost'

# ---- who asks to retry ----
one "truncate outbox.letters, outbox.holds restart identity;
	insert into outbox.letters (channel, kind, receiver, content, made_at, due_at) select 'slack', 'x', 'slack', '{}', now(), now();
	insert into outbox.holds values ('slack', 'slack', now() + interval '1 day', false);" >/dev/null
is "$(one "$(claim slack 1)")" none 'a receiver that asked for a day gets nothing'
one 'select outbox.letters_retry(1, now())' >/dev/null
is "$(one "$(claim slack 1)")" 1 '... unless somebody asks to retry it'

# ---- a courier that is gone ----
one "truncate outbox.letters restart identity;
	insert into outbox.letters (channel, kind, content, made_at, due_at) select 'mail', 'x', '{}', now(), now() from generate_series(1, 4);" >/dev/null
one "$(claim mail 2)" >/dev/null
is "$(other "$(claim mail 2)")" '3 4' 'two couriers have letters'
one "select outbox.letters_release(now())" >/dev/null
is "$(one "$(claim mail 4)")" none '... which nobody takes away from them'
pid=$(other 'select pg_backend_pid()')
one "select pg_terminate_backend($pid)" >/dev/null
for _ in {1..100}; do
	[ "$(one "select count(*) from outbox.letters where lease is null")" = 0 ] || break
	one "select outbox.letters_release(now())" >/dev/null
	sleep 0.05
done
is "$(one "select string_agg(id::text, ' ' order by id) from outbox.letters where lease is null and due_at <= now()")" '3 4' \
	'the letters of one whose connection is gone are due again, without waiting for the end of the lease'
settle() {
	echo "select courier_api.settle('mail', '[{\"id\": $1, \"lease\": 7, \"attempt\": $2, \"outcome\": \"sent\", \"error\": \"\"}]', '$settings')"
}
one "$(settle 3 1)" >/dev/null
is "$(one "select state from outbox.letters where id = 3")" sent 'it may settle what nobody else has claimed since'
one "$(claim mail 4)" >/dev/null
one "$(settle 4 1)" >/dev/null
is "$(one "select state from outbox.letters where id = 4")" waiting '... and what somebody else has claimed it may not'

tap_done
