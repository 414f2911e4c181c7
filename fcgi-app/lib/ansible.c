#include "config.h"

#include <ctype.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/ansible.h"
#include "lib/auto.h"
#include "lib/program.h"

#define MEMORY ((size_t)512 << 20)       /* 10,000 hosts take 65 MiB, a text of 16 MiB 160 */
#define SOURCE "/dev/stdin"

static const char *program_folders[] = { "/usr/bin", "/usr/local/bin" };
static const char *temporary = "/tmp";

/* ---- where and with what it runs ---- */

/* What is below the private folder begins with its path. */
static const struct { const char *name, *value; bool below; } environment[] = {
	{ "PATH", "/usr/local/bin:/usr/bin:/bin", false },
	{ "LANG", "C.UTF-8", false },
	{ "HOME", "", true },
	{ "TMPDIR", "", true },
	{ "PYTHONDONTWRITEBYTECODE", "1", false },
	{ "PYTHONNOUSERSITE", "1", false },
	{ "ANSIBLE_CONFIG", "/ansible.cfg", true },      /* empty; without it /etc/ansible's would be read */
	{ "ANSIBLE_HOME", "", true },
	{ "ANSIBLE_LOCAL_TEMP", "", true },
	{ "ANSIBLE_NOCOLOR", "1", false },
	{ "ANSIBLE_DEPRECATION_WARNINGS", "0", false },
	{ "ANSIBLE_LOCALHOST_WARNING", "0", false },
	{ "ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED", "1", false },
	{ "ANSIBLE_INVENTORY_UNPARSED_FAILED", "1", false },
	{ "ANSIBLE_TRANSFORM_INVALID_GROUP_CHARS", "ignore", false },
	{ "ANSIBLE_VARS_ENABLED", "", false },           /* no group_vars, no host_vars */
	{ "ANSIBLE_VARS_PLUGINS", "/vars", true },       /* there are none */
};
#define N_ENVIRONMENT (sizeof environment / sizeof environment[0])

static char *variable(const char *name, const char *folder, const char *value)
{
	char *text;

	if (asprintf(&text, "%s=%s%s", name, folder, value) < 0)
		abort();
	return text;
}

static void fill_environment(char *ret_variables[N_ENVIRONMENT + 2], const char *folder, bool yaml)
{
	for (size_t i = 0; i < N_ENVIRONMENT; i++)
		ret_variables[i] = variable(environment[i].name, environment[i].below ? folder : "", environment[i].value);
	ret_variables[N_ENVIRONMENT] = variable("ANSIBLE_INVENTORY_ENABLED", "", yaml ? "yaml" : "ini");
	ret_variables[N_ENVIRONMENT + 1] = NULL;
}

static bool find_program(char *ret_path, size_t size)
{
	for (size_t i = 0; i < sizeof program_folders / sizeof program_folders[0]; i++) {
		snprintf(ret_path, size, "%s/ansible-inventory", program_folders[i]);
		if (access(ret_path, X_OK) == 0)
			return true;
	}
	return false;
}

