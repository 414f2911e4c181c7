/* guard.h - stands between a run and the rest of the machine: `moirai-run --guard`, which runs as the account run_account.
 *
 * Whatever a playbook does, it does as that account, in folders that only that account can read. The guard makes these, unpacks
 * into them what the shepherd hands it, and starts Ansible in a session of its own. It copies what Ansible says to the spool, passes on
 * the wish to stop (TERM, after GUARD_GRACE seconds KILL), and when Ansible has ended kills whatever it has left behind, also
 * what has gone into the background, removes the folders, and says how it went. When the shepherd is gone, so is the run.
 *
 *	moirai-run --guard DISK MEMORY MOST_BYTES PROJECT_BYTES INVENTORY -- PROGRAM ARGUMENT...
 *
 * DISK and MEMORY are the folders, MOST_BYTES what the spool takes. INVENTORY, if not "", is a path below the project: it must be there, also
 * when links are followed, and its text is told. The environment is Ansible's.
 */
#ifndef RUNNER_GUARD_H
#define RUNNER_GUARD_H

#define GUARD_GRACE 10
#define GUARD_REFUSED 125       /* exit status: it could not become the account */

/* The file descriptors that it is given. */
enum guard_fd {
	GUARD_CONTROL = 3,      /* a byte: stop; its end: the shepherd is gone */
	GUARD_LOCK,             /* of the run's folder: it is held for as long as the guard lives */
	GUARD_SPOOL,
	GUARD_RESULTS,          /* for the callback plugin */
	GUARD_EXIT,             /* {"pid": n, "inventory": text} once Ansible runs, then {"status": of waitpid(), "cut": was there too
	                           much output?, "orphan": was it killed because the shepherd was gone?} or {"failed": why}; no status:
	                           it was not wanted any more before it began */
	GUARD_FILES,            /* a tar of keys, inventory and our own parts, for MEMORY */
	GUARD_PROJECT,          /* an archive of the project, for DISK/project */
	GUARD_FDS
};

/* argv[0] is the first argument after --guard. Returns the exit status. */
int guard_main(int argc, char **argv);

/*	moirai-run --sweep SESSION GUARD SHEPHERD SPARED DISK MEMORY
 * As the same account: kills that guard and what is left of the run (left.h), also what the shepherd was left by the guard, but for its
 * child that is spared; and removes the folders. A number that is 0: there is none. */
int sweep_main(int argc, char **argv);

#endif
