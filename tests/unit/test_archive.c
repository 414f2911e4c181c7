/* archive.c and pack.c: archives that are good, and those that want to get out of their folder or to fill the disk. */
#include "runner/archive.c"

#include <dirent.h>
#include <sys/stat.h>

#include "house.h"
#include "runner/pack.h"
#include "runner/tree.h"

#define MIB (1LL << 20)

static char folder[64], outside[96], inside[96], path[256], why[WHY];
static int fd;                           /* the archive */
static struct archive *making;
static json_t *names;

static int begin(void **state)
{
	(void)state;
	strcpy(folder, "/tmp/test_archive-XXXXXX");
	if (mkdtemp(folder) == NULL)
		return -1;
	snprintf(inside, sizeof inside, "%s/inside", folder);
	snprintf(outside, sizeof outside, "%s/outside", folder);
	fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	return mkdir(inside, 0700) | mkdir(outside, 0700) | (fd < 0);
}

/* Whatever was in the archive, the neighbour's folder has nothing new. */
static int end(void **state)
{
	(void)state;
	assert_int_equal(rmdir(outside), 0);
	close(fd);
	json_decref(names);
	names = NULL;
	return tree_remove(folder) ? 0 : -1;
}

/* ---- making one ---- */

static void start_archive(void)
{
	assert_int_equal(ftruncate(fd, 0), 0);
	lseek(fd, 0, SEEK_SET);
	making = archive_write_new();
	archive_write_set_format_gnutar(making);       /* takes names as they are */
	assert_int_equal(archive_write_open_fd(making, fd), ARCHIVE_OK);
}

static void add_entry(unsigned type, mode_t mode, const char *name, const char *target, const char *text)
{
	struct archive_entry *e = archive_entry_new();

	archive_entry_set_pathname(e, name);
	archive_entry_set_mode(e, type | mode);
	archive_entry_set_uid(e, 4711);
	archive_entry_set_size(e, text != NULL ? (la_int64_t)strlen(text) : 0);
	if (type == AE_IFLNK)
		archive_entry_set_symlink(e, target);
	else if (target != NULL)
		archive_entry_set_hardlink(e, target);
	assert_int_equal(archive_write_header(making, e), ARCHIVE_OK);
	if (text != NULL)
		assert_int_equal(archive_write_data(making, text, strlen(text)), strlen(text));
	archive_entry_free(e);
}

static void add(const char *name, const char *text)
{
	add_entry(AE_IFREG, 0644, name, NULL, text);
}

static void add_link(const char *name, const char *target)
{
	add_entry(AE_IFLNK, 0777, name, target, NULL);
}

static void end_archive(void)
{
	assert_int_equal(archive_write_close(making), ARCHIVE_OK);
	archive_write_free(making);
	lseek(fd, 0, SEEK_SET);
}

/* ---- taking it ---- */

static const struct archive_limits usual = { 10 * MIB, 1000, 0 };

static enum status checks_within(const struct archive_limits *limits)
{
	json_decref(names);
	names = NULL;
	*why = '\0';
	lseek(fd, 0, SEEK_SET);
	return archive_check(fd, limits, &names, why);
}

static enum status unpacks_within(long long bytes, long long files)
{
	tree_remove(inside);
	assert_int_equal(mkdir(inside, 0700), 0);
	*why = '\0';
	lseek(fd, 0, SEEK_SET);
	return archive_unpack(fd, inside, bytes, files, why);
}

/* What is refused when it is looked at is refused when it is unpacked, with the same words. */
static void is_refused(const char *words)
{
	assert_int_equal(checks_within(&usual), S_INVALID);
	assert_string_equal(why, words);
	assert_null(names);
	assert_int_equal(unpacks_within(usual.bytes, usual.files), S_INVALID);
	assert_string_equal(why, words);
}

static void is_taken(void)
{
	assert_int_equal(checks_within(&usual), S_OK);
	assert_int_equal(unpacks_within(usual.bytes, usual.files), S_OK);
	assert_string_equal(why, "");
}

