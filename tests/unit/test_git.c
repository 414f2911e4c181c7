/* access.c, git.c and moirai-askpass: how a repository is reached by http and ssh, and who sees the password. */
#include "runner/access.c"
#include "runner/git.c"

#include <pwd.h>

#include "house.h"
#include "project_alone.h"

#define SECRET "hunter2"

static int sshd_port;

static struct project by_http(const char *user, const char *path)
{
	return project_at("GIT", "http://%s127.0.0.1:%d/%s", user, port, path);
}

static void a_repository(void)
{
	shell("git init -q up; echo 1 >up/a.yml; commit; g rev-parse HEAD >head; ln -s . git");
	servers[0] = start_server(&port);
}

static void has_the_head(const struct project *p)
{
	is_synced(p);
	assert_string_equal(revision, content("head"));
}

/* ---- http ---- */

static void a_repository_is_fetched_by_http(void **state)
{
	struct project p;

	(void)state;
	a_repository();
	p = by_http("", "git/up");
	has_the_head(&p);
	is_opened(&p, revision);
	p = by_http("", "git/none");
	assert_int_equal(syncs(&p), S_INVALID);
	assert_non_null(strstr(why, "/git/none/' not found"));
}

static void a_password_is_given_to_who_asks(void **state)
{
	struct project p;

	(void)state;
	a_repository();
	p = by_http("", "private/git/up");
	p.password = SECRET;
	has_the_head(&p);
	assert_non_null(strstr(content("asked"), " git:" SECRET "\n"));
	p = by_http("ann@", "private/git/up");
	p.password = SECRET;
	has_the_head(&p);
	assert_non_null(strstr(content("asked"), " ann:" SECRET "\n"));
	p = by_http("ann:" SECRET "@", "private/git/up");
	has_the_head(&p);
	p = by_http("ann:other@", "private/git/up");
	p.password = SECRET;
	has_the_head(&p);
}

static void a_wrong_password_is_told_without_it(void **state)
{
	struct project p;
	char words[WHY];

	(void)state;
	a_repository();
	p = by_http("", "private/git/up");
	snprintf(words, sizeof words, "git says: could not read Username for 'http://127.0.0.1:%d': terminal prompts disabled", port);
	is_not_synced(&p, words);
	p = by_http("ann:wr%40ng@", "private/git/up");
	snprintf(words, sizeof words, "git says: Authentication failed for 'http://127.0.0.1:%d/private/git/up/'", port);
	is_not_synced(&p, words);
	p = by_http("", "private/git/up");
	p.password = "wrong";
	is_not_synced(&p, words);
}

/* A redirection leads git elsewhere, and there it is asked for a password. */
static void a_password_is_for_the_host_of_the_url_alone(void **state)
{
	int first;
	struct project p;

	(void)state;
	a_repository();
	first = port;
	shell("rm -f asked");
	servers[1] = start_server(&port);
	p = project_at("GIT", "http://127.0.0.1:%d/to/%d/private/git/up", first, port);
	p.password = SECRET;
	assert_int_equal(syncs(&p), S_INVALID);
	assert_non_null(strstr(content("asked"), "/private/git/up"));
	assert_null(strstr(content("asked"), SECRET));
	p = project_at("GIT", "http://ann:" SECRET "@127.0.0.1:%d/to/%d/private/git/up", first, port);
	assert_int_equal(syncs(&p), S_INVALID);
	assert_null(strstr(content("asked"), SECRET));
	p = project_at("GIT", "http://127.0.0.1:%d/to/%d/private/git/up", first, first);
	p.password = SECRET;
	has_the_head(&p);
}

/* git in between is a script that writes down what anybody could see, and goes on as git. */
static void nobody_sees_a_secret_on_a_command_line_or_in_an_environment(void **state)
{
	const char *before[] = { programs[0], programs[1] };
	char path[96];
	struct project p;

	(void)state;
	a_repository();
	write_file("fake", "#!/bin/sh\nF=${0%/*}\ncat /proc/self/cmdline /proc/$$/cmdline /proc/$$/environ /proc/$PPID/cmdline >>$F/seen\n"
	                   "ls -lR $F/s >>$F/secrets\nexec /usr/bin/git -c core.askPass=x \"$@\"\n");
	shell("chmod +x fake");
	snprintf(path, sizeof path, "%s/fake", folder);
	programs[0] = path;
	p = by_http("ann:other3@", "private/git/up");
	p.password = SECRET;
	p.key = "-----BEGIN KEY-----";
	has_the_head(&p);
	programs[0] = before[0];
	shell("grep -qa MOIRAI_ASKPASS_FILE=$F/s seen; grep -qa private/git/up seen; ! grep -qaE 'hunter2|other3|BEGIN' seen");
	shell("grep -q -- '-rw------- .* password$' secrets; grep -q -- '-rw------- .* key$' secrets; ! grep -q -- '-rw-[^-]' secrets");
	shell("! grep -raqE 'hunter2|other3|BEGIN' p");
}

