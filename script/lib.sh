# shellcheck shell=bash disable=SC2034
# What the scripts share: where things are, what must be installed, how it is built, who runs it. To be sourced.
set -euo pipefail
PATH=$PATH:/usr/sbin:/sbin       # nginx is there, and an ordinary user's PATH is not

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
var=${MOIRAI_VAR:-$root/var}
port=${MOIRAI_PORT:-8080}
build=$var/build${MOIRAI_BUILD:+-$MOIRAI_BUILD}

needed_to_run=(ansible-core autoconf automake curl gcc git libarchive-dev libc6-dev libcmocka-dev libcurl4-openssl-dev libesmtp-dev libfcgi-dev
	libgmime-3.0-dev libjansson-dev libnginx-mod-nchan libpcre2-dev libpq-dev libsodium-dev libssl-dev libsystemd-dev libyaml-dev make
	nginx-light openssh-client pkg-config postgresql-15 postgresql-client-15 sshpass)
needed_to_test=(chromium clang cppcheck jq libclang-rt-14-dev libtap-parser-sourcehandler-pgtap-perl openssh-server openssl
	postgresql-15-pgtap postgresql-15-plpgsql-check python3-aiosmtpd python3-jsonschema python3-psycopg2 python3-pytest
	python3-pytest-xdist python3-requests python3-yaml shellcheck valgrind wrk xz-utils)
node_packages=(node@20.20.2 npm@10.9.4)      # where Debian's are too old for the page

say() {
	echo "$*" >&2
}

die() {
	say "$(basename "$0"): $*"
	exit 1
}

# privileged COMMAND...: as root.
privileged() {
	local sudo=()
	if [ "$(id -u)" != 0 ]; then
		command -v sudo >/dev/null || die "needs root or sudo for: $*"
		sudo=(sudo)
	fi
	"${sudo[@]}" "$@"
}