static const char *content(const char *name)
{
	static char text[256];
	size_t n = 0;
	FILE *f;

	snprintf(path, sizeof path, "%s/%s", inside, name);
	f = fopen(path, "r");
	if (f != NULL) {
		n = fread(text, 1, sizeof text - 1, f);
		fclose(f);
	}
	text[n] = '\0';
	return text;
}

static mode_t mode_of(const char *name)
{
	struct stat st;

	snprintf(path, sizeof path, "%s/%s", inside, name);
	assert_int_equal(lstat(path, &st), 0);
	assert_int_equal(st.st_uid, geteuid());
	return st.st_mode;
}

static bool has_name(const char *name)
{
	json_t *found;
	size_t i;

	json_array_foreach(names, i, found)
		if (strcmp(json_string_value(found), name) == 0)
			return true;
	return false;
}

/* ---- good ones ---- */

static void what_is_in_it_is_unpacked(void **state)
{
	char target[64] = "";

	(void)state;
	start_archive();
	add_entry(AE_IFDIR, 0755, "./", NULL, NULL);
	add("./site.yml", "- hosts: all\n");
	add("roles/a/tasks/main.yml", "x");
	add("gr\xc3\xbc\xc3\x9f.yml", "y");
	add_link("roles/b", "a");
	add_link("roles/a/top.yml", "../../site.yml");
	add_entry(AE_IFREG, 0644, "hard.yml", "site.yml", NULL);
	end_archive();
	is_taken();
	assert_string_equal(content("site.yml"), "- hosts: all\n");
	assert_string_equal(content("roles/b/tasks/main.yml"), "x");
	assert_string_equal(content("roles/a/top.yml"), "- hosts: all\n");
	assert_string_equal(content("hard.yml"), "- hosts: all\n");
	assert_string_equal(content("gr\xc3\xbc\xc3\x9f.yml"), "y");
	snprintf(path, sizeof path, "%s/roles/b", inside);
	assert_int_equal(readlink(path, target, sizeof target - 1), 1);
	assert_string_equal(target, "a");
}

static void what_is_at_its_top_is_told_without_folders(void **state)
{
	(void)state;
	start_archive();
	add_entry(AE_IFDIR, 0755, "folder.yml", NULL, NULL);
	add("./a.yml", "");
	add("a.yml", "again");
	add("sub/b.yml", "");
	add_link("c.yml", "sub/b.yml");
	add_entry(AE_IFREG, 0644, "d.yml", "a.yml", NULL);
	add("\xff.yml", "no text");
	end_archive();
	is_taken();
	assert_int_equal(json_array_size(names), 3);
	assert_true(has_name("a.yml") && has_name("c.yml") && has_name("d.yml"));
}

static void modes_keep_what_does_no_harm(void **state)
{
	mode_t before = umask(0);

	(void)state;
	start_archive();
	add_entry(AE_IFREG, 06777, "all", NULL, "x");
	add_entry(AE_IFREG, 0, "none", NULL, "x");
	add_entry(AE_IFREG, 0600, "key", NULL, "x");
	add_entry(AE_IFDIR, 01777, "folder", NULL, NULL);
	add_entry(AE_IFDIR, 0, "closed", NULL, NULL);
	add("closed/file", "x");
	end_archive();
	is_taken();
	umask(before);
	assert_int_equal(mode_of("all"), S_IFREG | 0755);
	assert_int_equal(mode_of("none"), S_IFREG | 0600);
	assert_int_equal(mode_of("key"), S_IFREG | 0600);
	assert_int_equal(mode_of("folder"), S_IFDIR | 0755);
	assert_int_equal(mode_of("closed"), S_IFDIR | 0700);
}

static void one_without_files_is_good(void **state)
{
	(void)state;
	start_archive();
	end_archive();
	is_taken();
	assert_int_equal(json_array_size(names), 0);
}

