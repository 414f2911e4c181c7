/* gate.h - how many workers may do something at a time, so that what is slow does not take them all.
 *
 * It lies in memory that the parent shares with its children; each goes in and out by its own slot. Whoever dies inside
 * leaves his slot to his successor, who clears it.
 */
#ifndef WORKER_GATE_H
#define WORKER_GATE_H

#include <stdbool.h>
#include <stddef.h>

struct gate;

/* For that many workers at most; made before they are forked. */
struct gate *gate_new(size_t n);

/* This worker is outside: its predecessor in the slot may have died inside. */
void gate_clear(struct gate *gate, size_t slot);

/* In, if then no more than `most` are, or nobody else is. */
bool gate_enter(struct gate *gate, size_t slot, size_t most) __attribute__((warn_unused_result));

void gate_leave(struct gate *gate, size_t slot);

/* For so many seconds no more than `most` go in, whatever gate_enter() lets; 0 seconds: no longer. */
void gate_narrow(struct gate *gate, size_t most, int seconds);

#endif
