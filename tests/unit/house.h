/* house.h - what every unit test stands on: cmocka with the headers that it wants before it, and a child whose output
 * and exit status are looked at. */
#ifndef UNIT_HOUSE_H
#define UNIT_HOUSE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>

#include <sodium.h>

#include "../temp_file.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

/* The set-up of a group whose code needs libsodium. */
static inline int start_sodium(void **state)
{
	(void)state;
	return sodium_init() < 0 ? -1 : 0;
}

/* How a child ended: its exit status, or minus the signal that killed it. */
static inline int child_wait(pid_t pid)
{
	int status;
	pid_t got = waitpid(pid, &status, 0);

	assert_int_equal(got, pid);
	return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

struct ended {
	int status;
	char out[16384], err[4096];
};

/* Runs act(context) in a child; a child that comes back exits with 0. */
static inline struct ended in_child(void (*act)(void *), void *context)
{
	struct temp_file out = temp_file_new(), err = temp_file_new();
	struct ended o;
	pid_t pid;

	fflush(NULL);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		dup2(out.fd, STDOUT_FILENO);
		dup2(err.fd, STDERR_FILENO);
		act(context);
		exit(0);
	}
	o.status = child_wait(pid);
	temp_file_read(&out, o.out, sizeof o.out);
	temp_file_read(&err, o.err, sizeof o.err);
	temp_file_free(&out);
	temp_file_free(&err);
	return o;
}

#endif
