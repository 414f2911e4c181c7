#include "config.h"

#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/auto.h"
#include "lib/log.h"
#include "lib/program.h"
#include "runner/interpreter.h"

#define SECONDS 300
#define MEMORY ((size_t)2 << 30)
#define MOST ((size_t)64 << 20)

/* #!/usr/bin/python3, also with options, or by way of env. */
bool interpreter_of(const struct settings *s, const char *command, char ret_path[INTERPRETER_PATH])
{
	char path[INTERPRETER_PATH], line[512] = "", first[256] = "", second[128] = "";
	FILE *file;

	snprintf(path, sizeof path, "%.200s/%.40s", s->ansible_dir, command);
	file = fopen(path, "re");
	if (file == NULL)
		return false;
	if (fgets(line, sizeof line, file) == NULL)
		*line = '\0';
	fclose(file);
	if (sscanf(line, "#! %255s %127s", first, second) < 1 || strstr(line, "python") == NULL)
		return false;
	if (strcmp(first, "/usr/bin/env") == 0)
		snprintf(ret_path, INTERPRETER_PATH, "/usr/bin/%s", second);
	else
		snprintf(ret_path, INTERPRETER_PATH, "%s", first);
	return access(ret_path, X_OK) == 0;
}

const char *interpreter_folder(void)
{
	const char *other = getenv("MOIRAI_ANSIBLE");

	return other != NULL ? other : PKGDATADIR "/ansible";
}

/* Runs `moirai_ansible.py WHAT ANSIBLE_DIR`. False: there is no Ansible, or it failed, which is logged. */
static bool ask(const struct settings *s, const char *what, struct program_end *ret_end)
{
	char python[INTERPRETER_PATH], script[INTERPRETER_PATH], temporary[INTERPRETER_PATH];
	char *arguments[] = { python, script, (char *)(uintptr_t)what, s->ansible_dir, NULL };
	char *environment[] = { (char[]){ "PATH=/usr/local/bin:/usr/bin:/bin" }, (char[]){ "LANG=C.UTF-8" }, (char[]){ "HOME=/nonexistent" },
		                (char[]){ "PYTHONDONTWRITEBYTECODE=1" }, temporary,
		                (char[]){ "ANSIBLE_HOME=/nonexistent" }, NULL };
	struct program program = { .path = python, .arguments = arguments, .environment = environment, .folder = "/",
		                   .seconds = SECONDS, .memory = MEMORY, .most = MOST };
	bool ran, good;

	if (!interpreter_of(s, "ansible", python))
		return false;
	snprintf(script, sizeof script, "%.220s/moirai_ansible.py", interpreter_folder());
	snprintf(temporary, sizeof temporary, "ANSIBLE_LOCAL_TEMP=%.200s", s->secrets_dir);
	program.in = open("/dev/null", O_RDONLY | O_CLOEXEC);
	ran = program.in >= 0 && program_run(&program, ret_end);
	close(program.in);
	if (!ran)
		return false;
	good = WIFEXITED(ret_end->status) && WEXITSTATUS(ret_end->status) == 0 && !ret_end->too_much && !ret_end->late;
	if (!good) {
		log_line(LOG_LEVEL_ERROR, "moirai_ansible.py %s: %.300s", what, ret_end->errors);
		program_end_done(ret_end);
	}
	return good;
}

bool interpreter_version(const struct settings *s, char *ret_version, size_t size)
{
	static struct program_end end;

	if (!ask(s, "version", &end))
		return false;
	snprintf(ret_version, size, "%.*s", (int)strcspn(end.out, "\n"), end.out);
	program_end_done(&end);
	return *ret_version != '\0';
}

json_t *interpreter_reference(const struct settings *s)
{
	static struct program_end end;
	json_t *said;

	if (!ask(s, "reference", &end))
		return NULL;
	said = json_loadb(end.out, end.size, 0, NULL);
	if (said == NULL)
		log_line(LOG_LEVEL_ERROR, "moirai_ansible.py reference: no JSON");
	program_end_done(&end);
	return said;
}
