/* pack.h - a tar of the files in a folder, whose owners may be other people.
 *
 * Links stay links; what is neither file, folder nor link is left out. No link is followed, not even one that somebody puts there just
 * now: what only we can read can't be smuggled in.
 */
#ifndef RUNNER_PACK_H
#define RUNNER_PACK_H

#include "runner/archive.h"
#include "runner/why.h"

/* Writes it to `out`. S_INVALID: why; S_LATER: the disk is full or broken. */
enum status pack_folder(const char *folder, int out, const struct archive_limits *limits, char why[WHY]) CHECKED;

#endif
