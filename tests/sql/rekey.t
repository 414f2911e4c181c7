#!/usr/bin/env bash
# The keys that secrets are sealed to: made by moirai-db install, changed by moirai-db rekey, which may be killed at any
# moment. And what worker and database hold for secrets is the same. Run by tests/sql/run.
. "$(dirname "$0")/tap.sh"
worker=$(cd "$(dirname "$0")" && pwd)/../../fcgi-app/worker
is "$(sed -n '/^static const char \*const hidden/,/^};/p' "$worker/../lib/hidden.c" | grep -o '"[^"]*"' | tr -d '"' | LC_ALL=C sort)" \
	"$(sql postgres moirai 'select k from unnest(inventory.hidden_keys()) k order by k collate "C"')" 'worker and database know the same secrets'

# shellcheck disable=SC2154
[ -x "$moirai_db" ] && command -v python3 >/dev/null || { tap_done; exit; }      # nothing is built, or nothing opens a box
work=$(mktemp -d "$PGHOST/rekey.XXXXXX")
export MOIRAI_SEAL_KEY=$work/seal.key
key=$MOIRAI_SEAL_KEY
seal=$(dirname "$moirai_db")/moirai-seal
db() { "$moirai_db" -d postgresql:///rekey "$@"; }
ask() { sql postgres rekey "$1"; }
publics() { "$seal" public "$key"; }
mode() { stat -c %a "$key"; }
# said COMMAND...: what it says, without the numbers that nobody can know, and how it ends.
said() {
	"$@" 2>&1 | sed 's/\[[0-9]*\]: /: /; s/[0-9a-f]\{64\}/MARK/'
	echo "${PIPESTATUS[0]}"
}

# ---- the first key ----
createdb rekey
is "$(db install 2>&1)" '' 'an install makes a key, without a word'
is "$(mode)" 400 '... that only its owner can read'
is "$(ask 'select public_key, current from house.seal_keys')" "$(publics)|t" '... and tells the database its public half'
db install
is "$(ask 'select count(*) from house.seal_keys') $(publics | wc -l)" '1 1' 'a second install makes no other'
mv "$key" "$work/away"
db install
is "$(test -e "$key" && echo there)" '' '... not even where the file is on another machine'
mv "$work/away" "$key"
first=$(publics)
ask 'delete from house.seal_keys'
"$seal" new "$key" >/dev/null
db install
is "$(ask 'select public_key from house.seal_keys')" "$(publics | tail -n 1)" 'a database that has none gets the last of a file that is there'
"$seal" forget "$key" "$first"
is "$(said db -k "$work/none/seal.key" rekey)" "moirai-db: $work/none/seal.key: there is no such folder
111" 'where there is no file there is no rekey'
is "$(said db -k "$work/other.key" rekey)" "moirai-seal: $work/other.key: No such file or directory
111" '... nor is one begun'
"$seal" new "$work/other.key" >/dev/null
is "$(said db -k "$work/other.key" rekey)" "moirai-db: $work/other.key: has no private half of $(publics)
111" '... with the file of others'

# ---- secrets ----
# sodium close PUBLIC: a box for each line; sodium open FILE: the texts of LABEL<TAB>BOX, or `?` where no key of FILE opens it.
sodium() {
	python3 -c '
import base64, ctypes, ctypes.util, sys
sodium = ctypes.CDLL(ctypes.util.find_library("sodium") or "libsodium.so.23")
def close(public, text):
    box = ctypes.create_string_buffer(len(text) + 48)
    sodium.crypto_box_seal(box, text, ctypes.c_ulonglong(len(text)), public)
    return base64.b64encode(box.raw).decode()
def opened(private, box):
    public, text = ctypes.create_string_buffer(32), ctypes.create_string_buffer(len(box))
    sodium.crypto_scalarmult_base(public, private)
    done = sodium.crypto_box_seal_open(text, box, ctypes.c_ulonglong(len(box)), public.raw, private) == 0
    return text.raw[:len(box) - 48].decode() if done else None
lines = [line.rstrip("\n") for line in sys.stdin]
if sys.argv[1] == "close":
    for line in lines:
        print(close(base64.b64decode(sys.argv[2]), line.encode()))
else:
    keys = [base64.b64decode(line) for line in open(sys.argv[2])]
    for label, box in (line.split("\t") for line in lines):
        texts = [t for t in (opened(key, base64.b64decode(box)) for key in keys) if t is not None]
        print(label, *(texts or ["?"]))
' "$@"
}
# Two secrets of each of 600 hosts: their numbers.
store() {
	seq 1 1200 | sodium close "$(publics | tail -n 1)" >"$work/boxes"
	psql -X -q -v ON_ERROR_STOP=1 -d rekey -c 'create temporary table boxes (n int generated always as identity, box text)' \
		-c '\copy boxes (box) from pstdin' -c "insert into inventory.objects (kind, id, name, sealed)
			select 'host', (n + 1) / 2, 'web', jsonb_object_agg(case n % 2 when 0 then 'key-file' else 'repo_key' end,
				jsonb_build_object('sealed', box, 'key', (select id from house.seal_keys where current)))
			  from boxes group by 2" <"$work/boxes"
}
# unreadable FILE: how many of the secrets are not what they were, for whom has these keys.
unreadable() {
	psql -X -q -A -t -F "$(printf '\t')" -d rekey -c "select o.id * 2 - (k = 'repo_key')::int, sealed->k->>'sealed'
		from inventory.objects o, jsonb_object_keys(sealed) k" | sodium open "$1" | awk '$1 == $2 { n++ } END { print 1200 - n }'
}
of_keys() { ask 'select count(*), count(distinct s.value->$$key$$) from inventory.objects, jsonb_each(sealed) s'; }

store
cp "$key" "$work/old.key"
chmod 440 "$key"
is "$(unreadable "$key") $(of_keys)" '0 1200|1' 'there are secrets'
is "$(db rekey 2>&1)" '' 'a rekey says nothing'
is "$(publics)" "$(ask 'select public_key from house.seal_keys where current')" '... leaves one key, the current one'
is "$(ask 'select count(*) from house.seal_keys') $(of_keys)" '1 1200|1' '... to which all is sealed'
is "$(unreadable "$key")" 0 '... and opens by'
is "$(unreadable "$work/old.key")" 1200 '... by the old one nothing opens any more'
is "$(mode)" 440 '... whoever could read the file still can'

# ---- killed at any step ----
# In the place of what moirai-db calls: the n-th call kills all of it, before or after it does its work.
mkdir "$work/bin"
for program in psql moirai-seal; do
	cat >"$work/bin/$program" <<-TXT
		#!/bin/sh
		n=\$((\$(cat '$work/calls') + 1))
		echo \$n >'$work/calls'
		[ \$n != "\$KILL_BEFORE" ] || kill -9 0
		$(PATH=$(dirname "$seal"):$PATH command -v $program) "\$@" || exit
		[ \$n != "\$KILL_AFTER" ] || kill -9 0
	TXT
	chmod 755 "$work/bin/$program"
done
# rekey_killed before|after: one rekey after the other, each killed a step later, until one comes to its end.
rekey_killed() {
	local at lost=0 status=137
	for ((at = 1; status == 137; at++)); do
		echo 0 >"$work/calls"
		status=0
		KILL_BEFORE='' KILL_AFTER='' PATH=$work/bin:$PATH setsid -w env "KILL_${1^^}=$at" "$moirai_db" -d postgresql:///rekey rekey \
			2>>"$work/log" || status=$?
		lost=$((lost + $(unreadable "$key")))
	done
	echo "lost $lost status $status, $([ $at -gt 12 ] && echo many) times"
}
for when in before after; do
	cp "$key" "$work/old.key"
	is "$(rekey_killed $when)" 'lost 0 status 0, many times' "killed $when any step it does, it has lost nothing, and at last comes to an end"
	is "$(publics | wc -l) $(ask 'select count(*) from house.seal_keys') $(of_keys)" '1 1 1200|1' '... with one key'
	is "$(unreadable "$key") $(unreadable "$work/old.key")" '0 1200' '... by which alone the secrets open'
done

# ---- at the same time ----
for _ in 1 2; do
	db rekey 2>&1 &
	rekeys+=($!)
done
wait "${rekeys[0]}" && wait "${rekeys[1]}"
is "$? $(publics | wc -l) $(of_keys) $(unreadable "$key")" '0 1 1200|1 0' 'two rekeys at a time come one after the other'

# shellcheck disable=SC2034
{
	coproc WRITER { psql -X -q -A -t -d rekey 2>&1; }
} 2>/dev/null
writer() {
	local line
	printf "%s;\n\\\\echo .\n" "$1" >&"${WRITER[1]}"
	while read -r line <&"${WRITER[0]}" && [ "$line" != . ]; do
		echo "$line"
	done
}
id=$(ask 'select id from house.seal_keys where current')
late=$(echo 1201 | sodium close "$(publics)")
writer "begin; select inventory.must_be_current('{\"repo_key\": {\"sealed\": \"$late\", \"key\": $id}}');
	insert into inventory.objects (kind, id, name, sealed) values ('host', 601, 'web', '{\"repo_key\": {\"sealed\": \"$late\", \"key\": $id}}')" >/dev/null
db rekey &
rekey=$!
for _ in {1..200}; do
	waiting=$(ask "select count(*) from pg_stat_activity where wait_event_type = 'Lock' and query ~ 'seal_key_add'")
	[ "$waiting" = 0 ] || break
	sleep 0.05
done
is "$waiting" 1 'a rekey waits for who is just storing a secret'
writer commit
wait $rekey
is "$(of_keys) $(ask "select sealed->'repo_key'->>'key' <> '$id' from inventory.objects where id = 601")" '1201|1 t' '... and seals it anew, too'
is "$(ask "select inventory.must_be_current('{\"repo_key\": {\"sealed\": \"$late\", \"key\": $id}}')")" \
	'WE503: Secrets are being sealed anew: try again.' 'who comes later with one for the old key is told to try again'
ask 'delete from inventory.objects where id = 601'

# ---- what can't be opened ----
ask "update inventory.objects set sealed = jsonb_set(sealed, '{repo_key}', '{\"sealed\": \"$late\", \"key\": $id}') where id = 7"
is "$(said db rekey)" "moirai-seal: host 7 repo_key MARK: no key opens this box
111" 'a secret that no key opens ends the rekey, which says whose it is'
is "$(publics | wc -l) $(ask 'select count(*) from house.seal_keys')" '2 2' '... and keeps the old key'
ask "update inventory.objects set sealed = sealed - 'repo_key' where id = 7"
is "$(db rekey 2>&1) $(publics | wc -l) $(of_keys)" ' 1 1199|1' '... once it is gone, it comes to its end'

# ---- who calls it ----
sql postgres moirai 'create role keeper login createrole'
createdb -O keeper kept
is "$(PGUSER=keeper "$moirai_db" -d postgresql:///kept -k "$work/kept.key" install 2>&1)" '' 'a role that may create roles can install'
psql -X -q -d kept -c "insert into inventory.objects (kind, id, name, sealed) select 'host', 1, 'web',
	jsonb_build_object('repo_key', jsonb_build_object('sealed', '$(echo x | sodium close "$("$seal" public "$work/kept.key")")', 'key', id)) from house.seal_keys"
is "$(PGUSER=keeper "$moirai_db" -d postgresql:///kept -k "$work/kept.key" rekey 2>&1)" '' '... and rekey'
is "$(sql postgres kept "select sealed->'repo_key'->>'key', (select max(id) from house.seal_keys) from inventory.objects")" '2|2' '... what is sealed'
if [ "$(id -u)" = 0 ]; then
	is "$(env -u PGUSER "$moirai_db" -u postgres -d postgresql:///kept -k "$work/kept.key" rekey 2>&1)" '' 'root asks the database as another'
	is "$(sql postgres kept 'select id from house.seal_keys') $(stat -c %u "$work/kept.key")" '3 0' '... and the file as root'
fi

# ---- moirai-seal ----
is "$("$seal" 2>&1 | head -n 1; "$seal" reseal "$key" >/dev/null 2>&1; echo $?)" \
	'usage: moirai-seal new FILE | public FILE | reseal FILE PUBLIC | forget FILE PUBLIC
100' 'who calls moirai-seal wrongly is told how'
is "$(printf 'a\tb\t%s\n' "$late" | said "$seal" reseal "$work/kept.key" "$(publics)")" 'moirai-seal: a b: no key opens this box
111' 'a box that does not open is named by what stands before it'
is "$(sodium close "$(publics)" <<<rex | sed 's/^/a\tb\t/' | said "$seal" reseal "$key" x)" 'moirai-seal: x: is not a public key
111' '... what is no key is refused'
is "$(said "$seal" forget "$key" "$first")" "moirai-seal: $key: has no key $first
111" '... only a key that is there is forgotten'

tap_done
