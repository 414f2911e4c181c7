#include "config.h"

#include <assert.h>
#include <stdatomic.h>
#include <stdint.h>
#include <sys/mman.h>
#include <time.h>

#include "lib/log.h"
#include "worker/gate.h"

struct gate {
	size_t n;
	_Atomic int64_t narrow_until;      /* seconds of the monotonic clock */
	atomic_size_t narrow;
	atomic_bool inside[];
};

struct gate *gate_new(size_t n)
{
	struct gate *gate = mmap(NULL, sizeof *gate + n * sizeof gate->inside[0], PROT_READ | PROT_WRITE,
	                         MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (gate == MAP_FAILED)
		fatal("out of memory");
	gate->n = n;
	return gate;
}

void gate_clear(struct gate *gate, size_t slot)
{
	assert(slot < gate->n);
	gate->inside[slot] = false;
}

static int64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec;
}

/* Says who comes before it looks who is there, so that of several at once none is overlooked. */
bool gate_enter(struct gate *gate, size_t slot, size_t most)
{
	size_t inside = 0;

	if (gate->narrow < most && now() < gate->narrow_until)
		most = gate->narrow;
	if (most < 1)
		most = 1;
	gate->inside[slot] = true;
	for (size_t i = 0; i < gate->n; i++)
		inside += gate->inside[i];
	if (inside <= most)
		return true;
	gate->inside[slot] = false;
	return false;
}

void gate_leave(struct gate *gate, size_t slot)
{
	gate->inside[slot] = false;
}

void gate_narrow(struct gate *gate, size_t most, int seconds)
{
	gate->narrow = most;
	gate->narrow_until = seconds > 0 ? now() + seconds : 0;
}
