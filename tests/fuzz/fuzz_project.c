/* A project's URL, and the paths and links of its archive: two texts, the second after a NUL. What is taken keeps its promises. */
#include "runner/archive.c"

#include "runner/repository.h"

#include "fuzz.h"

static void check_url(const struct settings *s, const char *type, const char *text)
{
	struct repository r;
	char why[WHY] = "";

	if (repository_read(&r, s, type, text, why) == S_OK) {
		const char *host = strstr(r.url, "://");

		assert(*r.url != '-' && *why == '\0');
		assert(r.way == WAY_SSH || r.way == WAY_LOCAL || host != NULL);
		if (host != NULL && r.way != WAY_LOCAL) {
			size_t size = strcspn(host + 3, "/?#");
			const char *at = memchr(host + 3, '@', size);

			/* One user at most, no password, and a host that no program takes for an option. */
			assert(at == NULL || memchr(at + 1, '@', size - (size_t)(at + 1 - host - 3)) == NULL);
			assert(at == NULL || memchr(host + 3, ':', (size_t)(at - host - 3)) == NULL);
			assert(at == NULL ? host[3] != '-' : at[1] != '-');
		}
	} else {
		assert(*why != '\0');
	}
	repository_done(&r);
}

static void check_paths(const char *name, const char *target)
{
	static char path[PATH_MAX];
	long depth = 0;

	if (!clean_path(name, path))
		return;
	assert(*path != '/' && strstr(path, "//") == NULL && strlen(path) < PATH_MAX);
	for (const char *c = path; *c != '\0'; c += strcspn(c, "/"), c += *c == '/') {
		assert(strncmp(c, "../", 3) != 0 && strcmp(c, "..") != 0 && strncmp(c, "./", 2) != 0 && strcmp(c, ".") != 0);
		depth++;
	}
	if (*path == '\0' || leads_out(path, target))
		return;
	/* Taken step by step from where the link is, it never gets above the top. */
	assert(*target != '/');
	for (depth--; *target != '\0'; target += strcspn(target, "/"), target += *target == '/') {
		size_t size = strcspn(target, "/");

		depth += size == 2 && memcmp(target, "..", 2) == 0 ? -1 : size > 0 && !(size == 1 && *target == '.');
		assert(depth >= 0);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *first = fuzz_text(data, size);
	size_t n = strlen(first) + 1;
	char *second = fuzz_text(data + (n < size ? n : size), n < size ? size - n : 0);
	struct settings s;

	settings_init(&s);
	check_url(&s, "GIT", first);
	check_url(&s, "TAR", first);
	s.local_repositories = true;
	check_url(&s, "GIT", first);
	settings_done(&s);
	check_paths(first, second);
	free(first);
	free(second);
	return 0;
}