static bool folder_new(char *ret_folder, size_t size)
{
	char config[128];
	int fd;

	snprintf(ret_folder, size, "%s/moirai-ansible-XXXXXX", temporary);
	if (mkdtemp(ret_folder) == NULL)
		return false;
	snprintf(config, sizeof config, "%s/ansible.cfg", ret_folder);
	fd = open(config, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st, (void)type, (void)ftw;
	remove(path);
	return 0;
}

static void folder_remove(const char *folder)
{
	nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

/* A file descriptor, or -1. */
static int file_of(const char *text, size_t size)
{
	int fd = memfd_create("inventory", MFD_CLOEXEC);
	ssize_t n = 1;

	for (size_t done = 0; fd >= 0 && done < size && n > 0; done += (size_t)n)
		n = write(fd, text + done, size - done);
	if (fd >= 0 && (n <= 0 || lseek(fd, 0, SEEK_SET) < 0)) {
		close(fd);
		fd = -1;
	}
	return fd;
}

static bool run_in(const char *folder, const char *path, int in, bool yaml, int seconds, struct program_end *ret_end)
{
	char *arguments[] = { (char[]){ "ansible-inventory" }, (char[]){ "-i" }, (char[]){ SOURCE }, (char[]){ "--list" },
		              (char[]){ "--export" }, NULL };
	char *variables[N_ENVIRONMENT + 2];
	const struct program program = { .path = path, .arguments = arguments, .environment = variables, .folder = folder,
		                         .in = in, .seconds = seconds, .memory = MEMORY, .most = ANSIBLE_MAX_OUTPUT };
	bool ran;

	fill_environment(variables, folder, yaml);
	ran = program_run(&program, ret_end);
	for (size_t i = 0; variables[i] != NULL; i++)
		free(variables[i]);
	return ran;
}

static bool run(const char *path, const char *text, size_t size, bool yaml, int seconds, struct program_end *ret_end)
{
	char folder[96] = "";
	int in = file_of(text, size);
	bool ran = in >= 0 && folder_new(folder, sizeof folder) && run_in(folder, path, in, yaml, seconds, ret_end);

	if (in >= 0)
		close(in);
	if (*folder != '\0')
		folder_remove(folder);
	return ran;
}

/* ---- why it could not read it ----
 *
 * Ansible quotes the line that it could not read, which may hold a password. So only those of its words are passed on that
 * are known to be its own. */

static const struct { const char *words, *said; } reasons[] = {
	{ "Expected key=value host variable assignment", NULL },
	{ "Expected key=value", NULL },
	{ "Expected group name", NULL },
	{ "No closing quotation", NULL },
	{ "No escaped character", NULL },
	{ "has unknown type", "The section has an unknown type: it may be hosts, children or vars" },
	{ "Invalid section entry", "The section's name may have no spaces" },
	{ "not valid for undefined group", "The variables are those of an undefined group" },
	{ "includes undefined group", "The children include an undefined group" },
	{ "ending in ':' is not allowed", "A host may not end in ':'" },
	{ "'---' is normally a sign this is a YAML file", "--- is normally a sign that this is YAML" },
	{ "host range must be begin:end or begin:end:step", NULL },
	{ "host range must specify end value", NULL },
	{ "length begin and end formats", "host range must specify equal-length begin and end formats" },
	{ "host range must have begin <= end", NULL },
	{ "not enough values to unpack", "A host has [ or ] alone" },
	{ "invalid literal for int()", "What should be a number is none" },
	{ "creates a recursive dependency loop", "A group is its own descendant" },
	{ "can't add group to itself", "A group is its own child" },
	{ "no vault secrets found", "It is encrypted by ansible-vault" },
	{ "Parsed empty YAML file", "The text is empty" },
	{ "it should be a dictionary", "It should be a dictionary of groups" },
	{ "Plugin configuration YAML file, not YAML inventory", NULL },
	{ "is not a known host nor group", "A child is no group" },
	{ "requires a dictionary", "hosts, children and vars must be dictionaries" },
	{ "must be a string. Enclose integers/floats in quotation marks", "A host must be a string: put numbers into quotes" },
	{ "Invalid group name supplied", "A group's name must be a string" },
	{ "Invalid empty host name", "A host's name is empty" },
	{ "Invalid empty/false host name", "A host's name is empty" },
	{ "maximum recursion depth exceeded", "It is nested too deep, or holds itself" },
	{ "MemoryError", "It takes too much memory" },
	{ "Cannot allocate memory", "It takes too much memory" },
};

/* Ansible wraps its words at 79 columns, also behind a hyphen: a blank for each gap again. */
static void unwrap(char *text)
{
	char *to = text;

	for (const char *from = text; *from != '\0'; from++)
		if (!isspace((unsigned char)*from))
			*to++ = *from;
		else if (to > text && to[-1] != ' ')
			*to++ = ' ';
	*to = '\0';
}

static char *after(char *text, const char *words)
{
	char *found = text != NULL ? strstr(text, words) : NULL;

	return found != NULL ? found + strlen(words) : NULL;
}

/* What it says of the text, within its errors, which are changed; NULL: nothing. That it could not read it counts also where
 * it then goes on as if nothing were, as older ones do. */
static char *complaint_in(char *errors, bool failed)
{
	char *text, *end;

	unwrap(errors);
	text = after(after(errors, "* Failed to parse " SOURCE " with "), "plugin:");
	if (text == NULL && failed)
		text = after(errors, "ERROR! ");
	if (text == NULL)
		return failed ? strstr(errors, "MemoryError") : NULL;
	end = strstr(text, "ERROR! ");
	if (end != NULL)
		*end = '\0';
	return text;
}

/* 0: it does not say. */
static long line_in(char *complaint)
{
	const char *line = after(complaint, "'" SOURCE "': line ");

	if (line == NULL)
		line = after(complaint, SOURCE ":");
	return line != NULL ? strtol(line, NULL, 10) : 0;
}

/* Length of what stands in quotes here, if it is nothing but signs, such as ',' or '}': else it is the text's own, and 0. */
static size_t quoted_signs(const char *text)
{
	size_t n = 1;

	while (n < 4 && text[n] != text[0] && ispunct((unsigned char)text[n]))
		n++;
	return n > 1 && text[n] == text[0] ? n + 1 : 0;
}

/* How far the words are Ansible's own: up to the first quotation. */
static size_t own_words(const char *text, const char *end)
{
	size_t n = 0, more = 1;

	while (text + n < end && more > 0) {
		more = text[n] == '\'' || text[n] == '"' ? quoted_signs(text + n) : 1;
		n += more;
	}
	while (n > 0 && text[n - 1] == ' ')
		n--;
	return n;
}

/* libyaml's words are constant, but for what stands in quotes. */
static bool say_syntax_error(char *complaint, char *ret_reason, size_t size)
{
	const char *words = after(complaint, "Syntax Error while loading YAML. ");
	const char *end = words != NULL ? strstr(words, " The error appears") : NULL;
	size_t n = end != NULL ? own_words(words, end) : 0;

	if (n == 0 || n >= size)
		return false;
	snprintf(ret_reason, size, "%.*s", (int)n, words);
	return true;
}

/* Python's MemoryError has no words. */
static bool says_nothing(const char *complaint)
{
	const char *bug = "Unexpected Exception, this is probably a bug: ";

	if (strncmp(complaint, bug, strlen(bug)) == 0)
		complaint += strlen(bug);
	return complaint[strspn(complaint, " ")] == '\0' || strncmp(complaint, "to see the full traceback", 25) == 0;
}

static void find_reason(char *complaint, char *ret_reason, size_t size)
{
	*ret_reason = '\0';
	if (says_nothing(complaint)) {
		snprintf(ret_reason, size, "It takes too much memory");
		return;
	}
	if (say_syntax_error(complaint, ret_reason, size))
		return;
	for (size_t i = 0; i < sizeof reasons / sizeof reasons[0]; i++)
		if (strstr(complaint, reasons[i].words) != NULL) {
			snprintf(ret_reason, size, "%s", reasons[i].said != NULL ? reasons[i].said : reasons[i].words);
			return;
		}
}

static enum status refuse_text(char *complaint, char why[ANSIBLE_WHY])
{
	long line = line_in(complaint);
	char reason[120], place[40] = "";

	find_reason(complaint, reason, sizeof reason);
	if (line > 0)
		snprintf(place, sizeof place, ", line %ld", line);
	snprintf(why, ANSIBLE_WHY, "Ansible can't read the text%s%s%s.", place, *reason != '\0' ? ": " : "", reason);
	return S_INVALID;
}

/* ---- what it made of it ---- */

static enum status refuse(enum status s, char why[ANSIBLE_WHY], const char *words)
{
	snprintf(why, ANSIBLE_WHY, "%s", words);
	return s;
}

/* Ansible writes NaN, numbers of any length and NUL, which are no JSON that could be stored. */
static enum status refuse_output(const json_error_t *error, char why[ANSIBLE_WHY])
{
	switch ((int)json_error_code(error)) {
	case json_error_numeric_overflow: return refuse(S_INVALID, why, "The inventory holds a number that is too large.");
	case json_error_null_character:   return refuse(S_INVALID, why, "The inventory holds the character NUL.");
	case json_error_stack_overflow:   return refuse(S_INVALID, why, "The inventory is nested too deep.");
	default:                          return refuse(S_INVALID, why, "The inventory holds what is no JSON, such as NaN.");
	}
}

/* At least as many as there are, whose memory is many times their size there. */
static size_t count_values(const char *text, size_t size)
{
	size_t n = 0;

	for (size_t i = 0; i < size; i++)
		n += text[i] == ',' || text[i] == '[' || text[i] == '{';
	return n;
}

/* A group of that name is lost: there stands what Ansible says of hosts. */
static bool hides_group_meta(const json_t *inventory)
{
	const char *name, *child;
	json_t *group, *item;
	size_t i;

	json_object_foreach((json_t *)inventory, name, group) {
		json_array_foreach(json_object_get(group, "children"), i, item) {
			child = json_string_value(item);
			if (child != NULL && strcmp(child, "_meta") == 0)
				return true;
		}
	}
	return false;
}

static enum status read_output_of(const struct program_end *end, json_t **ret_inventory, char why[ANSIBLE_WHY])
{
	AUTO(json) json_t *inventory = NULL;
	json_error_t error;

	if (count_values(end->out, end->size) > ANSIBLE_MAX_VALUES)
		return refuse(S_INVALID, why, "The inventory holds too many values.");
	inventory = json_loadb(end->out, end->size, 0, &error);
	if (inventory == NULL)
		return refuse_output(&error, why);
	if (!json_is_object(json_object_get(json_object_get(inventory, "_meta"), "hostvars")))
		return refuse(S_GATEWAY, why, "ansible-inventory's answer makes no sense.");
	if (hides_group_meta(inventory))
		return refuse(S_INVALID, why, "No group may have the name _meta.");
	*ret_inventory = json_incref(inventory);
	return S_OK;
}

static enum status judge(struct program_end *end, int seconds, json_t **ret_inventory, char why[ANSIBLE_WHY])
{
	bool good = WIFEXITED(end->status) && WEXITSTATUS(end->status) == 0;
	char *complaint = complaint_in(end->errors, !good);

	if (end->late) {
		snprintf(why, ANSIBLE_WHY, "Ansible did not read the text within %d s: bring it along in parts.", seconds);
		return S_SLOW_GATEWAY;
	}
	if (end->too_much)
		return refuse(S_INVALID, why, "The inventory is too large.");
	if (!WIFEXITED(end->status))
		return refuse(S_LATER, why, "ansible-inventory was killed.");
	if (complaint != NULL)
		return refuse_text(complaint, why);
	if (!good) {
		snprintf(why, ANSIBLE_WHY, "ansible-inventory does not work: exit %d.", WEXITSTATUS(end->status));
		return S_GATEWAY;
	}
	return read_output_of(end, ret_inventory, why);
}

enum status ansible_inventory(const char *text, size_t size, bool yaml, int seconds, json_t **ret_inventory,
                              char why[ANSIBLE_WHY])
{
	char path[128];
	struct program_end end;
	enum status s;

	if (!find_program(path, sizeof path))
		return refuse(S_LATER, why, "ansible-inventory is not installed.");
	if (!run(path, text, size, yaml, seconds, &end))
		return refuse(S_LATER, why, "ansible-inventory can't be started just now.");
	s = judge(&end, seconds, ret_inventory, why);
	program_end_done(&end);
	return s;
}
