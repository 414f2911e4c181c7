#include "config.h"

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/program.h"
#include "runner/left.h"

#define ENVIRONMENT_MOST ((size_t)256 << 10)

static bool has_folder(pid_t pid, const char *disk)
{
	static char environment[ENVIRONMENT_MOST];
	char path[64];
	ssize_t n;
	int fd;

	snprintf(path, sizeof path, "/proc/%d/environ", (int)pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	n = read(fd, environment, sizeof environment);
	close(fd);
	return n > 0 && memmem(environment, (size_t)n, disk, strlen(disk)) != NULL;
}

static pid_t parent_of(pid_t pid)
{
	char path[64], line[512] = "";
	const char *after;
	int parent = 0;
	FILE *file;

	snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
	file = fopen(path, "re");
	if (file == NULL)
		return 0;
	after = fgets(line, sizeof line, file) != NULL ? strrchr(line, ')') : NULL;      /* the name may hold anything */
	fclose(file);
	return after != NULL && sscanf(after, ") %*c %d", &parent) == 1 ? parent : 0;
}

/* A session whose leader we know to be gone, and which has one, is somebody else's, who got the number later. */
static bool is_of_session(const struct left *l, pid_t pid)
{
	return l->session > 1 && getsid(pid) == l->session &&
	       (l->led || getsid(l->session) != l->session || kill(l->session, 0) < 0);
}

static bool is_left(const struct left *l, pid_t pid)
{
	return pid > 1 && pid != getpid() && pid != getppid() && pid != l->parent && pid != l->spared &&
	       ((l->parent > 1 && parent_of(pid) == l->parent) || is_of_session(l, pid) || has_folder(pid, l->disk));
}

/* How many there were. */
static int signal_all(const struct left *l, int sig)
{
	DIR *all = opendir("/proc");
	int n = 0;

	for (struct dirent *e; all != NULL && (e = readdir(all)) != NULL;) {
		pid_t pid = atoi(e->d_name);

		if (is_left(l, pid) && kill(pid, sig) == 0)
			n++;
	}
	if (all != NULL)
		closedir(all);
	return n;
}

void left_end(const struct left *l, void (*bury)(void *context), void *context)
{
	long long until = program_clock_ms() + LEFT_SECONDS * 1000;

	while (signal_all(l, SIGSTOP) > 0 && program_clock_ms() < until) {
		signal_all(l, SIGKILL);
		if (bury != NULL)
			bury(context);
		poll(NULL, 0, 1);
	}
}
