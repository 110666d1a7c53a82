// SPDX-License-Identifier: MIT
/*
 * Names of functions and objects of this program, static ones included, from its own symbol table.
 * Read once, with libelf, when the first name is asked for: only reports and backtraces need names.
 */
#include <fcntl.h>
#include <gelf.h>
#include <libelf.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host.h"
#include "sanitizer.h"

/* What stands before a kernel name in the symbol table (include/linux/__psim_names.h). */
#define RENAMED "__psim_k_"

struct symbol {
	unsigned long start;
	unsigned long bytes;
	const char *name;
};

static struct {
	struct symbol *all;
	unsigned long n;
	unsigned long bias;
	int loaded;
} table;

static int by_start(const void *a, const void *b)
{
	const struct symbol *x = a, *y = b;

	if (x->start != y->start)
		return x->start < y->start ? -1 : 1;
	return strcmp(x->name, y->name);
}

static int find_bias(struct dl_phdr_info *info, size_t size, void *bias)
{
	(void)size;
	*(unsigned long *)bias = info->dlpi_addr;
	return 1; /* the program itself comes first */
}

static void read_symbols(Elf *elf, Elf_Scn *section, const GElf_Shdr *header)
{
	Elf_Data *data = elf_getdata(section, NULL);
	unsigned long n = header->sh_entsize ? header->sh_size / header->sh_entsize : 0;

	table.all = calloc(n ? n : 1, sizeof(*table.all));
	for (unsigned long i = 0; data && table.all && i < n; i++) {
		struct symbol *s = &table.all[table.n];
		const char *name;
		GElf_Sym sym;

		if (!gelf_getsym(data, i, &sym) || !sym.st_value || !sym.st_size)
			continue;
		name = elf_strptr(elf, header->sh_link, sym.st_name);
		if (!name || !*name)
			continue;
		if (!strncmp(name, RENAMED, strlen(RENAMED)))
			name += strlen(RENAMED);
		*s = (struct symbol){sym.st_value, sym.st_size, strdup(name)};
		table.n++;
	}
	qsort(table.all, table.n, sizeof(*table.all), by_start);
}

static void load(void)
{
	int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	Elf_Scn *section = NULL;
	Elf *elf;

	table.loaded = 1;
	if (fd < 0)
		return;
	elf_version(EV_CURRENT);
	elf = elf_begin(fd, ELF_C_READ, NULL);
	__lsan_disable();
	while (elf && (section = elf_nextscn(elf, section))) {
		GElf_Shdr header;

		if (gelf_getshdr(section, &header) && header.sh_type == SHT_SYMTAB && !table.all)
			read_symbols(elf, section, &header);
	}
	__lsan_enable();
	elf_end(elf);
	close(fd);
	dl_iterate_phdr(find_bias, &table.bias);
}

int psim_host_symbol(unsigned long address, char *name, unsigned long bytes, int offset)
{
	unsigned long low = 0, high;

	if (!table.loaded)
		load();
	address -= table.bias;
	high = table.n;
	while (low < high) {
		unsigned long middle = (low + high) / 2;

		if (table.all[middle].start <= address)
			low = middle + 1;
		else
			high = middle;
	}
	if (!low || address - table.all[low - 1].start >= table.all[low - 1].bytes)
		return 0;
	if (offset)
		snprintf(name, bytes, "%s+%#lx", table.all[low - 1].name,
			 address - table.all[low - 1].start);
	else
		snprintf(name, bytes, "%s", table.all[low - 1].name);
	return 1;
}
