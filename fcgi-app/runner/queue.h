/* queue.h - what moirai-runner asks the database (sql/runner_api/queue.sql, reference.sql). Each call is a transaction of its own;
 * S_LATER: the database is away; anything else but S_OK has been logged. */
#ifndef RUNNER_QUEUE_H
#define RUNNER_QUEUE_H

#include <stdbool.h>

#include <jansson.h>

#include "lib/settings.h"
#include "lib/status.h"

struct queue;

/* The settings are borrowed. */
struct queue *queue_new(const struct settings *settings);
void queue_free(struct queue **queue);

/* Others hold from now on. */
void queue_renew(struct queue *queue, const struct settings *settings);

/* For how many milliseconds on end calls have come through, and the clock went as it should. */
long long queue_connected(const struct queue *queue);

/* [{"kind": "run"|"sync", "id", "token"}, ...] to be started now; the caller owns *ret_jobs. */
enum status queue_claim(struct queue *queue, json_t **ret_jobs) CHECKED;

/* Periodic tasks that are due become runs. */
enum status queue_tick(struct queue *queue) CHECKED;

/* What others have left is taken from them. */
enum status queue_reap(struct queue *queue);

/* We are here, with that Ansible; NULL: with none. */
enum status queue_alive(struct queue *queue, const char *ansible) CHECKED;

/* Room for output, none for old one. */
enum status queue_tidy(struct queue *queue) CHECKED;

/* Those of the projects of which copies are here, an array of ids, that are gone. The caller owns *ret_gone. */
enum status queue_projects_gone(struct queue *queue, const json_t *ids, json_t **ret_gone) CHECKED;

/* Is what this Ansible can do known? If not, queue_reference() tells. */
enum status queue_reference_known(struct queue *queue, const char *version, bool *ret_known) CHECKED;
enum status queue_reference(struct queue *queue, const char *version, const json_t *options, const json_t *modules) CHECKED;

#endif
