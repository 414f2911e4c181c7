/* program.h - runs somebody else's program, with limits, and keeps what it says.
 *
 * The program is a session of its own that has nothing of ours but its standard input. It stands back for other processes,
 * is the first to go when memory runs out, and dies with us; so do the processes that it starts, if it is a family and they
 * stay in its group. When it has ended, is late or says too much, whatever is left
 * of its process group is killed: nothing that it leaves behind holds us up, not even with our pipes in hand. SIGCHLD is
 * blocked meanwhile.
 */
#ifndef LIB_PROGRAM_H
#define LIB_PROGRAM_H

#include <stdbool.h>
#include <stddef.h>

#define PROGRAM_ERRORS ((size_t)64 << 10)

struct program {
	const char *path;
	char *const *arguments, *const *environment;     /* NULL at the end; path is not looked for */
	const char *folder;                              /* where it runs */
	int in;                                          /* its standard input; stays the caller's */
	int out;                                         /* a file for its standard output, the caller's; 0: it is kept */
	int seconds;                                     /* for as long as it may run */
	size_t memory;                                   /* bytes of address space that it may have; 0: any number */
	size_t most;                                     /* bytes of standard output that are kept; more kills it */
	size_t most_written;                             /* bytes that a file which it writes may have; 0: 1 MiB */
	bool family;                                     /* it starts others, who shall not outlive us either */
};

struct program_end {
	int status;                                      /* of waitpid() */
	bool late, too_much;                             /* why it was killed */
	char *out;                                       /* standard output, no string */
	size_t size, room;
	char errors[PROGRAM_ERRORS];                     /* standard error, a string: its beginning and its end */
	size_t n_errors;
};

/* Runs it to its end. False: it was not started, errno says why; else program_end_done() must follow. A program that can't
 * be executed ends with the shell's 127 or 126. */
bool program_run(const struct program *program, struct program_end *ret_end) __attribute__((warn_unused_result));

/* Gives the output back to the system: nothing of it stays in our memory. */
void program_end_done(struct program_end *end);

/* For a child that becomes another program by itself, which gets nothing but standard input, output and error: no signal is
 * blocked, and each does what it does by default. Where it can't be executed the child ends with the shell's 127 or 126. */
_Noreturn void program_become(const char *path, char *const *arguments, char *const *environment);

/* The same, with all file descriptors up to that one; and with a program, no script, that is open already. */
_Noreturn void program_become_with(int last_fd, const char *path, char *const *arguments, char *const *environment);
_Noreturn void program_become_file(int last_fd, int file, char *const *arguments, char *const *environment);

/* Milliseconds by a clock that only goes on. */
long long program_clock_ms(void);

#endif
