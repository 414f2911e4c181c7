/* moirai-courier: delivers what the database wants told: mail, Slack, webhooks, hooks, notices for the page, errors.
 *
 * A parent without traffic; below it a process that sorts changes into letters, and one for each channel that is on, so
 * that a receiver that stalls holds up its own channel only; where there are many, another for those that stall. --digest writes each owner's open labors into the outbox,
 * and ends.
 */
#include "config.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "courier/channel.h"
#include "courier/outbox.h"
#include "lib/auto.h"
#include "lib/http.h"
#include "lib/log.h"
#include "lib/pool.h"
#include "lib/query.h"
#include "lib/service.h"

#define SORT_MOST 500            /* changes sorted at a time */
#define SORT_PAUSE 100           /* milliseconds between looks for changes */
#define PAUSE 250                /* ... and for letters */
#define TROUBLE_PAUSE 1000       /* while the database is away */
#define ALIVE_SECONDS 5
#define LEASE_MARGIN 15          /* the lease outlives every delivery by this */

static const struct channel *const channels[] = {
	&channel_hook, &channel_live, &channel_mail, &channel_owners, &channel_script, &channel_sentry, &channel_slack,
	&channel_webhook,
};
#define N_CHANNELS (sizeof channels / sizeof channels[0])

enum { DIGEST, SEND_TO };

struct lane {
	const struct channel *channel;
	bool slow;                                 /* of two lanes: for receivers that stall */
};

struct courier {
	struct service *service;
	struct lane lanes[2 * N_CHANNELS];         /* slot 0 sorts, slot i + 1 delivers on the i-th */
};

static size_t pool_size(void *context)
{
	struct courier *courier = context;
	size_t n = 0;

	for (size_t i = 0; i < N_CHANNELS; i++) {
		if (!channels[i]->is_on(&courier->service->settings))
			continue;
		courier->lanes[n++] = (struct lane){ channels[i], false };
		if (channels[i]->two_lanes)
			courier->lanes[n++] = (struct lane){ channels[i], true };
	}
	return n + 1;
}

static bool reload(void *context)
{
	struct courier *courier = context;

	return service_reload(courier->service);
}

static volatile sig_atomic_t stopping;

static void stop(int sig)
{
	(void)sig;
	stopping = 1;
}

/* SIGTERM is heard only between deliveries: what was begun is ended, and settled. */
static void hear_stop(bool hear)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigprocmask(hear ? SIG_UNBLOCK : SIG_BLOCK, &set, NULL);
}

/* Ends early by a signal. */
static void pause_for(long ms)
{
	struct timespec t = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000 };

	if (!stopping)
		nanosleep(&t, NULL);
}

static void say_alive(struct outbox *outbox)
{
	static time_t said;
	char name[300], host[256] = "";
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	if (said != 0 && now.tv_sec - said < ALIVE_SECONDS)
		return;
	gethostname(host, sizeof host - 1);
	snprintf(name, sizeof name, "%s:%d", host, (int)getppid());
	if (outbox_alive(outbox, name) == S_OK)
		said = now.tv_sec;
}

/* After trouble one change at a time, then two, four, ...: one that can't be sorted, whatever the reason, is found by that
 * and goes to the end. */
static void sort(struct outbox *outbox)
{
	int most = SORT_MOST, n;

	while (!stopping) {
		say_alive(outbox);
		if (outbox_sort(outbox, most, &n) != S_OK) {
			if (most == 1 && outbox_sort_later(outbox) == S_OK)
				log_line(LOG_LEVEL_ERROR, "sort: a change waits for the others");
			most = 1;
			pause_for(TROUBLE_PAUSE);
			continue;
		}
		most = most * 2 < SORT_MOST ? most * 2 : SORT_MOST;
		if (n == 0)
			pause_for(SORT_PAUSE);
	}
}

