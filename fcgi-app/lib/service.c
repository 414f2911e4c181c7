#include "config.h"

#include <assert.h>
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <systemd/sd-daemon.h>

#include "lib/log.h"
#include "lib/service.h"

#define EXIT_USAGE 100

static void usage(FILE *out, const struct service_kind *kind)
{
	fprintf(out,
	        "usage: %s [-c FILE]... [-t] [--print-settings] [-V] [-h]\n\n"
	        "%s\n\n"
	        "  -c FILE            settings; later files go over earlier ones (" SYSCONFDIR "/moirai/moirai.yaml)\n"
	        "  -t                 check the settings and end\n"
	        "  --print-settings   all settings, with what they are for, and end\n"
	        "  -V                 version\n",
	        kind->name, kind->summary);
	for (const struct service_option *o = kind->options; o != NULL && o->name != NULL; o++)
		fprintf(out, "  --%s %-*s %s\n", o->name, (int)(15 - strlen(o->name)), o->argument != NULL ? o->argument : "",
		        o->help);
}

static void set_log_level(const struct settings *s)
{
	static const struct { const char *name; enum log_level level; } levels[] = {
		{ "error", LOG_LEVEL_ERROR }, { "warning", LOG_LEVEL_WARNING },
		{ "info", LOG_LEVEL_INFO }, { "debug", LOG_LEVEL_DEBUG },
	};

	for (size_t i = 0; i < sizeof levels / sizeof levels[0]; i++)
		if (strcmp(levels[i].name, s->log_level) == 0)
			log_set_level(levels[i].level);
}

static void tell_elsewhere(const char *key, const char *where)
{
	log_line(LOG_LEVEL_WARNING, "setting %s %s", key, where);
}

/* The settings of all files over the defaults. */
static bool load(struct settings *s, char *const *files, char *why, size_t size)
{
	settings_init(s);
	for (; *files != NULL; files++)
		if (!settings_load(s, *files, why, size)) {
			settings_done(s);
			return false;
		}
	set_log_level(s);
	return true;
}

bool service_reload(struct service *service)
{
	struct settings fresh;
	char why[512];

	if (!load(&fresh, service->files, why, sizeof why)) {
		log_line(LOG_LEVEL_ERROR, "settings not taken: %s", why);
		return false;
	}
	settings_done(&service->settings);
	service->settings = fresh;
	settings_elsewhere(&fresh, tell_elsewhere);
	log_line(LOG_LEVEL_INFO, "settings taken");
	return true;
}

void service_notify(const char *state)
{
	sd_notify(0, state);
}

int service_socket(const char *path, long backlog)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd;

	if (sd_listen_fds(1) > 0)
		return SD_LISTEN_FDS_START;
	if (strlen(path) >= sizeof address.sun_path)
		fatal("socket %s: the path is longer than %zu characters", path, sizeof address.sun_path - 1);
	strcpy(address.sun_path, path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		fatal("socket: %s", strerror(errno));
	if (connect(fd, (struct sockaddr *)&address, sizeof address) == 0)
		fatal("socket %s: another server listens there", path);
	unlink(path);
	if (bind(fd, (struct sockaddr *)&address, sizeof address) < 0 || chmod(path, 0660) < 0 ||
	    listen(fd, (int)backlog) < 0)
		fatal("socket %s: %s", path, strerror(errno));
	return fd;
}

static char default_file[] = SYSCONFDIR "/moirai/moirai.yaml";

enum { PRINT_SETTINGS = 256, OWN };

/* What to do: run, or one of the things that end at once. */
struct request_of_user {
	bool check, print;
};

static void add_own_options(const struct service_kind *kind, struct option *options)
{
	for (int i = 0; kind->options != NULL && kind->options[i].name != NULL; i++) {
		assert(i < SERVICE_OPTIONS);
		options[i] = (struct option){ kind->options[i].name,
		                              kind->options[i].argument != NULL ? required_argument : no_argument, NULL, OWN + i };
	}
}

static struct request_of_user read_options(int argc, char **argv, struct service *service)
{
	struct option options[5 + SERVICE_OPTIONS] = {
		{ "config", required_argument, NULL, 'c' },
		{ "print-settings", no_argument, NULL, PRINT_SETTINGS },
		{ "version", no_argument, NULL, 'V' },
		{ "help", no_argument, NULL, 'h' },
	};
	struct request_of_user asked = { false, false };
	size_t n = 0;
	int option;

	service->files = calloc((size_t)argc + 2, sizeof *service->files);
	assert(service->files != NULL);
	add_own_options(service->kind, options + 4);
	while ((option = getopt_long(argc, argv, "c:tVh", options, NULL)) != -1) {
		switch (option) {
		case 'c': service->files[n++] = optarg; break;
		case 't': asked.check = true; break;
		case PRINT_SETTINGS: asked.print = true; break;
		case 'V': printf("%s %s\n", service->kind->name, PACKAGE_VERSION); exit(0);
		case 'h': usage(stdout, service->kind); exit(0);
		case OWN: case OWN + 1: case OWN + 2: case OWN + 3:
			service->given[option - OWN] = optarg != NULL ? optarg : "";
			break;
		default: usage(stderr, service->kind); exit(EXIT_USAGE);
		}
	}
	if (optind < argc) {
		usage(stderr, service->kind);
		exit(EXIT_USAGE);
	}
	if (n == 0 && access(default_file, F_OK) == 0)
		service->files[0] = default_file;
	return asked;
}

int service_main(int argc, char **argv, const struct service_kind *kind)
{
	struct service service = { .kind = kind };
	struct request_of_user asked;
	char why[512];
	int status = 0;

	log_set_name(kind->name);
	setrlimit(RLIMIT_CORE, &(struct rlimit){ 0, 0 });        /* there are secrets in our memory */
	asked = read_options(argc, argv, &service);
	if (!load(&service.settings, service.files, why, sizeof why))
		fatal("%s", why);
	if (asked.print) {
		settings_print(&service.settings, stdout);
	} else if (!asked.check) {
		settings_elsewhere(&service.settings, tell_elsewhere);
		status = kind->run(&service);
	}
	settings_done(&service.settings);
	free(service.files);
	return status;
}
