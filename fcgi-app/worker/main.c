/* moirai-fcgi: answers what nginx passes on, by a pool of workers over one unix socket. */
#include "config.h"

#include <signal.h>
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

#define WAITING_SECONDS 3        /* for a request, by one that was told to end */
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

/* An interrupted accept() fails, and that is the end. A signal that came just before it, or while libfcgi waits for the first byte of
 * a connection (for two seconds), ends nothing: leave() does. (FCGX_ShutdownPending() would make it wait for that byte for ever.) */
static void stop(int sig)
{
	(void)sig;
	if (!stopping)
		alarm(WAITING_SECONDS);
	stopping = 1;
}

static void leave(int sig)
{
	(void)sig;
	_exit(0);
}

static void hear_stop(bool hear)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigprocmask(hear ? SIG_UNBLOCK : SIG_BLOCK, &set, NULL);
}

/* SIGTERM is heard only while we wait: libfcgi takes an interrupted read or write for the end of the request. */
static int serve_requests(struct worker *worker, FCGX_Request *fcgi)
{
	for (long n = 0; n < worker->settings->max_requests; n++) {
		hear_stop(true);
		if (stopping || FCGX_Accept_r(fcgi) < 0)
			return stopping ? 0 : 1;
		hear_stop(false);
		alarm(0);
		request_serve(worker, fcgi);
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
	const struct sigaction on_alarm = { .sa_handler = leave };
	FCGX_Request fcgi;
	int status;

	if (FCGX_Init() != 0 || FCGX_InitRequest(&fcgi, server->socket, FCGI_FAIL_ACCEPT_ON_INTR) != 0)
		fatal("libfcgi does not start");
	sigaction(SIGTERM, &on_stop, NULL);
	sigaction(SIGALRM, &on_alarm, NULL);
	gate_clear(worker.asking, slot);
	gate_clear(worker.reading, slot);
	guard_clear(worker.guard, slot);
	status = serve_requests(&worker, &fcgi);
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