/* What was delivered must be settled, or it would be delivered again: so the database has the rest of the lease for it. */
static void settle(struct outbox *outbox, const struct channel *channel, struct delivery *deliveries, size_t n)
{
	for (int tries = 0; tries < LEASE_MARGIN - 2; tries++) {
		if (outbox_settle(outbox, channel, deliveries, n) != S_LATER)
			break;
		nanosleep(&(struct timespec){ .tv_sec = 1 }, NULL);
	}
	for (size_t i = 0; i < n; i++) {
		json_decref(deliveries[i].left);
		json_decref(deliveries[i].reply);
	}
}

static long lease_of(const struct channel *channel, const struct settings *settings)
{
	return channel->lease_of != NULL ? channel->lease_of(settings) : channel->lease;
}

static void deliver(const struct settings *settings, struct outbox *outbox, const struct channel *channel, json_t *letters)
{
	size_t n = json_array_size(letters);
	struct delivery *deliveries = calloc(n, sizeof *deliveries);

	if (deliveries == NULL)
		fatal("out of memory");
	for (size_t i = 0; i < n; i++)
		deliveries[i].letter = json_array_get(letters, i);
	hear_stop(false);
	alarm((unsigned)lease_of(channel, settings));
	channel->deliver(settings, deliveries, n);
	alarm(0);
	settle(outbox, channel, deliveries, n);
	hear_stop(true);
	free(deliveries);
}

static void deliver_all(const struct settings *settings, struct outbox *outbox, struct lane lane)
{
	const struct channel *channel = lane.channel;

	while (!stopping) {
		AUTO(json) json_t *letters = NULL;

		if (outbox_claim(outbox, channel, lane.slow, lease_of(channel, settings) + LEASE_MARGIN, &letters) != S_OK)
			pause_for(TROUBLE_PAUSE);
		else if (json_array_size(letters) == 0)
			pause_for(channel->pause > 0 ? channel->pause : PAUSE);
		else
			deliver(settings, outbox, channel, letters);
	}
}

static int work(void *context, size_t slot)
{
	const struct courier *courier = context;
	const struct settings *settings = &courier->service->settings;
	const struct sigaction on_stop = { .sa_handler = stop };      /* no SA_RESTART: it shall end a pause */
	struct outbox *outbox = outbox_new(settings);

	sigaction(SIGTERM, &on_stop, NULL);
	if (slot == 0)
		sort(outbox);
	else
		deliver_all(settings, outbox, courier->lanes[slot - 1]);
	outbox_free(&outbox);
	return 0;
}

/* Asks who owns the hosts with open labors, and writes to each. */
static int write_digest(struct service *service)
{
	struct outbox *outbox = outbox_new(&service->settings);
	struct query *query = query_new(&service->settings);
	AUTO(json) json_t *questions = NULL;
	AUTO(json) json_t *answers = NULL;
	char why[256] = "";
	int n = 0;
	enum status s = outbox_digest_questions(outbox, &questions);

	if (s == S_OK)
		s = query_ask_all(query, questions, &answers, why, sizeof why);
	if (*why != '\0')
		log_line(LOG_LEVEL_ERROR, "%s", why);
	if (s == S_OK)
		s = outbox_digest(outbox, answers, service->given[SEND_TO], &n);
	if (s == S_OK)
		log_line(LOG_LEVEL_INFO, "digest: %d mails written", n);
	query_free(&query);
	outbox_free(&outbox);
	return s == S_OK ? 0 : 1;
}

static int run(struct service *service)
{
	struct courier courier = { .service = service };
	const struct pool pool = { .size = pool_size, .work = work, .reload = reload, .context = &courier };

	http_start();
	if (service->given[DIGEST] != NULL)
		return write_digest(service);
	service_notify("READY=1");
	return pool_run(&pool);
}

int main(int argc, char **argv)
{
	static const struct service_option options[] = {
		[DIGEST] = { "digest", NULL, "write each owner's open labors into the outbox, and end" },
		[SEND_TO] = { "send-to", "ADDRESS", "... all to this address" },
		{ NULL, NULL, NULL },
	};
	static const struct service_kind courier = {
		.name = "moirai-courier",
		.summary = "Delivers mail, Slack messages, webhooks and whatever else leaves the house.",
		.run = run,
		.options = options,
	};

	return service_main(argc, argv, &courier);
}
