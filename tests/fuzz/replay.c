/* replay.c - runs a fuzz target over every file of its corpus, so that `make check` keeps what fuzzing has found.
 * replay-NAME takes $MOIRAI_CORPUS/NAME, or the folders it is given. */
#include "config.h"

#include <dirent.h>
#include <stdio.h>

#include "fuzz.h"

static void replay(const char *path)
{
	static uint8_t data[1 << 20];
	FILE *file = fopen(path, "re");
	size_t size;

	assert(file != NULL);
	size = fread(data, 1, sizeof data, file);
	fclose(file);
	printf("%s\n", path);
	fflush(stdout);
	LLVMFuzzerTestOneInput(data, size);
}

static int replay_folder(const char *folder)
{
	char path[4096];
	struct dirent **entries;
	int n = scandir(folder, &entries, NULL, alphasort), files = 0;

	for (int i = 0; i < n; i++) {
		if (entries[i]->d_name[0] != '.') {
			snprintf(path, sizeof path, "%s/%s", folder, entries[i]->d_name);
			replay(path);
			files++;
		}
		free(entries[i]);
	}
	if (n >= 0)
		free(entries);
	return files;
}

int main(int argc, char **argv)
{
	const char *corpus = getenv("MOIRAI_CORPUS"), *name = strrchr(argv[0], '-');
	char folder[4096];
	int files = 0;

	for (int i = 1; i < argc; i++)
		files += replay_folder(argv[i]);
	if (argc == 1 && corpus != NULL && name != NULL) {
		snprintf(folder, sizeof folder, "%s/%s", corpus, name + 1);
		files = replay_folder(folder);
	}
	printf("%d files\n", files);
	return files == 0;
}
