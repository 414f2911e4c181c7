/* pool.h - a parent that carries no traffic and keeps a number of children at work.
 *
 * pool_run() forks `size` children that each run work(context, slot) and exit with what it returns. The slots are 0 to
 * size - 1; a child that takes another's place has its slot, so that children may have different tasks. A child that ends is
 * replaced; one that fails young holds its replacement back, longer each time. Signals to the parent:
 *
 *	SIGTERM, SIGINT  tell the children to end (SIGTERM, each second again: libfcgi can miss one that comes just
 *	                 before it waits), after nine seconds kill them; then return
 *	SIGHUP           call reload(context); when it says so, start a fresh set of children and let the old ones end
 *
 * The children get SIGTERM when the parent dies.
 */
#ifndef LIB_POOL_H
#define LIB_POOL_H

#include <stdbool.h>
#include <stddef.h>

struct pool {
	size_t (*size)(void *context);       /* how many children there shall be; asked again after a reload */
	int (*work)(void *context, size_t slot);     /* in the child, with default signals; its return is the exit status */
	bool (*reload)(void *context);       /* in the parent; false: nothing changed, children stay */
	void *context;
};

/* Returns the exit status for the program once a stop was asked for and all children are gone. */
int pool_run(const struct pool *pool);

#endif
