/* archive.h - archives (tar, whether packed by gzip, bzip2, xz, lzma or zstd) that somebody else has made.
 *
 * Nothing of one gets out of its folder: absolute paths, `..`, what lies below a symbolic link, links that lead out and hard links
 * to links are refused, so are devices and the like. Owners, ACLs and the bits setuid, setgid and sticky are not taken, nor
 * that others may write. Limits hold for what it would be on a disk, holes included. Whoever checked one can unpack it.
 *
 * A symbolic link may begin with as many `..` as there are folders above it, and has none further on: then it stays inside, through
 * whatever other links it leads.
 */
#ifndef RUNNER_ARCHIVE_H
#define RUNNER_ARCHIVE_H

#include <jansson.h>

#include "runner/why.h"

#define ARCHIVE_WHY WHY

struct archive_limits {
	long long bytes, files;          /* folders and links count as files; so does each folder that is only part of a path */
	long long deadline;              /* by program_clock_ms(); 0: none */
};

/* Reads through all of it. The caller owns *ret_names: the names of files and links (not folders) at its top. S_INVALID: why. */
enum status archive_check(int fd, const struct archive_limits *limits, json_t **ret_names, char why[WHY]) CHECKED;

/* Writes it into the folder, which is there and empty. S_INVALID: why; S_LATER: the disk is full or broken. Then part of it may be
 * there. The working directory is another one meanwhile. */
enum status archive_unpack(int fd, const char *folder, long long most_bytes, long long most_files, char why[WHY]) CHECKED;

#endif