/* ---- moirai-askpass ---- */

static bool answers(const char *origin, const char *prompt, const char *wanted)
{
	char command[512];

	snprintf(command, sizeof command,
	         "[ \"$(MOIRAI_ASKPASS_FILE=$F/password MOIRAI_ASKPASS_USER=ann MOIRAI_ASKPASS_ORIGIN='%s' '%s/moirai-askpass' \"%s\")\" = '%s' ]",
	         origin, askpass_folder, prompt, wanted);
	return shell_says(command);
}

static void askpass_knows_who_asks(void **state)
{
	(void)state;
	write_file("password", "hunter2 '\"$x");
	assert_true(answers("https://ex.us", "Username for 'https://ex.us': ", "ann"));
	shell("printf hunter2 >password");
	assert_true(answers("https://ex.us", "Password for 'https://ann@ex.us': ", SECRET));
	assert_true(answers("https://ex.us:8443", "Password for 'https://a%40b@Ex.us:8443': ", SECRET));
	assert_true(answers("http://ex.us", "Password for 'https://ann@ex.us': ", SECRET));
	assert_true(answers("https://ex.us", "Password for 'http://ann@ex.us': ", ""));
	assert_true(answers("https://ex.us", "Password for 'https://ann@evil.us': ", ""));
	assert_true(answers("https://ex.us", "Password for 'https://ann@ex.us.evil': ", ""));
	assert_true(answers("https://ex.us", "Password for 'https://ex.us@evil.us': ", ""));
	assert_true(answers("https://ex.us", "Password for 'https://ann@ex.us:8443': ", ""));
	assert_true(answers("https://ex.us", "Username for 'https://evil.us': ", ""));
	assert_true(answers("https://ex.us", "ann@ex.us's password: ", ""));
	assert_true(answers("", "git@ex.us's password: ", SECRET));
	assert_true(answers("ssh://ex.us", "Enter passphrase for key '/x': ", SECRET));
	assert_true(answers("", "Are you sure you want to continue connecting (yes/no/[fingerprint])? ", ""));
}

/* ---- ssh ---- */

/* As whoever we are, on loopback, who lets in by one key alone. */
static void start_sshd(void)
{
	static const char settings_text[] =
		"HostKey %s/host\nPidFile none\nAuthorizedKeysFile %s/authorized\nStrictModes no\nUsePAM no\nListenAddress 127.0.0.1\n"
		"Port %d\nPasswordAuthentication no\nKbdInteractiveAuthentication no\nPermitRootLogin yes\nSetEnv GIT_CONFIG_GLOBAL=%s/gitconfig\n";
	char text[1024], path[128], tries[64];

	if (access("/usr/sbin/sshd", X_OK) != 0 || strstr(getpwuid(geteuid())->pw_shell, "sh") == NULL)
		skip();                          /* sshd lets in nobody who has no shell */
	if (geteuid() == 0)
		mkdir("/run/sshd", 0755);
	shell("ssh-keygen -q -t ed25519 -N '' -f host; ssh-keygen -q -t ed25519 -N '' -f key; ssh-keygen -q -t ed25519 -N hunter2 -f closed; "
	      "ssh-keygen -q -t ed25519 -N '' -f other; cat key.pub closed.pub >authorized");
	sshd_port = 20000 + getpid() % 20000;
	snprintf(text, sizeof text, settings_text, folder, folder, sshd_port, folder);
	write_file("sshd_config", text);
	snprintf(path, sizeof path, "%s/sshd_config", folder);
	servers[0] = fork();
	if (servers[0] == 0) {
		execl("/usr/sbin/sshd", "/usr/sbin/sshd", "-D", "-q", "-f", path, (char *)NULL);
		_exit(127);
	}
	snprintf(tries, sizeof tries, "bash -c ': </dev/tcp/127.0.0.1/%d' 2>/dev/null", sshd_port);
	assert_true(eventually(tries));
}

static void a_key_opens_what_it_is_for(void **state)
{
	struct project p;
	char key[4096], words[WHY];
	const char *name = getpwuid(geteuid())->pw_name;

	(void)state;
	shell("git init -q up; echo 1 >up/a.yml; commit; g rev-parse HEAD >head");
	start_sshd();
	p = project_at("GIT", "ssh://%s@127.0.0.1:%d%s/up", name, sshd_port, folder);
	snprintf(words, sizeof words, "git says: %s@127.0.0.1: Permission denied (publickey).; Could not read from remote repository.", name);
	is_not_synced(&p, words);
	shell("tr '\\n' '|' <key | sed 's/|$//; s/|/\\r\\n/g' >pasted");
	strcpy(key, content("pasted"));
	p.key = key;
	has_the_head(&p);
	strcpy(key, content("other"));
	is_not_synced(&p, words);
	strcpy(key, content("closed"));
	assert_int_equal(syncs(&p), S_INVALID);
	p.password = SECRET;
	has_the_head(&p);
	p.password = "wrong";
	is_not_synced(&p, words);
}