static void each_way_of_packing_it_is_known(void **state)
{
	static const char *const filters[] = { "gzip", "bzip2", "xz", "lzma", "zstd" };

	(void)state;
	for (size_t i = 0; i < COUNT(filters); i++) {
		assert_int_equal(ftruncate(fd, 0), 0);
		lseek(fd, 0, SEEK_SET);
		making = archive_write_new();
		archive_write_set_format_ustar(making);
		assert_int_equal(archive_write_add_filter_by_name(making, filters[i]), ARCHIVE_OK);
		assert_int_equal(archive_write_open_fd(making, fd), ARCHIVE_OK);
		add("a.yml", filters[i]);
		end_archive();
		is_taken();
		assert_string_equal(content("a.yml"), filters[i]);
	}
}

static void the_working_directory_stays(void **state)
{
	char before[256], after[256];

	(void)state;
	assert_non_null(getcwd(before, sizeof before));
	start_archive();
	add("a", "x");
	end_archive();
	is_taken();
	assert_non_null(getcwd(after, sizeof after));
	assert_string_equal(after, before);
	assert_int_equal(archive_unpack(fd, "/nowhere", 1, 1, why), S_INTERNAL);
}

/* ---- ways out ---- */

static void a_path_that_leads_out_is_refused(void **state)
{
	static const char *const paths[] = { "/tmp/x", "../outside/x", "a/../../outside/x", "..", "a/..", "//x" };

	(void)state;
	for (size_t i = 0; i < COUNT(paths); i++) {
		char words[WHY];

		start_archive();
		add(paths[i], "x");
		end_archive();
		snprintf(words, sizeof words, "The archive is refused: %s is a path that leads out of it.", paths[i]);
		is_refused(words);
	}
}

static void a_link_that_leads_out_is_refused(void **state)
{
	static const struct { const char *name, *target; } links[] = {
		{ "l", "/etc/passwd" }, { "l", ".." }, { "l", "../outside" }, { "a/l", "../../outside" }, { "a/b/l", ".././../../x" },
		{ "l", "a/../x" }, { "a/l", "b/../../.." },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(links); i++) {
		char words[WHY];

		start_archive();
		add_link(links[i].name, links[i].target);
		end_archive();
		snprintf(words, sizeof words, "The archive is refused: %s is a link that leads out of it.", links[i].name);
		is_refused(words);
	}
}

/* Each harmless by itself: s leads to the top, and what goes through it would go on from there. */
static void links_can_not_be_put_together_to_lead_out(void **state)
{
	(void)state;
	start_archive();
	add_link("a/b/c/s", "../../..");
	add_link("a/b/c/t", "s/../outside");
	end_archive();
	is_refused("The archive is refused: a/b/c/t is a link that leads out of it.");
	start_archive();
	add_link("a/b/l", "../../x");
	add_entry(AE_IFREG, 0644, "l", "a/b/l", NULL);
	end_archive();
	is_refused("The archive is refused: l is a hard link to a link.");
}

static void nothing_is_written_through_a_link(void **state)
{
	(void)state;
	start_archive();
	add_entry(AE_IFDIR, 0755, "a", NULL, NULL);
	add_link("l", "a");
	add("./l//x", "x");
	end_archive();
	is_refused("The archive is refused: l/x lies below a link.");
	start_archive();
	add_link("l", "a");
	add_entry(AE_IFREG, 0644, "x", "l/y", NULL);
	end_archive();
	is_refused("The archive is refused: x is a hard link to a link.");
}

static void a_hard_link_that_leads_out_is_refused(void **state)
{
	static const char *const targets[] = { "/etc/passwd", "../outside", "a/../../x", "." };

	(void)state;
	for (size_t i = 0; i < COUNT(targets); i++) {
		start_archive();
		add_entry(AE_IFREG, 0644, "h", targets[i], NULL);
		end_archive();
		is_refused("The archive is refused: h is a hard link that leads out of it.");
	}
}

