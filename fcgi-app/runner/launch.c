#include "config.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/auto.h"
#include "lib/program.h"
#include "runner/account.h"
#include "runner/command.h"
#include "runner/credentials.h"
#include "runner/fetch.h"
#include "runner/files.h"
#include "runner/guard.h"
#include "runner/interpreter.h"
#include "runner/launch.h"

#define MIB (1LL << 20)
#define MOST_WORDS 20            /* of the guard's, with the command's */
#define OUR_PYTHON_MOST ((size_t)1 << 20)

/* What only this file knows of a launch. */
struct prepared {
	struct seal_keys *keys;
	struct credentials credentials;
	struct files *files;
	struct command *command;
	const char *arguments;       /* the path of the file that holds them */
	int project;                 /* the archive of its files; -1: none */
	int tar;                     /* -1: none yet */
	char python[INTERPRETER_PATH], program[INTERPRETER_PATH];
	char **environment;
};

static struct prepared now = { .project = -1, .tar = -1 };      /* a process launches once */

__attribute__((format(printf, 2, 3)))
static enum status refuse(char why[LAUNCH_WHY], const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(why, LAUNCH_WHY, format, args);
	va_end(args);
	return S_INVALID;
}

/* ---- what it is made of ---- */

static const char *text_of(const json_t *of, const char *name)
{
	return json_string_value(json_object_get(of, name));
}

static enum status open_project(struct launch *l, char why[LAUNCH_WHY])
{
	const json_t *about = json_object_get(l->about, "project");
	const char *revision = text_of(about, "revision");
	enum status s;

	if (!json_is_object(about))
		return refuse(why, "The project is gone.");
	s = credentials_open(&now.credentials, now.keys, about, why);
	if (s != S_OK)
		return s;
	opened_mask(now.credentials.password, l->masks);
	opened_mask(now.credentials.key, l->masks);
	if (revision == NULL && strcmp(now.credentials.project.type, "MANUAL") != 0)
		return refuse(why, "The project has no files yet. %s", json_object_get(about, "status_detail") != NULL &&
		              text_of(about, "status_detail") != NULL ? text_of(about, "status_detail") : "");
	return fetch_project(l->settings, &now.credentials.project, revision, l->is_wanted, l->context, &now.project, why);
}

/* Ansible runs where our own folders may be out of its reach: our Python goes along. */
static enum status add_python(const char *name, char why[LAUNCH_WHY])
{
	static char text[OUR_PYTHON_MOST];
	AUTO(text) char *path = NULL;
	FILE *file;
	size_t n;

	if (asprintf(&path, "%s/%s", interpreter_folder(), name) < 0)
		return refuse(why, "out of memory");
	file = fopen(path, "re");
	if (file == NULL)
		return refuse(why, "%s: %s", path, strerror(errno));
	n = fread(text, 1, OUR_PYTHON_MOST, file);
	fclose(file);
	files_add(now.files, name, text, n);
	return S_OK;
}

/* A list of processes, which all may read, shows but the file's name: variables may be secrets. */
static void add_arguments(void)
{
	AUTO(wiped) struct wiped text = { 0 };

	for (size_t i = 1; i < now.command->n; i++)
		wiped_add(&text, now.command->words[i], strlen(now.command->words[i]) + 1);
	now.arguments = files_add(now.files, "arguments", text.bytes, text.size);
}

static enum status add_files(struct launch *l, char why[LAUNCH_WHY])
{
	const json_t *inventory = json_object_get(l->about, "inventory");
	const char *path = text_of(inventory, "path"), *refused = text_of(inventory, "refused");
	enum status s = S_OK;

	if (refused != NULL)
		return refuse(why, "%s", refused);
	if (path == NULL && json_array_size(json_object_get(inventory, "pieces")) == 0)
		return refuse(why, "The inventory is gone.");
	if (path == NULL)
		s = files_inventory(now.files, now.keys, json_object_get(inventory, "pieces"), l->masks, &path, why);
	if (s == S_OK)
		s = command_new(l->about, path, now.keys, now.files, l->masks, &now.command, why);
	if (s == S_OK)
		add_arguments();
	if (s == S_OK)
		s = add_python("moirai_ansible.py", why);
	if (s == S_OK)
		s = add_python("callback/moirai.py", why);
	if (s == S_OK && files_tar(now.files, &now.tar) != S_OK)
		return refuse(why, "%s", strerror(errno));
	return s;
}

