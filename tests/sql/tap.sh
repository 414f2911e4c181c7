# shellcheck shell=bash
# For the shell's tests (*.t), which say what they find in TAP, as pgTAP does. To be sourced; ends with tap_done.
tests=0
failures=0

# is FOUND WANTED RULE
is() {
	tests=$((tests + 1))
	if [ "$1" = "$2" ]; then
		echo "ok $tests - $3"
	else
		failures=$((failures + 1))
		printf 'not ok %s - %s\n' "$tests" "$3"
		printf '%s\n' "found:  $1" "wanted: $2" | sed 's/^/#   /'
	fi
}

# sql ROLE DATABASE COMMAND: what it answers, or the SQLSTATE and message with which it is refused.
sql() {
	psql -X -q -A -t -v ON_ERROR_STOP=1 -v VERBOSITY=verbose -U "$1" -d "$2" -c "$3" 2>&1 |
		sed -n '/^ERROR:  /{ s///; p; q; }; p'
}

tap_done() {
	echo "1..$tests"
	[ "$failures" = 0 ]
}
