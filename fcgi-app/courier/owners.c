/* Letters to the query server: who owns the hosts of a quest that is complete? The answer becomes the mail that waits
 * for it (sql/outbox/sort.sql). */
#include "config.h"

#include <stdio.h>

#include "courier/channel.h"
#include "lib/query.h"

static bool is_on(const struct settings *settings)
{
	return *settings->query_server != '\0';
}

/* No answer is an answer, too: then the creator alone gets mail, as in Hermes. */
static void deliver(const struct settings *settings, struct delivery *deliveries, size_t n)
{
	static struct query *query;

	if (query == NULL)
		query = query_new(settings);
	for (size_t i = 0; i < n; i++) {
		struct delivery *d = &deliveries[i];

		d->outcome = OUT_SENT;
		if (query_ask_all(query, json_object_get(d->letter, "content"), &d->reply, d->error, sizeof d->error) != S_OK)
			d->reply = NULL;
	}
}

const struct channel channel_owners = {
	.name = "owners", .batch = 1, .lease = 80, .is_on = is_on, .deliver = deliver,
};
