// SPDX-License-Identifier: MIT
/* Readers of traces: what they read, and where they say that something is wrong. */
#include "lab_test.h"

#include "../../src/lab/workload/binary.h"

static char path[64];
static char error[LAB_ERROR];

static void put(const void *bytes, size_t n)
{
	FILE *file = fopen(path, "wb");

	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, n, file), n);
	fclose(file);
}

/* Read all of the file. Return: how many accesses, or -1 with a message in error. */
static long read_all(const char *kind)
{
	const struct psim_lab_workload *w = lab_workload_find(kind);
	double values[LAB_MAX_OPTIONS] = {0};
	void *state;
	long n;

	for (int i = 0; w->options && w->options[i].name; i++)
		values[i] = w->options[i].value;
	error[0] = 0;
	nr_accesses = 0;
	state = w->open(values, path, 1, error, sizeof(error));
	if (!state)
		return -1;
	/* few at a time, so that what lies between two calls is met */
	while ((n = w->next(state, accesses + nr_accesses, 3, error, sizeof(error))) > 0)
		nr_accesses += n;
	w->close(state);
	return n < 0 ? -1 : (long)nr_accesses;
}

static void expect(unsigned int i, unsigned long long address, unsigned int bytes, unsigned int who,
		   unsigned int flags)
{
	assert_int_equal(accesses[i].address, address);
	assert_int_equal(accesses[i].bytes, bytes);
	assert_int_equal(accesses[i].who, who);
	assert_int_equal(accesses[i].flags, flags);
}

static long read_text(const char *kind, const char *text)
{
	put(text, strlen(text));
	return read_all(kind);
}

static void refuse(const char *kind, const char *text, const char *where, const char *what)
{
	assert_int_equal(read_text(kind, text), -1);
	if (!strstr(error, where) || !strstr(error, what))
		fail_msg("%s: wanted %s and %s", error, where, what);
}

static void lackey__is_read(void **state)
{
	(void)state;
	assert_int_equal(read_text("lackey", "==1== Lackey, an example Valgrind tool\n"
					     "I  04222c80,3\n"
					     " L 1ffeffe7e0,8\n"
					     " M 04222d00,4\n"
					     "SB 0401ab\n"
					     "I  04222c83,5\n"
					     " S ffffffffffff0000,16\n"
					     "\n"
					     "==1== \n"),
			 4);
	expect(0, 0x1ffeffe7e0, 8, 1, 0);
	expect(1, 0x4222d00, 4, 1, 0);
	expect(2, 0x4222d00, 4, 1, PSIM_LAB_WRITE);
	expect(3, 0xffffffffffff0000, 16, 1, PSIM_LAB_WRITE);
}

static void lackey__says_where(void **state)
{
	static const char *const wrong[] = {" L 12g,8",
					    " L 12,",
					    " L 12,0",
					    " L ,8",
					    " L 12,8 ",
					    "L 12,8",
					    " X 12,8",
					    " L 12,99999999999999999999",
					    " L fffffffffffffffff,8",
					    " L ffffffffffffffff,8",
					    "I 12,8"};

	(void)state;
	for (unsigned int i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		char text[128];

		snprintf(text, sizeof(text), " L 10,8\n%s\n", wrong[i]);
		refuse("lackey", text, "line 2", "expected");
	}
}

static void csv__is_read(void **state)
{
	(void)state;
	assert_int_equal(read_text("csv", "who,address,bytes,op,stream\r\n"
					  "cpu,4096,8,w\r\n"
					  "# a remark\n"
					  "\n"
					  "gpu0,0x7f0000000000,128,r,31\n"
					  "wait\n"
					  "gpu7,0xFF,1,w"),
			 3);
	expect(0, 4096, 8, 0, PSIM_LAB_WRITE);
	expect(1, 0x7f0000000000, 128, 1, 0);
	assert_int_equal(accesses[1].stream, 31);
	expect(2, 255, 1, 8, PSIM_LAB_WRITE | PSIM_LAB_WAIT);
}

static void csv__says_where(void **state)
{
	static char endless[400];

	(void)state;
	refuse("csv", "cpu,1,1,r\ngpu8,1,1,r\n", "line 2", "gpu0 to gpu7");
	refuse("csv", "cpu,1,1,r\nwaiting\n", "line 2", "\"wait\" alone");
	refuse("csv", "wait\nwait\n", "line 2", "an access");
	refuse("csv", "cpu,x,1,r\n", "line 1", "column 2");
	refuse("csv", "cpu,18446744073709551616,1,r\n", "line 1", "column 2");
	refuse("csv", "cpu,1,0,r\n", "line 1", "1 to 65535 bytes");
	refuse("csv", "cpu,1,65536,r\n", "line 1", "1 to 65535 bytes");
	refuse("csv", "cpu,1,1,x\n", "line 1", "r or w");
	refuse("csv", "cpu,1,1,r,70000\n", "line 1", "column 5");
	refuse("csv", "cpu,1,1,rw\n", "line 1", "column 5");
	refuse("csv", "cpu,1,1,r\nwho,address,bytes,op\n", "line 2", "cpu");
	memset(endless, '1', sizeof(endless) - 1);
	refuse("csv", endless, "line 1", "up to 255 characters");
	put("cpu,1,1,r\0\n", 11);
	assert_int_equal(read_all("csv"), -1);
}

