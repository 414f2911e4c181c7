/* round.h - what the channels that run programs share: executables of a folder, run side by side with one text, each a process
 * group of its own, which is killed when its time is over, or when we die (its leader alone).
 *
 *	struct round round = { .folder = "/etc/hooks", .text = "{}", .variable = variable };
 *	round_add(&round, "tell.sh");
 *	round_run(&round, 30);                  returns when each has ended
 *	round_settle(&round, 30, delivery);     what became of it
 *	round_done(&round);
 *
 * The text is handed over as a line in a file in memory, not by a pipe: who doesn't read it neither blocks nor kills us.
 */
#ifndef COURIER_ROUND_H
#define COURIER_ROUND_H

#include <sys/types.h>

#include "courier/channel.h"

struct run {
	char *name;
	pid_t pid;
	int in;                  /* what it reads, or -1 */
	int problem;             /* errno of why it did not start, or 0 */
	bool runs;
	int status;              /* of waitpid */
	bool late;
};

struct round {
	const char *folder, *text;       /* borrowed, as is what follows; the folder is absolute */
	char *variable;                  /* NAME=value: in the environment beside PATH and LANG */
	char *word;                      /* the first argument, a file with the text being the second; or NULL: no arguments */
	struct run *runs;                /* owned */
	size_t n;
};

void round_add(struct round *round, const char *name);
void round_run(struct round *round, long seconds);
bool round_failed(const struct run *run);

/* Sent, if all went well; stalled, if one was late; else to be tried again. The error names those that failed. */
void round_settle(const struct round *round, long seconds, struct delivery *delivery);
void round_done(struct round *round);

#endif