static void devices_and_the_like_are_refused(void **state)
{
	static const unsigned types[] = { AE_IFCHR, AE_IFBLK, AE_IFIFO };

	(void)state;
	for (size_t i = 0; i < COUNT(types); i++) {
		start_archive();
		add_entry(types[i], 0666, "dev/x", NULL, NULL);
		end_archive();
		is_refused("The archive is refused: dev/x is a device or the like.");
	}
}

/* ---- too much ---- */

static void more_bytes_than_allowed_are_refused(void **state)
{
	const struct archive_limits few = { MIB, 1000, 0 };
	char *text = calloc(1, MIB + 1);

	(void)state;
	memset(text, 'x', MIB / 2);
	start_archive();
	add("a", text);
	add("b", text);
	end_archive();
	assert_int_equal(checks_within(&few), S_OK);
	assert_int_equal(unpacks_within(few.bytes, 1000), S_OK);
	start_archive();
	add("a", text);
	add("b", text);
	add("c", "x");
	end_archive();
	assert_int_equal(checks_within(&few), S_INVALID);
	assert_string_equal(why, "The project is larger than 1 MiB.");
	assert_int_equal(unpacks_within(few.bytes, 1000), S_INVALID);
	assert_string_equal(why, "The project is larger than 1 MiB.");
	free(text);
}

/* 64 GiB of zeros in a few KiB: they are a hole, which is not skipped. */
static void a_bomb_is_refused_before_it_goes_off(void **state)
{
	char command[512];

	(void)state;
	snprintf(command, sizeof command, "cd %s && echo 1 >a && truncate -s 64G bomb && tar -S -cf t a bomb && cat t >/proc/%d/fd/%d",
	         folder, getpid(), fd);
	assert_int_equal(system(command), 0);
	is_refused("The project is larger than 10 MiB.");
	assert_string_equal(content("a"), "1\n");
	assert_string_equal(content("bomb"), "");
}

static void more_files_than_allowed_are_refused(void **state)
{
	char name[64];

	(void)state;
	start_archive();
	for (int i = 0; i < 1000; i++) {
		snprintf(name, sizeof name, "f%d", i);
		add(name, "");
	}
	end_archive();
	is_taken();
	assert_int_equal(unpacks_within(MIB, 999), S_INVALID);
	assert_string_equal(why, "The project has more than 999 files.");
}

static void folders_that_are_part_of_a_path_count(void **state)
{
	char name[512];

	(void)state;
	start_archive();
	for (int i = 0; i < 10; i++) {
		snprintf(name, sizeof name, "%d/", i);
		for (int k = 0; k < 100; k++)
			strcat(name, "d/");
		strcat(name, "f");
		add(name, "");
	}
	end_archive();
	is_refused("The project has more than 1000 files.");
}

static void time_is_limited(void **state)
{
	const struct archive_limits late = { MIB, 10, 1 };

	(void)state;
	start_archive();
	add("a", "x");
	end_archive();
	assert_int_equal(checks_within(&late), S_INVALID);
	assert_string_equal(why, "It took too long to read the project's files.");
}

/* ---- no archives ---- */

static void what_is_no_archive_is_refused(void **state)
{
	static const char *const texts[] = { "", "x", "<!DOCTYPE html><html>404</html>", "\x1f\x8b\x08", "PK\x03\x04" };

	(void)state;
	for (size_t i = 0; i < COUNT(texts); i++) {
		assert_int_equal(ftruncate(fd, 0), 0);
		assert_int_equal(pwrite(fd, texts[i], strlen(texts[i]), 0), strlen(texts[i]));
		assert_int_equal(checks_within(&usual), S_INVALID);
		assert_memory_equal(why, "The archive can't be read: ", 27);
	}
}

