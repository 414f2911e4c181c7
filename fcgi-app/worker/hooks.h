/* hooks.h - the endpoints that need C. Each answers its request whole, or returns why it could not. One whose row has an
 * SQL function, too, finds its answer in request->result. */
#ifndef WORKER_HOOKS_H
#define WORKER_HOOKS_H

#include "lib/status.h"

struct request;

/* GET /api/v1/ping -> {}: this worker serves. Asks nobody, so that load balancers may ask it often. */
enum status hook_ping(struct request *request) CHECKED;

/* GET /api/v1/live: what the actor has missed, which hermes_api.live knows; if that is nothing, nginx sends the stream. */
enum status hook_live(struct request *request) CHECKED;

/* GET /api/v1/metrics: the workers' figures and, from hermes_api.metrics, the database's. */
enum status hook_metrics(struct request *request) CHECKED;

/* What the function says is plain text, for people and for Ansible. */
enum status hook_text(struct request *request) CHECKED;

/* GET /polemarch/api/v1/history/N/raw/: the text of each answer, and then that of the function called again, for as long as
 * its location says with what `after`. Sent as it comes, and never held whole. */
enum status hook_raw(struct request *request) CHECKED;

/* /api/v1/session: what the function says, with the cookie set (POST) or taken away (DELETE), and for who is signed in by
 * one with xsrfToken. */
enum status hook_session(struct request *request) CHECKED;

/* POST /api/v1/tokens, /polemarch/api/v1/token/: what the function says, with the token itself. */
enum status hook_token(struct request *request) CHECKED;

#endif