/* ---- where it runs ---- */

static const struct { const char *name, *value; enum { AS_IT_IS, ON_DISK, IN_MEMORY } below; } environment[] = {
	{ "LANG", "C.UTF-8", AS_IT_IS },
	{ "HOME", "/home", ON_DISK },
	{ "TMPDIR", "/tmp", ON_DISK },
	{ "PYTHONDONTWRITEBYTECODE", "1", AS_IT_IS },
	{ "PYTHONNOUSERSITE", "1", AS_IT_IS },
	{ "ANSIBLE_HOME", "/home/.ansible", ON_DISK },
	{ "ANSIBLE_LOCAL_TEMP", "/tmp", IN_MEMORY },                 /* what is out of a vault comes there */
	{ "ANSIBLE_SSH_CONTROL_PATH_DIR", "/cp", IN_MEMORY },        /* sockets, whose paths may have 79 bytes here */
	{ "ANSIBLE_HOST_KEY_CHECKING", "False", AS_IT_IS },
	{ "ANSIBLE_FORCE_COLOR", "true", AS_IT_IS },
	{ "ANSIBLE_NOCOWS", "1", AS_IT_IS },
	{ "ANSIBLE_RETRY_FILES_ENABLED", "False", AS_IT_IS },
	{ "MOIRAI_RESULTS_FD", "3", AS_IT_IS },
};
#define N_ENVIRONMENT (sizeof environment / sizeof environment[0])

__attribute__((format(printf, 1, 2)))
static char *word(const char *format, ...)
{
	char *text;
	va_list args;

	va_start(args, format);
	if (vasprintf(&text, format, args) < 0)
		abort();
	va_end(args);
	return text;
}

static char **environment_of(const struct launch *l)
{
	const char *const folders[] = { "", l->folder->disk, l->folder->memory };
	char **all = calloc(N_ENVIRONMENT + 2, sizeof *all);

	assert(all != NULL);
	for (size_t i = 0; i < N_ENVIRONMENT; i++)
		all[i] = word("%s=%s%s", environment[i].name, folders[environment[i].below], environment[i].value);
	all[N_ENVIRONMENT] = word("PATH=%s:/usr/local/bin:/usr/bin:/bin", l->settings->ansible_dir);
	return all;
}

enum status launch_prepare(struct launch *l, char why[LAUNCH_WHY])
{
	enum status s;

	l->masks = masks_new();
	l->control = -1;
	now.keys = credentials_keys(l->settings);
	now.files = files_new(l->folder->memory);
	now.environment = environment_of(l);
	s = add_files(l, why);
	if (s != S_OK)
		return s;
	l->raw_args = strdup(now.command->raw_args);
	snprintf(now.program, sizeof now.program, "%.200s/%.40s", l->settings->ansible_dir, now.command->words[0]);
	if (!interpreter_of(l->settings, now.command->words[0], now.python))
		return refuse(why, "%s: Ansible is not there.", now.program);
	return open_project(l, why);
}

/* ---- the guard ---- */

/* The guard's own words, then Ansible's: interpreter, our wrapper, the command. */
static char **words_of(const struct launch *l)
{
	const json_t *about = l->about;
	const char *inventory = text_of(json_object_get(about, "inventory"), "path");
	char **all = calloc(MOST_WORDS + 1, sizeof *all);
	size_t n = 0;

	assert(all != NULL);
	all[n++] = word("moirai-run");
	all[n++] = word("--guard");
	all[n++] = word("%s", l->folder->disk);
	all[n++] = word("%s", l->folder->memory);
	all[n++] = word("%lld", l->settings->run_max_output * MIB);
	all[n++] = word("%lld", l->settings->project_max_size * MIB);
	all[n++] = word("%s", inventory != NULL ? inventory : "");
	all[n++] = word("--");
	all[n++] = word("%s", now.python);
	all[n++] = word("%s/moirai_ansible.py", l->folder->memory);
	all[n++] = word("run");
	all[n++] = word("%s", now.program);
	all[n++] = word("%s", now.arguments);
	return all;
}

