#include "config.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "runner/fetch.h"
#include "runner/private.h"

/* What the process tells, with the file beside it when there is one. */
struct fetched {
	enum status status;
	char why[PROJECT_WHY];
};

union ancillary {
	char room[CMSG_SPACE(sizeof(int))];
	struct cmsghdr aligned;
};

static struct msghdr message_of(struct iovec *bytes, union ancillary *beside)
{
	return (struct msghdr){ .msg_iov = bytes, .msg_iovlen = 1, .msg_control = beside->room, .msg_controllen = sizeof beside->room };
}

static bool tell(int socket, struct fetched *fetched, int file)
{
	struct iovec bytes = { fetched, sizeof *fetched };
	union ancillary beside = { .room = "" };
	struct msghdr message = message_of(&bytes, &beside);
	struct cmsghdr *header = CMSG_FIRSTHDR(&message);

	header->cmsg_level = SOL_SOCKET;
	header->cmsg_type = SCM_RIGHTS;
	header->cmsg_len = CMSG_LEN(sizeof file);
	memcpy(CMSG_DATA(header), &file, sizeof file);
	if (file < 0)
		message.msg_controllen = 0;
	return sendmsg(socket, &message, MSG_NOSIGNAL) == (ssize_t)sizeof *fetched;
}

/* False: it ended before it could tell. */
static bool hear(int socket, struct fetched *ret_fetched, int *ret_file)
{
	struct iovec bytes = { ret_fetched, sizeof *ret_fetched };
	union ancillary beside = { .room = "" };
	struct msghdr message = message_of(&bytes, &beside);
	const struct cmsghdr *header;

	if (recvmsg(socket, &message, MSG_CMSG_CLOEXEC) != (ssize_t)sizeof *ret_fetched)
		return false;
	header = CMSG_FIRSTHDR(&message);
	if (header != NULL)
		memcpy(ret_file, CMSG_DATA(header), sizeof *ret_file);
	return true;
}

static _Noreturn void fetch(const struct settings *settings, const struct project *project, const char *revision, int socket, pid_t parent)
{
	struct fetched fetched = { .why = "" };
	int files = -1;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(1);
	fetched.status = project_open(settings, project, revision, &files, fetched.why);
	_exit(tell(socket, &fetched, files) ? 0 : 1);
}

/* False: it is not wanted. */
static bool await(int socket, bool (*is_wanted)(void *context), void *context)
{
	struct pollfd watched = { .fd = socket, .events = POLLIN };

	while (poll(&watched, 1, FETCH_LOOK) <= 0)
		if (is_wanted != NULL && !is_wanted(context))
			return false;
	return true;
}

/* What it had in hand is locked until those that it had started are dead as well, each of whom has the other end. */
static void clean_up(const struct settings *settings, int socket)
{
	struct pollfd watched = { .fd = socket, .events = POLLIN };

	poll(&watched, 1, FETCH_LOOK);
	private_clean(settings);
}

static enum status start(const struct settings *settings, const struct project *project, const char *revision, int *ret_socket,
                         pid_t *ret_pid, char why[PROJECT_WHY])
{
	pid_t parent = getpid();
	int sockets[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets) < 0)
		return why_say(S_LATER, why, "The project's files can't be fetched: %s.", strerror(errno));
	*ret_socket = sockets[0];
	*ret_pid = fork();
	if (*ret_pid == 0)
		fetch(settings, project, revision, sockets[1], parent);
	close(sockets[1]);
	if (*ret_pid > 0)
		return S_OK;
	close(sockets[0]);
	return why_say(S_LATER, why, "The project's files can't be fetched: %s.", strerror(errno));
}

enum status fetch_project(const struct settings *settings, const struct project *project, const char *revision,
                          bool (*is_wanted)(void *context), void *context, int *ret_files, char why[PROJECT_WHY])
{
	struct fetched fetched = { .why = "" };
	pid_t pid = 0;
	int socket = -1;
	enum status status = start(settings, project, revision, &socket, &pid, why);
	bool wanted, heard = false;

	*ret_files = -1;
	if (status != S_OK)
		return status;
	wanted = await(socket, is_wanted, context);
	if (!wanted)
		status = S_ABSENT;
	else if (!(heard = hear(socket, &fetched, ret_files)))
		status = why_say(S_LATER, why, "The process that fetches the project's files was killed.");
	else if (fetched.status == S_OK && *ret_files < 0)
		status = why_say(S_LATER, why, "The project's files can't be had: too many files are open.");
	else
		status = why_say(fetched.status, why, "%s", fetched.why);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	if (!heard)
		clean_up(settings, socket);
	close(socket);
	return status;
}
