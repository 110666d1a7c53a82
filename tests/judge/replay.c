// SPDX-License-Identifier: MIT
/* Feeds files, or all files of folders, to the fuzz target: the corpus as a test for any compiler. */
#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define MOST_INPUT 65536

int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t size);

static int feed(const char *path)
{
	static unsigned char bytes[MOST_INPUT];
	FILE *file = fopen(path, "rb");
	size_t size;

	if (!file) {
		perror(path);
		return -1;
	}
	size = fread(bytes, 1, sizeof(bytes), file);
	fclose(file);
	LLVMFuzzerTestOneInput(bytes, size);
	return 1;
}

/* Return: how many files were fed, or -1. */
static int feed_all(const char *path)
{
	struct dirent *entry;
	char name[4096];
	int fed = 0, n;
	DIR *folder = opendir(path);

	if (!folder)
		return feed(path);
	while ((entry = readdir(folder))) {
		if (entry->d_name[0] == '.')
			continue;
		snprintf(name, sizeof(name), "%s/%s", path, entry->d_name);
		n = feed(name);
		if (n < 0)
			return n;
		fed += n;
	}
	closedir(folder);
	return fed;
}

int main(int argc, char **argv)
{
	int total = 0;

	if (argc < 2 || !strcmp(argv[1], "--help")) {
		fputs("usage: replay FILE-OR-FOLDER...\n", argc < 2 ? stderr : stdout);
		return argc < 2 ? 2 : 0;
	}
	for (int i = 1; i < argc; i++) {
		int fed = feed_all(argv[i]);

		if (fed < 0)
			return 2;
		total += fed;
	}
	printf("%d inputs: nothing wrong\n", total);
	return total ? 0 : 2;
}
