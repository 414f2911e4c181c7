/* credentials.h - a project as the database tells of it, with its secrets opened by the runner's keys. */
#ifndef RUNNER_CREDENTIALS_H
#define RUNNER_CREDENTIALS_H

#include <jansson.h>

#include "lib/seal.h"
#include "lib/settings.h"
#include "lib/status.h"
#include "runner/opened.h"
#include "runner/project.h"

struct credentials {
	struct project project;          /* its texts are those of `about` and below */
	json_t *password, *key;
};

/* The runner's keys; none where there are none, which is logged. The caller frees them. */
struct seal_keys *credentials_keys(const struct settings *settings);

/* `about` (runner_api.sync_begin) is borrowed, and must stay. S_INTERNAL: why; credentials_done() is to follow in any case. */
enum status credentials_open(struct credentials *credentials, const struct seal_keys *keys, const json_t *about, char why[OPENED_WHY]) CHECKED;
void credentials_done(struct credentials *credentials);

#endif
