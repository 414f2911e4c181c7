/* left.h - ends what is left of a run: the processes of its session, those that have its folder in their environment, and those whose
 * parents are gone, with all that they have started. Only those of our own account can be ended. */
#ifndef RUNNER_LEFT_H
#define RUNNER_LEFT_H

#include <stdbool.h>
#include <sys/types.h>

#define LEFT_SECONDS 5

struct left {
	const char *disk;        /* the run's folder: HOME and TMPDIR of all that it starts are below it */
	pid_t session;           /* that Ansible began; 0: none */
	bool led;                /* Ansible may live still; else it is known to be gone */
	pid_t parent;            /* whoever was left by his parent has become this one's child */
	pid_t spared;            /* but for this one; 0: none */
};

/* Stops all of them first, so that they start no others, then kills them, again and again until there are none, for LEFT_SECONDS at most.
 * We and our parent are spared. Whoever is our own child must be waited for by us: `bury`, if not NULL, is called to do so. */
void left_end(const struct left *left, void (*bury)(void *context), void *context);

#endif