static void one_that_is_cut_off_is_refused(void **state)
{
	char *text = calloc(1, MIB + 1);

	(void)state;
	memset(text, 'x', MIB);
	start_archive();
	add("a", text);
	end_archive();
	assert_int_equal(ftruncate(fd, MIB / 2), 0);
	is_refused("The archive can't be read: Truncated tar archive.");
	free(text);
}

static void what_is_told_is_plain_text(void **state)
{
	(void)state;
	start_archive();
	add("../\x1b[31m\xff\n", "x");
	end_archive();
	is_refused("The archive is refused: ../ [31m?  is a path that leads out of it.");
}

/* ---- a folder of people's ---- */

static void packs(enum status wanted)
{
	*why = '\0';
	assert_int_equal(ftruncate(fd, 0), 0);
	lseek(fd, 0, SEEK_SET);
	assert_int_equal(pack_folder(outside, fd, &usual, why), wanted);
}

static void make(const char *command)
{
	char text[512];

	snprintf(text, sizeof text, "cd %s && %s", outside, command);
	assert_int_equal(system(text), 0);
}

static void a_folder_comes_out_as_it_was(void **state)
{
	char name[300] = "";

	(void)state;
	memset(name, 'n', 200);
	make("mkdir -p a/b && echo 1 >a/b/x.yml && ln -s a/b/x.yml l && chmod 700 a/b/x.yml && echo 2 >gr\xc3\xbc\xc3\x9f && echo 3 >\xff");
	make("touch $(printf 'n%.0s' $(seq 200))");
	packs(S_OK);
	make("rm -r *");
	is_taken();
	assert_string_equal(content("l"), "1\n");
	assert_string_equal(content("gr\xc3\xbc\xc3\x9f"), "2\n");
	assert_string_equal(content("\xff"), "3\n");
	assert_int_equal(mode_of("a/b/x.yml"), S_IFREG | 0700);
	assert_int_equal(mode_of("l") & S_IFMT, S_IFLNK);
	assert_int_equal(mode_of(name), S_IFREG | 0644);
}

static void what_is_no_file_is_left_out(void **state)
{
	(void)state;
	make("mkfifo p && echo 1 >x.yml");
	packs(S_OK);
	make("rm *");
	is_taken();
	assert_int_equal(json_array_size(names), 1);
	assert_true(has_name("x.yml"));
}

static void limits_hold_for_folders_too(void **state)
{
	(void)state;
	make("truncate -s 11M big");
	packs(S_INVALID);
	assert_string_equal(why, "The project is larger than 10 MiB.");
	make("rm big && seq 1001 | xargs touch");
	packs(S_INVALID);
	assert_string_equal(why, "The project has more than 1000 files.");
	make("rm * && d=$(printf 'd/%.0s' $(seq 150)) && mkdir -p $d");
	packs(S_INVALID);
	assert_non_null(strstr(why, "there are too many folders in folders."));
	make("rm -r d");
}

#define T(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(what_is_in_it_is_unpacked),
		T(what_is_at_its_top_is_told_without_folders),
		T(modes_keep_what_does_no_harm),
		T(one_without_files_is_good),
		T(each_way_of_packing_it_is_known),
		T(the_working_directory_stays),
		T(a_path_that_leads_out_is_refused),
		T(a_link_that_leads_out_is_refused),
		T(links_can_not_be_put_together_to_lead_out),
		T(nothing_is_written_through_a_link),
		T(a_hard_link_that_leads_out_is_refused),
		T(devices_and_the_like_are_refused),
		T(more_bytes_than_allowed_are_refused),
		T(a_bomb_is_refused_before_it_goes_off),
		T(more_files_than_allowed_are_refused),
		T(folders_that_are_part_of_a_path_count),
		T(time_is_limited),
		T(what_is_no_archive_is_refused),
		T(one_that_is_cut_off_is_refused),
		T(what_is_told_is_plain_text),
		T(a_folder_comes_out_as_it_was),
		T(what_is_no_file_is_left_out),
		T(limits_hold_for_folders_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
