/* results.h - what our callback plugin says of each host (runner/ansible/callback/moirai.py): a line of JSON at a time.
 *
 *	results_read(r, fd);                 as far as there are whole lines
 *	hosts = results_started(r);          those that the run has come to since the last time; NULL: none
 *	all = results_settled(r);            for record_settle()
 *
 * What makes no sense is passed over. Texts are masked.
 */
#ifndef RUNNER_RESULTS_H
#define RUNNER_RESULTS_H

#include <stdbool.h>

#include <jansson.h>

struct masks;
struct results;

/* The masks are borrowed. */
struct results *results_new(const struct masks *masks);
void results_free(struct results **results);

void results_read(struct results *results, int fd);

/* The caller owns the array. */
json_t *results_started(struct results *results);

/* Put back what could not be told: they are started again. Steals the array. */
void results_started_again(struct results *results, json_t *names);

/* {"hosts": [{"name", "outcome", "ok", ...}], "facts": [{"name", "status", "facts"}], "unknown": what came of other hosts can't be told, for
 * Ansible has ended by itself and yet not said so}. The caller owns it. */
json_t *results_settled(const struct results *results, bool by_itself);

/* How many lines there was no room for. */
int results_left_out(const struct results *results);

/* Has Ansible come to its end without any host to do something on? (When it was only asked something, it does not come to that.) */
bool results_no_host(const struct results *results);

#endif
