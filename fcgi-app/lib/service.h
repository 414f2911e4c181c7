/* service.h - the skeleton of every daemon: options, settings, logging, readiness.
 *
 *	int main(int argc, char **argv) { return service_main(argc, argv, &fcgi); }
 *
 * Options: -c FILE (may be repeated: later ones go over earlier ones; default /etc/moirai/moirai.yaml if it exists),
 * -t (check the settings and end), --print-settings, -V, -h. Exit: 0, 100 for bad usage, 111 for a bad start.
 */
#ifndef LIB_SERVICE_H
#define LIB_SERVICE_H

#include <stdbool.h>

#include "lib/settings.h"

struct service;

/* An option of one program's own. Ends a list by its NULL name. */
struct service_option {
	const char *name;                        /* --name */
	const char *argument;                    /* what its argument is called, or NULL for none */
	const char *help;
};
#define SERVICE_OPTIONS 4

struct service_kind {
	const char *name;
	const char *summary;                     /* for -h */
	int (*run)(struct service *service);     /* until it is told to stop; its return is the exit status */
	const struct service_option *options;    /* SERVICE_OPTIONS at most, or NULL */
};

struct service {
	const struct service_kind *kind;
	struct settings settings;
	char **files;                            /* the settings files, NULL at the end */
	const char *given[SERVICE_OPTIONS];      /* of each option of its own: its argument, "" without one, NULL: not given */
};

int service_main(int argc, char **argv, const struct service_kind *kind);

/* Reads the settings again, on SIGHUP. False: they are wrong, it has been logged, the old ones still hold. */
bool service_reload(struct service *service) __attribute__((warn_unused_result));

/* Tells systemd, if it asks, that the service is ready, or anything else in sd_notify's form. */
void service_notify(const char *state);

/* The listening socket: systemd's if it gave one, else made at `path`, replacing a stale one. Fatal when impossible. */
int service_socket(const char *path, long backlog);

#endif