/* Whatever is put down is read again. */
static void binary__is_read_as_written(void **state)
{
	static struct psim_lab_access wanted[2000];
	static unsigned char bytes[BINARY_HEADER + 2000 * BINARY_RECORD];
	struct psim_lab_access last = {0};
	size_t n = BINARY_HEADER;
	uint64_t x = 42;

	(void)state;
	memcpy(bytes, BINARY_MAGIC, BINARY_HEADER);
	for (unsigned int i = 0; i < 2000; i++) {
		static const unsigned int sizes[] = {1, 2, 4, 8, 16, 32, 3, 65535};
		unsigned int shift;

		x = x * 6364136223846793005ull + 1442695040888963407ull;
		shift = x >> 58;
		wanted[i] = (struct psim_lab_access){
			.address = x % 3 ? last.address + (x >> shift) * (x >> 20 & 1 ? 1 : -1)
					 : last.address + last.bytes,
			.bytes = sizes[x >> 30 & 7],
			.who = x >> 33 & 1 ? last.who : (x >> 34) % 9,
			.flags = (x >> 40 & PSIM_LAB_WRITE) | (x >> 40 & PSIM_LAB_WAIT),
			.stream = x >> 33 & 1 ? last.stream : x >> 44,
		};
		if (wanted[i].address + wanted[i].bytes < wanted[i].address)
			wanted[i].address = 4096;
		n += lab_binary_put(bytes + n, &wanted[i], &last);
	}
	put(bytes, n);
	assert_int_equal(read_all("binary"), 2000);
	for (unsigned int i = 0; i < 2000; i++) {
		expect(i, wanted[i].address, wanted[i].bytes, wanted[i].who, wanted[i].flags);
		assert_int_equal(accesses[i].stream, wanted[i].stream);
	}
	/* cut off anywhere, it is refused or ends with a record */
	for (size_t cut = 0; cut < 200; cut++) {
		long got;

		put(bytes, cut);
		got = read_all("binary");
		if (cut < BINARY_HEADER)
			assert_int_equal(got, -1);
		if (got < 0)
			assert_non_null(strstr(error, "expected"));
	}
}

static void binary__says_where(void **state)
{
	static const struct {
		unsigned char record[4];
		const char *what;
	} cases[] = {
		{{0x00}, "a size of 1 to 65535"},
		{{0x0e, 0, 0}, "a size of 1 to 65535"},
		{{0xa2}, "a step code of 0 to 4"},
		{{2, 0xa0, 0xa0}, "a step code of 0 to 4"},
		{{0x12, 9, 0, 0}, "who"},
		{{0x62, 1, 2, 3}, "the rest of a record"},
		{{2, 2, 2, 0xa0}, "the rest of a record"},
		{{0x28, 0xff}, "within 64 bits"},
	};
	unsigned char bytes[BINARY_HEADER + 4];

	(void)state;
	memcpy(bytes, BINARY_MAGIC, BINARY_HEADER);
	for (unsigned int i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		memcpy(bytes + BINARY_HEADER, cases[i].record, 4);
		put(bytes, sizeof(bytes));
		assert_int_equal(read_all("binary"), -1);
		if (!strstr(error, cases[i].what) || !strstr(error, "byte 1"))
			fail_msg("case %u: %s", i, error);
	}
	bytes[7] = 2;
	put(bytes, sizeof(bytes));
	assert_int_equal(read_all("binary"), -1);
	assert_non_null(strstr(error, "byte 0"));
}

static int make_path(void **state)
{
	(void)state;
	snprintf(path, sizeof(path), "/tmp/lab_readers.%d", (int)getpid());
	return 0;
}

static int drop_path(void **state)
{
	(void)state;
	return unlink(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lackey__is_read),
		cmocka_unit_test(lackey__says_where),
		cmocka_unit_test(csv__is_read),
		cmocka_unit_test(csv__says_where),
		cmocka_unit_test(binary__is_read_as_written),
		cmocka_unit_test(binary__says_where),
	};

	return cmocka_run_group_tests(tests, make_path, drop_path);
}
