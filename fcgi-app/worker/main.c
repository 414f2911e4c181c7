/* moirai-fcgi: answers what nginx passes on, by a pool of workers over one unix socket. */
#include "config.h"

#include <errno.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <fcgiapp.h>
#include <sodium.h>

#include "lib/http.h"
#include "lib/log.h"
#include "lib/pool.h"
#include "lib/service.h"
#include "worker/actor_cache.h"
#include "worker/gate.h"
#include "worker/metrics.h"
#include "worker/request.h"
#include "worker/sign_in.h"

#define SILENCE_SECONDS 5        /* in which who has connected has asked for something; nginx does so at once */
#define MOST_WORKERS 256         /* as the setting num_processes allows */

struct server {
	struct service *service;
	int socket;
	struct actor_cache *actors;
	struct gate *asking, *reading;
	struct guard *guard;
	struct metrics *metrics;
};

static size_t pool_size(void *context)
{
	const struct server *server = context;

	return (size_t)server->service->settings.num_processes;
}

static bool reload(void *context)
{
	struct server *server = context;

	return service_reload(server->service);
}

static volatile sig_atomic_t stopping;

/* The signal may come just before accept(): so there is another one each second. */
static void stop(int sig)
{
	(void)sig;
	stopping = 1;
	alarm(1);
}

static void hear_stop(bool hear)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGALRM);
	sigprocmask(hear ? SIG_UNBLOCK : SIG_BLOCK, &set, NULL);
}

/* A new connection: the only wait in which we hear that we are to stop. -1: errno. */
static int await_connection(int socket)
{
	const struct timeval patience = { .tv_sec = SILENCE_SECONDS };
	int connection;

	hear_stop(true);
	connection = accept4(socket, NULL, NULL, SOCK_CLOEXEC);
	hear_stop(false);
	if (connection >= 0)
		setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
	return connection;
}

/* libfcgi takes a signal for the end of a request that it is about to read, and FCGX_ShutdownPending() has it wait for ever for one that
 * does not come. So it gets its connections from us, and has no socket of its own to accept some from. False: nobody asks for anything. */
static bool read_request(FCGX_Request *fcgi, int connection)
{
	fcgi->ipcFd = connection;
	fcgi->keepConnection = 1;
	return FCGX_Accept_r(fcgi) == 0;
}

static int serve_requests(struct worker *worker, FCGX_Request *fcgi, int socket)
{
	for (long n = 0; n < worker->settings->max_requests && !stopping; n++) {
		int connection = await_connection(socket);

		if (connection < 0 && errno != EINTR && errno != ECONNABORTED)
			return 1;
		if (connection < 0 || !read_request(fcgi, connection))
			continue;
		request_serve(worker, fcgi);
		fcgi->keepConnection = 0;
		FCGX_Finish_r(fcgi);
	}
	return 0;
}

static int work(void *context, size_t slot)
{
	const struct server *server = context;
	const struct settings *settings = &server->service->settings;
	struct worker worker = {
		.settings = settings,
		.told = settings_told(settings),
		.db = db_new(settings->database, "moirai-fcgi", settings->statement_timeout),
		.query = query_new(settings),
		.actors = server->actors,
		.asking = server->asking,
		.reading = server->reading,
		.guard = server->guard,
		.metrics = server->metrics,
		.slot = slot,
	};
	const struct sigaction on_stop = { .sa_handler = stop };      /* no SA_RESTART: it shall end the wait */
	FCGX_Request fcgi;
	int status;

	if (FCGX_Init() != 0 || FCGX_InitRequest(&fcgi, -1, FCGI_FAIL_ACCEPT_ON_INTR) != 0)
		fatal("libfcgi does not start");
	sigaction(SIGTERM, &on_stop, NULL);
	sigaction(SIGALRM, &on_stop, NULL);
	hear_stop(false);
	gate_clear(worker.asking, slot);
	gate_clear(worker.reading, slot);
	guard_clear(worker.guard, slot);
	status = serve_requests(&worker, &fcgi, server->socket);
	FCGX_Free(&fcgi, 1);
	db_free(&worker.db);
	query_free(&worker.query);
	json_decref(worker.told);
	return status;
}

static int run(struct service *service)
{
	struct server server = { .service = service };
	const struct pool pool = { .size = pool_size, .work = work, .reload = reload, .context = &server };
	int status;

	if (sodium_init() < 0)
		fatal("libsodium does not start");
	http_start();
	server.actors = actor_cache_new();
	server.asking = gate_new(MOST_WORKERS);
	server.reading = gate_new(MOST_WORKERS);
	server.guard = guard_new(MOST_WORKERS);
	server.metrics = metrics_new();
	server.socket = service_socket(service->settings.socket, service->settings.backlog);
	service_notify("READY=1");
	status = pool_run(&pool);
	guard_free(&server.guard);
	return status;
}

int main(int argc, char **argv)
{
	static const struct service_kind fcgi = {
		.name = "moirai-fcgi",
		.summary = "Answers requests that nginx passes on over FastCGI.",
		.run = run,
	};

	return service_main(argc, argv, &fcgi);
}