static void a_path_with_quotes_stays_one_path(void **state)
{
	struct project p;
	char key[4096];

	(void)state;
	shell("git init -q up; echo 1 >up/a.yml; commit; g rev-parse HEAD >head");
	start_sshd();
	set(&settings.secrets_dir, "s/it's $HOME; touch x");
	p = project_at("GIT", "ssh://%s@127.0.0.1:%d%s/up", getpwuid(geteuid())->pw_name, sshd_port, folder);
	strcpy(key, content("key"));
	p.key = key;
	has_the_head(&p);
	shell("rmdir s/*");
}

static void our_own_keys_are_nobodys(void **state)
{
	struct access a;
	struct repository r = { .way = WAY_SSH, .url = (char[]){ "git@ex.us:a" }, .origin = (char[]){ "" } };
	struct project p = { .id = 1, .type = "GIT" };
	const char *command = NULL;

	(void)state;
	assert_int_equal(access_make(&a, &settings, &p, &r, why), S_OK);
	for (int i = 0; i < a.n; i++)
		if (strncmp(a.environment[i], "GIT_SSH_COMMAND=", 16) == 0)
			command = a.environment[i] + 16;
	assert_string_equal(command, "ssh -F none -o IdentitiesOnly=yes -o IdentityAgent=none -o StrictHostKeyChecking=no "
	                             "-o UserKnownHostsFile=/dev/null -o LogLevel=ERROR -o NumberOfPasswordPrompts=1 "
	                             "-o BatchMode=yes -o IdentityFile=none");
	access_done(&a);
}

/* ---- certificates ---- */

static const char *variable(const struct access *a, const char *name)
{
	for (int i = 0; i < a->n; i++)
		if (strncmp(a->environment[i], name, strlen(name)) == 0)
			return a->environment[i] + strlen(name);
	return "(none)";
}

static void protocols_and_certificates_are_those_of_the_settings(void **state)
{
	struct access a;
	struct repository r = { .way = WAY_HTTPS, .url = (char[]){ "https://ex.us/a" }, .origin = (char[]){ "https://ex.us" } };
	struct project p = { .id = 1, .type = "GIT" };

	(void)state;
	assert_int_equal(access_make(&a, &settings, &p, &r, why), S_OK);
	assert_string_equal(variable(&a, "GIT_SSL_CAINFO="), "(none)");
	assert_string_equal(variable(&a, "GIT_SSL_NO_VERIFY="), "(none)");
	assert_string_equal(variable(&a, "GIT_ALLOW_PROTOCOL="), "http:https:ssh:git:file");
	access_done(&a);
	free(settings.tls_ca_file);
	settings.tls_ca_file = strdup("/ca.pem");
	settings.local_repositories = false;
	assert_int_equal(access_make(&a, &settings, &p, &r, why), S_OK);
	assert_string_equal(variable(&a, "GIT_SSL_CAINFO="), "/ca.pem");
	assert_string_equal(variable(&a, "GIT_ALLOW_PROTOCOL="), "http:https:ssh:git");
	access_done(&a);
}

/* ---- its words ---- */

static void the_last_lines_that_mean_something_are_passed_on(void **state)
{
	char errors[] = "Warning: Permanently added 'x'\nremote: one\nERROR: two\nfatal: three\n\n"
	                "Please make sure you have the correct access rights\nand the repository exists.\n";
	char words[64], few[12], none[] = "\n\n";

	(void)state;
	assert_string_equal(words_of(errors, words, sizeof words), "remote: one; ERROR: two; three");
	strcpy(errors, "error: 123456\nfatal: 12345\n");
	assert_string_equal(words_of(errors, few, sizeof few), "12345");
	strcpy(errors, "error: 1234\nfatal: 12345");
	assert_string_equal(words_of(errors, few, sizeof few), "1234; 12345");
	assert_string_equal(words_of(none, few, sizeof few), "");
}

#define T(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(a_repository_is_fetched_by_http),
		T(a_password_is_given_to_who_asks),
		T(a_wrong_password_is_told_without_it),
		T(a_password_is_for_the_host_of_the_url_alone),
		T(nobody_sees_a_secret_on_a_command_line_or_in_an_environment),
		T(askpass_knows_who_asks),
		T(a_key_opens_what_it_is_for),
		T(a_path_with_quotes_stays_one_path),
		T(our_own_keys_are_nobodys),
		T(protocols_and_certificates_are_those_of_the_settings),
		T(the_last_lines_that_mean_something_are_passed_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