/* At its place, whatever stands there: all of them are out of the way before. */
static bool place(const int files[GUARD_FDS])
{
	int aside[GUARD_FDS];

	for (int i = GUARD_CONTROL; i < GUARD_FDS; i++)
		aside[i] = fcntl(files[i], F_DUPFD_CLOEXEC, GUARD_FDS);
	for (int i = GUARD_CONTROL; i < GUARD_FDS; i++)
		if (dup2(aside[i], i) < 0)
			return false;
	return true;
}

static _Noreturn void be_guard(const struct account *account, const int files[GUARD_FDS], char **words)
{
	int program = open("/proc/self/exe", O_PATH | O_CLOEXEC);      /* it may be out of reach later */
	int aside = fcntl(program, F_DUPFD_CLOEXEC, 2 * GUARD_FDS);

	setsid();
	if (aside < 0 || !place(files) || !account_become(account))
		_exit(GUARD_REFUSED);
	program_become_file(GUARD_FDS - 1, aside, words, now.environment);
}

static void free_words(char **words)
{
	for (char **w = words; w != NULL && *w != NULL; w++)
		free(*w);
	free(words);
}

enum status launch_start(struct launch *l, char why[LAUNCH_WHY])
{
	struct account account;
	int control[2];
	char **words;

	if (!account_find(&account, l->settings->run_account, why))
		return S_INVALID;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, control) < 0)
		return refuse(why, "%s", strerror(errno));
	words = words_of(l);
	l->guard = fork();
	if (l->guard == 0)
		be_guard(&account, (int[GUARD_FDS]){ [GUARD_CONTROL] = control[1], l->folder->lock, l->spool, l->results, l->exit,
		                                     now.tar, now.project }, words);
	free_words(words);
	close(control[1]);
	l->control = control[0];
	return l->guard > 0 ? S_OK : refuse(why, "%s", strerror(errno));
}

void launch_done(void)
{
	if (now.project >= 0)
		close(now.project);
	if (now.tar >= 0)
		close(now.tar);
	credentials_done(&now.credentials);
	command_free(&now.command);
	files_free(&now.files);
	seal_keys_free(&now.keys);
	free_words(now.environment);
	now = (struct prepared){ .project = -1, .tar = -1 };
}

void launch_sweep(const struct settings *s, const struct folder *f, pid_t session, pid_t guard, pid_t spared)
{
	struct account account;
	char why[ACCOUNT_WHY], numbers[4][24];
	char *words[] = { (char[]){ "moirai-run" }, (char[]){ "--sweep" }, numbers[0], numbers[1], numbers[2], numbers[3], (char *)(uintptr_t)f->disk,
		          (char *)(uintptr_t)f->memory, NULL };
	pid_t pid, got;

	snprintf(numbers[0], sizeof numbers[0], "%d", (int)session);
	snprintf(numbers[1], sizeof numbers[1], "%d", (int)guard);
	snprintf(numbers[2], sizeof numbers[2], "%d", (int)getpid());
	snprintf(numbers[3], sizeof numbers[3], "%d", (int)spared);
	if (!account_find(&account, s->run_account, why))
		return;
	pid = fork();
	if (pid == 0) {
		int program = open("/proc/self/exe", O_PATH | O_CLOEXEC);

		if (!account_become(&account))
			_exit(GUARD_REFUSED);
		program_become_file(STDERR_FILENO, program, words, (char *[]){ NULL });
	}
	/* Whoever else ends has been left to us. */
	while (pid > 0 && (got = waitpid(-1, NULL, 0)) != pid && (got > 0 || errno == EINTR))
		;
}
