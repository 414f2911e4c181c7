/* project_alone.h - what tests of a project's copy share: folders of their own, a shell in them, a server on loopback.
 *
 * Comes after access.c and git.c, whose statics it sets.
 */
#ifndef UNIT_PROJECT_ALONE_H
#define UNIT_PROJECT_ALONE_H

#include <libgen.h>
#include <time.h>

#include "runner/archive.h"
#include "runner/tree.h"

static struct settings settings;
static char folder[64], why[WHY];
static char *revision;
static json_t *playbooks;
static pid_t servers[2];                 /* what runs until the end */
static int port;

/* What stands behind its URLs: files below /files, repositories below /git; /private wants ann and hunter2; /hang never answers;
 * /to/PORT/... leads to there. Who asked for what by which authorization is in the file asked. */
static const char server_text[] =
	"import base64, http.server, os, subprocess, sys, time\n"
	"folder = sys.argv[1]\n"
	"class Handler(http.server.BaseHTTPRequestHandler):\n"
	"    def log_message(self, *a): pass\n"
	"    def answer(self, code, body=b'', headers=(), size=None):\n"
	"        self.send_response(code)\n"
	"        for k, v in headers: self.send_header(k, v)\n"
	"        self.send_header('Content-Length', str(len(body) if size is None else size))\n"
	"        self.end_headers()\n"
	"        self.wfile.write(body)\n"
	"    def do_GET(self):\n"
	"        a = self.headers.get('Authorization', '')\n"
	"        with open(folder + '/asked', 'a') as f: f.write(self.path + ' ' + base64.b64decode(a[6:]).decode() + '\\n')\n"
	"        path, _, query = self.path.partition('?')\n"
	"        if path.startswith('/hang'): time.sleep(600)\n"
	"        if path.startswith('/to/'):\n"
	"            _, _, to, rest = self.path.split('/', 3)\n"
	"            return self.answer(302, b'elsewhere', [('Location', f'http://127.0.0.1:{to}/{rest}')])\n"
	"        if path.startswith('/private/'):\n"
	"            if base64.b64decode(a[6:]) not in (b'ann:hunter2', b'git:hunter2'):\n"
	"                return self.answer(401, b'no', [('WWW-Authenticate', 'Basic realm=\"hunter2\"')])\n"
	"            path = path[len('/private'):]\n"
	"        if path.startswith('/git/'): return self.git(path[4:], query)\n"
	"        try: body = open(folder + path, 'rb').read()\n"
	"        except OSError: return self.answer(404, b'nothing here')\n"
	"        if query == 'cut': return self.answer(200, body[:-1], size=len(body))\n"
	"        self.answer(200, body)\n"
	"    do_POST = do_GET\n"
	"    def git(self, path, query):\n"
	"        env = dict(os.environ, GIT_PROJECT_ROOT=folder, GIT_HTTP_EXPORT_ALL='1', PATH_INFO=path, QUERY_STRING=query,\n"
	"                   REQUEST_METHOD=self.command, CONTENT_TYPE=self.headers.get('Content-Type', ''),\n"
	"                   HTTP_CONTENT_ENCODING=self.headers.get('Content-Encoding', ''),\n"
	"                   GIT_PROTOCOL=self.headers.get('Git-Protocol', ''), GIT_CONFIG_GLOBAL=folder + '/gitconfig')\n"
	"        body = self.rfile.read(int(self.headers.get('Content-Length', 0)))\n"
	"        out = subprocess.run(['git', 'http-backend'], input=body, env=env, capture_output=True).stdout\n"
	"        head, _, body = out.partition(b'\\r\\n\\r\\n')\n"
	"        headers = [line.split(': ', 1) for line in head.decode().split('\\r\\n') if line]\n"
	"        code = int(dict(headers).pop('Status', '200 OK').split()[0])\n"
	"        self.answer(code, body, [h for h in headers if h[0] != 'Status'])\n"
	"s = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Handler)\n"
	"with open(folder + '/port.new', 'w') as f: f.write(str(s.server_port))\n"
	"os.rename(folder + '/port.new', folder + '/port')\n"
	"s.serve_forever()\n";

/* $F is the folder, and where it runs; `g` is git in the repository $F/up. False: it failed. */
static bool shell_says(const char *command)
{
	static const char before[] = "set -e; F=%s; cd $F; export GIT_CONFIG_GLOBAL=$F/gitconfig GIT_CONFIG_NOSYSTEM=1 LC_ALL=C.UTF-8; "
	                             "g() { git -C up \"$@\"; }; commit() { g add -A; g commit -q --allow-empty -m x; }; ";
	char text[2048];

	assert_true(snprintf(text, sizeof text, before, folder) + strlen(command) + 3 < sizeof text);
	strcat(text, command);
	return system(text) == 0;
}

static void shell(const char *command)
{
	if (!shell_says(command))
		fail_msg("%s", command);
}