# install_packages NAME...: those Debian packages that are missing. Services they bring are not started.
install_packages() {
	local missing=() name policy=/usr/sbin/policy-rc.d
	for name; do
		[ "$(dpkg-query -W -f '${db:Status-Status}' "$name" 2>/dev/null)" = installed ] || missing+=("$name")
	done
	[ ${#missing[@]} -gt 0 ] || return 0
	say "installing ${missing[*]}"
	if [ ! -e $policy ]; then
		printf '#!/bin/sh\nexit 101\n' | privileged tee $policy >/dev/null
		privileged chmod +x $policy
	else
		policy=
	fi
	local ok=0
	{ privileged apt-get -qq update &&
		privileged env DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends install \
			"${missing[@]}"; } >"$var/log/install.log" 2>&1 </dev/null || ok=1
	[ -z "$policy" ] || privileged rm -f $policy
	[ $ok = 0 ] || { tail -n 20 "$var/log/install.log" >&2; die "could not install ${missing[*]}"; }
}

# make_nginx_folders: nginx, with nchan, wants the folders that it was built for, also where its settings name others; it makes
# them when it first runs as root.
make_nginx_folders() {
	[ -d /var/lib/nginx/body ] || privileged install -d -o www-data -m 700 /var/lib/nginx/{body,fastcgi,proxy,scgi,uwsgi}
}

# have_node: a Node that can build the page, and npm, are the first on the PATH: those that are there, else Debian's, or, where these are
# too old, those that npm's registry has as packages. Nothing to do where the page is there already, as in a tarball.
have_node() {
	[ ! -e "$root/web/dist/index.html" ] || return 0
	command -v node >/dev/null && command -v npm >/dev/null || install_packages nodejs npm
	! is_node_new || return 0
	local folder
	folder=$(dirname "$(readlink -f "$build")")/node
	if [ ! -x "$folder/node_modules/.bin/node" ] || [ ! -x "$folder/node_modules/.bin/npm" ]; then
		say "installing ${node_packages[*]} into $folder"
		mkdir -p "$folder"
		npm install --prefix "$folder" --no-save --no-audit --no-fund --loglevel=error "${node_packages[@]}" >"$var/log/node.log" 2>&1 </dev/null ||
			{ tail -n 20 "$var/log/node.log" >&2; die "could not install ${node_packages[*]}"; }
	fi
	PATH=$folder/node_modules/.bin:$PATH
	hash -r
	is_node_new || die "$folder has no Node that can build the page"
}

is_node_new() {
	node -e 'const [a, b] = process.versions.node.split("."); process.exit(a * 100 + +b < 2019 ? 1 : 0)' 2>/dev/null
}

# make_build [CONFIGURE OPTION]...: builds into $build; what was built with the same options is only brought up to date.
make_build() {
	mkdir -p "$build"
	[[ " $* " == *" --disable-page "* ]] || have_node
	(
		exec 9>"$build/lock"
		flock 9
		cd "$root"
		[ configure -nt configure.ac ] && [ Makefile.in -nt Makefile.am ] || autoreconf -fi
		cd "$build"
		[ "$(cat options 2>/dev/null)" = "$*" ] && [ -e Makefile ] || {
			"$root/configure" -q "$@"
			echo "$*" >options
		}
		make -s -j"$(nproc)"
	) >"$var/log/build.log" 2>&1 </dev/null || { tail -n 40 "$var/log/build.log" >&2; die "the build failed"; }
}

# PostgreSQL refuses to run as root: then all of the private instance runs as another account, by "${as[@]}" COMMAND.
# If that account can't reach $var (a clone under /root, say), it gets the right to walk there. What is started so ends
# with the script.
as=(setpriv --pdeathsig TERM)
choose_account() {
	[ "$(id -u)" = 0 ] || return 0
	as=(setpriv --reuid=postgres --regid=postgres --init-groups)
	chown -R postgres "$@"
	if ! "${as[@]}" test -w "$1" -a -r "$root/sql/install.sql"; then
		as+=(--inh-caps=+dac_override --ambient-caps=+dac_override)
	fi
	as+=(--pdeathsig TERM)
}

# Ansible runs as yet another account where one can be chosen: ${as_runner[@]} may become it. Its folders lie where it can go.
choose_run_account() {
	runs=$var/runs run_account='' as_runner=("${as[@]}")
	if [ "$(id -u)" = 0 ]; then
		run_account=nobody
		local caps=+setuid,+setgid
		[[ ${as[*]} != *dac_override* ]] || caps+=,+dac_override
		as_runner=(setpriv --reuid=postgres --regid=postgres --init-groups "--inh-caps=$caps" "--ambient-caps=$caps" --pdeathsig TERM)
		setpriv --reuid=nobody --regid=nogroup --clear-groups test -x "$var" || runs=/tmp/moirai-$(printf %s "$var" | sha256sum | cut -c1-16)-runs
	fi
	mkdir -p "$runs"
	[ ! -L "$runs" ] && { [ -O "$runs" ] || [ "$(stat -c %U "$runs")" = postgres ]; } || die "$runs is somebody else's"
	chmod 1733 "$runs"
	[ "$(id -u)" != 0 ] || chown postgres "$runs"
}

# The shepherds of runs outlive the runner, and end their runs when they are told to.
shepherds() {
	local process
	for process in /proc/[0-9]*; do
		[[ $(tr '\0' ' ' 2>/dev/null <"$process/cmdline") == */moirai-run\ -c\ * ]] &&
			grep -qzxF "MOIRAI_SEAL_KEY=$var/seal.key" "$process/environ" 2>/dev/null || continue
		echo "${process#/proc/}"
	done
}

end_runs() {
	local tries=150 running
	running=$(shepherds)
	# shellcheck disable=SC2086
	[ -z "$running" ] || kill -TERM $running 2>/dev/null || true
	# shellcheck disable=SC2086
	while [ -n "$running" ] && [ $((tries -= 1)) -gt 0 ] && kill -0 $running 2>/dev/null; do
		sleep 0.1
	done
	# shellcheck disable=SC2086
	[ -z "$running" ] || kill -KILL $running 2>/dev/null || true
}

pg_bin() {
	dirname "$(ls -d /usr/lib/postgresql/15/bin/initdb 2>/dev/null || command -v initdb)"
}

# Sockets want short paths (107 bytes): where $var is too deep for them, they live under /tmp.
run_folder() {
	local run=$var/run
	if [ ${#run} -gt 80 ]; then
		run=/tmp/moirai-$(printf %s "$var" | sha256sum | cut -c1-16)
	fi
	echo "$run"
}
run=$(run_folder)
database="postgresql:///moirai?host=$run&user=postgres"