static const char *content(const char *name)
{
	static char text[8192];
	char path[256];
	size_t n = 0;
	FILE *f;

	snprintf(path, sizeof path, "%s/%s", folder, name);
	f = fopen(path, "r");
	if (f != NULL) {
		n = fread(text, 1, sizeof text - 1, f);
		fclose(f);
	}
	text[n] = '\0';
	text[strcspn(text, "\n")] = n > 0 && strchr(text, '\n') == text + n - 1 ? '\0' : text[strcspn(text, "\n")];
	return text;
}

static void write_file(const char *name, const char *text)
{
	char path[256];
	FILE *f;

	snprintf(path, sizeof path, "%s/%s", folder, name);
	f = fopen(path, "w");
	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

static void set(char **text, const char *below)
{
	free(*text);
	if (asprintf(text, "%s/%s", folder, below) < 0)
		abort();
	mkdir(*text, 0700);
}

/* What was built is two folders above the tests. */
static void find_built(void)
{
	static char path[512];
	ssize_t n = readlink("/proc/self/exe", path, sizeof path - 1);

	path[n > 0 ? n : 0] = '\0';
	askpass_folder = dirname(dirname(dirname(path)));
}

static int begin(void **state)
{
	(void)state;
	settings_init(&settings);
	strcpy(folder, "/tmp/test_project-XXXXXX");
	if (mkdtemp(folder) == NULL)
		return -1;
	find_built();
	set(&settings.projects_dir, "p");
	set(&settings.secrets_dir, "s");
	set(&settings.runs_dir, "r");
	settings.local_repositories = true;
	settings.sync_timeout = 60;
	settings.project_max_size = 10;
	write_file("gitconfig", "[user]\nname = a\nemail = a@b\n[init]\ndefaultBranch = main\n[safe]\ndirectory = *\n");
	servers[0] = servers[1] = 0;
	return 0;
}

/* No secret, no temporary file, no process stays. */
static int end(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(servers); i++)
		if (servers[i] > 0) {
			kill(servers[i], SIGKILL);
			child_wait(servers[i]);
		}
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	shell("[ -z \"$(ls -A s)\" ] && [ -z \"$(ls -A p | grep -F .gone- || true)\" ]");
	settings_done(&settings);
	free(revision);
	revision = NULL;
	json_decref(playbooks);
	playbooks = NULL;
	return tree_remove(folder) ? 0 : -1;
}

static void pause_a_little(void)
{
	nanosleep(&(struct timespec){ .tv_nsec = 20000000 }, NULL);
}

/* Whether it gets true within a while. */
static bool eventually(const char *command)
{
	for (int i = 0; i < 500; i++) {
		if (shell_says(command))
			return true;
		pause_a_little();
	}
	return false;
}

static pid_t start_server(int *ret_port)
{
	char script[128];
	pid_t pid;

	if (access("/usr/bin/python3", X_OK) != 0)
		skip();
	write_file("server.py", server_text);
	snprintf(script, sizeof script, "%s/server.py", folder);
	pid = fork();
	if (pid == 0) {
		execl("/usr/bin/python3", "python3", script, folder, (char *)NULL);
		_exit(127);
	}
	assert_true(eventually("[ -e port ]"));
	*ret_port = atoi(content("port"));
	shell("rm port");
	return pid;
}

static struct project project_at(const char *type, const char *format, ...) __attribute__((format(printf, 2, 3)));
static struct project project_at(const char *type, const char *format, ...)
{
	static char url[512];
	va_list args;

	va_start(args, format);
	vsnprintf(url, sizeof url, format, args);
	va_end(args);
	return (struct project){ .id = 1, .type = type, .repository = url };
}

static enum status syncs(const struct project *p)
{
	free(revision);
	revision = NULL;
	json_decref(playbooks);
	playbooks = NULL;
	*why = '\0';
	return project_sync(&settings, p, &revision, &playbooks, why);
}

static void is_synced(const struct project *p)
{
	enum status s = syncs(p);

	assert_string_equal(why, "");
	assert_int_equal(s, S_OK);
}

static void is_not_synced(const struct project *p, const char *words)
{
	enum status s = syncs(p);

	assert_string_equal(why, words);
	assert_int_equal(s, S_INVALID);
	assert_null(revision);
	assert_null(playbooks);
}

static enum status opens(const struct project *p, const char *which)
{
	int files;
	enum status s;

	*why = '\0';
	shell("rm -rf out && mkdir out");
	s = project_open(&settings, p, which, &files, why);
	if (s == S_OK) {
		char out[80];

		snprintf(out, sizeof out, "%s/out", folder);
		assert_int_equal(archive_unpack(files, out, 100 << 20, 1000, why), S_OK);
		close(files);
	} else {
		assert_int_equal(files, -1);
	}
	return s;
}

static void is_opened(const struct project *p, const char *which)
{
	enum status s = opens(p, which);

	assert_string_equal(why, "");
	assert_int_equal(s, S_OK);
}

#endif
