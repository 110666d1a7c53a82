// SPDX-License-Identifier: MIT
/* Strings, memory, text to numbers, numbers at any address. */
#include <kunit/test.h>
#include <linux/kstrtox.h>
#include <linux/limits.h>
#include <linux/string.h>
#include <linux/unaligned.h>

static void strscpy__cuts_and_ends(struct kunit *test)
{
	char buffer[8];

	memset(buffer, '#', sizeof(buffer));
	KUNIT_EXPECT_EQ(test, strscpy(buffer, "abc", sizeof(buffer)), 3);
	KUNIT_EXPECT_STREQ(test, buffer, "abc");
	KUNIT_EXPECT_EQ(test, strscpy(buffer, "abcdefgh"), -E2BIG);
	KUNIT_EXPECT_STREQ(test, buffer, "abcdefg");
	KUNIT_EXPECT_EQ(test, strscpy(buffer, "abcdefg"), 7);
	KUNIT_EXPECT_EQ(test, strscpy(buffer, "x", 0), -E2BIG);
	KUNIT_EXPECT_STREQ(test, buffer, "abcdefg");
	KUNIT_EXPECT_EQ(test, strscpy_pad(buffer, "x"), 1);
	KUNIT_EXPECT_MEMEQ(test, buffer, "x\0\0\0\0\0\0", 8);
}

static void strlcat__length_of_the_whole(struct kunit *test)
{
	char buffer[8] = "abc";

	KUNIT_EXPECT_EQ(test, strlcat(buffer, "de", sizeof(buffer)), 5);
	KUNIT_EXPECT_STREQ(test, buffer, "abcde");
	KUNIT_EXPECT_EQ(test, strlcat(buffer, "fghij", sizeof(buffer)), 10);
	KUNIT_EXPECT_STREQ(test, buffer, "abcdefg");
}

static void memchr_inv__first_other_byte(struct kunit *test)
{
	u8 bytes[100];

	memset(bytes, 0xa5, sizeof(bytes));
	KUNIT_EXPECT_NULL(test, memchr_inv(bytes, 0xa5, sizeof(bytes)));
	KUNIT_EXPECT_NULL(test, memchr_inv(bytes, 0x5a, 0));
	KUNIT_EXPECT_PTR_EQ(test, memchr_inv(bytes, 0x5a, 100), (void *)bytes);
	for (int i = 0; i < 100; i++) {
		bytes[i] = 1;
		KUNIT_EXPECT_PTR_EQ(test, memchr_inv(bytes, 0xa5, 100), (void *)(bytes + i));
		bytes[i] = 0xa5;
	}
	memset(bytes, 0, sizeof(bytes));
	KUNIT_EXPECT_TRUE(test, mem_is_zero(bytes, 100));
	bytes[99] = 1;
	KUNIT_EXPECT_FALSE(test, mem_is_zero(bytes, 100));
	KUNIT_EXPECT_TRUE(test, mem_is_zero(bytes, 99));
}

static void strim__both_ends(struct kunit *test)
{
	char text[] = " \t some words \n";
	char blank[] = "   ";

	KUNIT_EXPECT_STREQ(test, strim(text), "some words");
	KUNIT_EXPECT_STREQ(test, strim(blank), "");
}

static void strnstr__within_the_length(struct kunit *test)
{
	const char *text = "hay needle hay";

	KUNIT_EXPECT_PTR_EQ(test, strnstr(text, "needle", 10), (char *)text + 4);
	KUNIT_EXPECT_NULL(test, strnstr(text, "needle", 9));
	KUNIT_EXPECT_PTR_EQ(test, strnstr(text, "", 0), (char *)text);
	KUNIT_EXPECT_PTR_EQ(test, strnchr(text, 5, 'n'), (char *)text + 4);
	KUNIT_EXPECT_NULL(test, strnchr(text, 4, 'n'));
	KUNIT_EXPECT_STREQ(test, strchrnul(text, 'n'), "needle hay");
	KUNIT_EXPECT_STREQ(test, strchrnul(text, 'z'), "");
}

static void match_string__index_or_error(struct kunit *test)
{
	static const char *const names[] = {"one", "two", NULL, "four"};

	KUNIT_EXPECT_EQ(test, match_string(names, 4, "two"), 1);
	KUNIT_EXPECT_EQ(test, match_string(names, 1, "two"), -EINVAL);
	KUNIT_EXPECT_EQ(test, match_string(names, 4, "four"), -EINVAL);
	KUNIT_EXPECT_TRUE(test, sysfs_streq("two\n", "two"));
	KUNIT_EXPECT_TRUE(test, sysfs_streq("two", "two"));
	KUNIT_EXPECT_FALSE(test, sysfs_streq("two\n\n", "two"));
	KUNIT_EXPECT_EQ(test, str_has_prefix("prefix-rest", "prefix"), 6);
	KUNIT_EXPECT_EQ(test, str_has_prefix("prefix-rest", "suffix"), 0);
	KUNIT_EXPECT_STREQ(test, kbasename("/a/b/c"), "c");
	KUNIT_EXPECT_STREQ(test, kbasename("c"), "c");
}

static void memset64__words(struct kunit *test)
{
	u64 words[3] = {};
	char padded[6];

	memset64(words, 0x0123456789abcdefull, 2);
	KUNIT_EXPECT_EQ(test, words[1], 0x0123456789abcdefull);
	KUNIT_EXPECT_EQ(test, words[2], 0);
	memset32((u32 *)words, 7, 1);
	KUNIT_EXPECT_EQ(test, words[0], 0x0123456700000007ull);
	memcpy_and_pad(padded, sizeof(padded), "abc", 3, '.');
	KUNIT_EXPECT_MEMEQ(test, padded, "abc...", 6);
}

static void kstrtoull__strict(struct kunit *test)
{
	unsigned long long n = 7;

	KUNIT_EXPECT_EQ(test, kstrtoull("123\n", 10, &n), 0);
	KUNIT_EXPECT_EQ(test, n, 123);
	KUNIT_EXPECT_EQ(test, kstrtoull("0x1F", 0, &n), 0);
	KUNIT_EXPECT_EQ(test, n, 31);
	KUNIT_EXPECT_EQ(test, kstrtoull("017", 0, &n), 0);
	KUNIT_EXPECT_EQ(test, n, 15);
	KUNIT_EXPECT_EQ(test, kstrtoull("18446744073709551615", 0, &n), 0);
	KUNIT_EXPECT_EQ(test, n, ULLONG_MAX);
	KUNIT_EXPECT_EQ(test, kstrtoull("18446744073709551616", 0, &n), -ERANGE);
	KUNIT_EXPECT_EQ(test, kstrtoull("", 0, &n), -EINVAL);
	KUNIT_EXPECT_EQ(test, kstrtoull("12 ", 0, &n), -EINVAL);
	KUNIT_EXPECT_EQ(test, kstrtoull(" 12", 0, &n), -EINVAL);
	KUNIT_EXPECT_EQ(test, kstrtoull("-1", 0, &n), -EINVAL);
	KUNIT_EXPECT_EQ(test, kstrtoull("12g", 16, &n), -EINVAL);
	KUNIT_EXPECT_EQ(test, n, ULLONG_MAX);
}

static void kstrtoint__range(struct kunit *test)
{
	int n = 0;
	unsigned int u;
	bool b;

	KUNIT_EXPECT_EQ(test, kstrtoint("-2147483648", 10, &n), 0);
	KUNIT_EXPECT_EQ(test, n, INT_MIN);
	KUNIT_EXPECT_EQ(test, kstrtoint("2147483648", 10, &n), -ERANGE);
	KUNIT_EXPECT_EQ(test, kstrtouint("4294967296", 10, &u), -ERANGE);
	KUNIT_EXPECT_EQ(test, kstrtobool("on", &b), 0);
	KUNIT_EXPECT_TRUE(test, b);
	KUNIT_EXPECT_EQ(test, kstrtobool("0", &b), 0);
	KUNIT_EXPECT_FALSE(test, b);
	KUNIT_EXPECT_EQ(test, kstrtobool("maybe", &b), -EINVAL);
}

static void get_unaligned__any_order(struct kunit *test)
{
	u8 bytes[] = {0, 1, 2, 3, 4, 5, 6, 7, 8};

	KUNIT_EXPECT_EQ(test, get_unaligned_le32(bytes + 1), 0x04030201);
	KUNIT_EXPECT_EQ(test, get_unaligned_be32(bytes + 1), 0x01020304);
	KUNIT_EXPECT_EQ(test, get_unaligned_be64(bytes + 1), 0x0102030405060708ull);
	put_unaligned_be16(0xabcd, bytes + 1);
	KUNIT_EXPECT_EQ(test, bytes[1], 0xab);
	KUNIT_EXPECT_EQ(test, get_unaligned((u16 *)(bytes + 1)), 0xcdab);
	put_unaligned(0x11223344, (u32 *)(bytes + 3));
	KUNIT_EXPECT_EQ(test, get_unaligned_le32(bytes + 3), 0x11223344);
}

static void strnchr__not_past_the_end(struct kunit *test)
{
	KUNIT_EXPECT_NULL(test, strnchr("ab\0c", 4, 'c'));
	KUNIT_EXPECT_STREQ(test, strnchr("ab", 3, 0), "");
}

static void strreplace__every_one(struct kunit *test)
{
	char text[] = "a/b/c", none[] = "abc";

	KUNIT_EXPECT_PTR_EQ(test, strreplace(text, '/', '!'), (char *)text);
	KUNIT_EXPECT_STREQ(test, text, "a!b!c");
	KUNIT_EXPECT_STREQ(test, strreplace(none, '/', '!'), "abc");
}

static void sysfs_streq__one_newline_at_the_end(struct kunit *test)
{
	static const char *const names[] = {"one", "two", NULL};

	KUNIT_EXPECT_TRUE(test, sysfs_streq("two", "two\n"));
	KUNIT_EXPECT_TRUE(test, sysfs_streq("two\n", "two\n"));
	KUNIT_EXPECT_FALSE(test, sysfs_streq("two", "two\nx"));
	KUNIT_EXPECT_FALSE(test, sysfs_streq("two", "twox"));
	KUNIT_EXPECT_FALSE(test, sysfs_streq("twox", "two"));
	KUNIT_EXPECT_FALSE(test, sysfs_streq("tax", "two"));
	KUNIT_EXPECT_EQ(test, __sysfs_match_string(names, 3, "two\n"), 1);
	KUNIT_EXPECT_EQ(test, __sysfs_match_string(names, 3, "three\n"), -EINVAL);
}

static void memscan__where_or_the_end(struct kunit *test)
{
	u8 bytes[] = {1, 2, 3, 0xff};

	KUNIT_EXPECT_PTR_EQ(test, memscan(bytes, 3, 4), (void *)(bytes + 2));
	KUNIT_EXPECT_PTR_EQ(test, memscan(bytes, -1, 4), (void *)(bytes + 3));
	KUNIT_EXPECT_PTR_EQ(test, memscan(bytes, 3, 2), (void *)(bytes + 2));
	KUNIT_EXPECT_PTR_EQ(test, memscan(bytes, 7, 4), (void *)(bytes + 4));
}

static void memset16__as_many_as_asked(struct kunit *test)
{
	u16 words[3] = {1, 2, 3};

	KUNIT_EXPECT_PTR_EQ(test, memset16(words, 0xabcd, 2), (void *)words);
	KUNIT_EXPECT_EQ(test, words[1], 0xabcd);
	KUNIT_EXPECT_EQ(test, words[2], 3);
	memzero_explicit(words, 4);
	KUNIT_EXPECT_EQ(test, words[1], 0);
	KUNIT_EXPECT_EQ(test, words[2], 3);
}

static void kstrtoll__sign_and_range(struct kunit *test)
{
	unsigned long long u = 0;
	long long n = 0;

	KUNIT_EXPECT_EQ(test, kstrtoull("+5", 10, &u), 0);
	KUNIT_EXPECT_EQ(test, u, 5);
	KUNIT_EXPECT_EQ(test, kstrtoull("0xg", 0, &u), -EINVAL);
	KUNIT_EXPECT_EQ(test, kstrtoull("1{", 36, &u), -EINVAL);
	KUNIT_EXPECT_EQ(test, kstrtoull("g", 36, &u), -EINVAL);
	KUNIT_EXPECT_EQ(test, kstrtoull("F", 36, &u), 0);
	KUNIT_EXPECT_EQ(test, u, 15);
	KUNIT_EXPECT_EQ(test, kstrtoll("-9223372036854775808", 10, &n), 0);
	KUNIT_EXPECT_EQ(test, n, LLONG_MIN);
	KUNIT_EXPECT_EQ(test, kstrtoll("-9223372036854775809", 10, &n), -ERANGE);
	KUNIT_EXPECT_EQ(test, kstrtoll("9223372036854775808", 10, &n), -ERANGE);
	KUNIT_EXPECT_EQ(test, kstrtoll("+7", 10, &n), 0);
	KUNIT_EXPECT_EQ(test, n, 7);
	KUNIT_EXPECT_EQ(test, kstrtoll("-+7", 10, &n), -EINVAL);
	KUNIT_EXPECT_EQ(test, kstrtoll("--7", 10, &n), -EINVAL);
	KUNIT_EXPECT_EQ(test, n, 7);
}

static void kstrtouint__no_number_at_all(struct kunit *test)
{
	unsigned int u = 7;
	int n = 7;

	KUNIT_EXPECT_EQ(test, kstrtouint("4294967295", 10, &u), 0);
	KUNIT_EXPECT_EQ(test, u, UINT_MAX);
	KUNIT_EXPECT_EQ(test, kstrtouint("x", 10, &u), -EINVAL);
	KUNIT_EXPECT_EQ(test, kstrtoint("x", 10, &n), -EINVAL);
	KUNIT_EXPECT_EQ(test, u, UINT_MAX);
	KUNIT_EXPECT_EQ(test, n, 7);
}

static void kstrtobool__words(struct kunit *test)
{
	static const char *const yes[] = {"y", "Y", "t", "T", "1", "on", "ON", "yes"};
	static const char *const no[] = {"n", "N", "f", "F", "0", "off", "OFF", "no"};
	static const char *const neither[] = {"", "2", "o", "ox", "x"};
	bool b = false;

	for (int i = 0; i < 8; i++) {
		KUNIT_EXPECT_EQ(test, kstrtobool(yes[i], &b), 0);
		KUNIT_EXPECT_TRUE(test, b);
		KUNIT_EXPECT_EQ(test, kstrtobool(no[i], &b), 0);
		KUNIT_EXPECT_FALSE(test, b);
	}
	for (int i = 0; i < 5; i++)
		KUNIT_EXPECT_EQ(test, kstrtobool(neither[i], &b), -EINVAL);
	KUNIT_EXPECT_EQ(test, kstrtobool(NULL, &b), -EINVAL);
}

static void simple_strtoull__as_far_as_digits_go(struct kunit *test)
{
	char *end;

	KUNIT_EXPECT_EQ(test, simple_strtoull("0x1fz", &end, 0), 31);
	KUNIT_EXPECT_STREQ(test, end, "z");
	KUNIT_EXPECT_EQ(test, simple_strtoul("077", NULL, 0), 63);
	KUNIT_EXPECT_EQ(test, simple_strtoul("none", &end, 10), 0);
	KUNIT_EXPECT_STREQ(test, end, "none");
}

#ifdef __PSIM__
static void strlcat__onto_what_has_no_end_is_a_bug(struct kunit *test)
{
	char buffer[4] = {'a', 'b', 'c', 'd'};

	kunit_expect_halt(test, "BUG: strlcat(): have >= size");
	strlcat(buffer, "e", sizeof(buffer));
	KUNIT_FAIL(test, "strlcat() came back");
}
#endif

static struct kunit_case cases[] = {KUNIT_CASE(strscpy__cuts_and_ends),
				    KUNIT_CASE(strlcat__length_of_the_whole),
				    KUNIT_CASE(memchr_inv__first_other_byte),
				    KUNIT_CASE(strim__both_ends),
				    KUNIT_CASE(strnstr__within_the_length),
				    KUNIT_CASE(match_string__index_or_error),
				    KUNIT_CASE(memset64__words),
				    KUNIT_CASE(kstrtoull__strict),
				    KUNIT_CASE(kstrtoint__range),
				    KUNIT_CASE(get_unaligned__any_order),
				    KUNIT_CASE(strnchr__not_past_the_end),
				    KUNIT_CASE(strreplace__every_one),
				    KUNIT_CASE(sysfs_streq__one_newline_at_the_end),
				    KUNIT_CASE(memscan__where_or_the_end),
				    KUNIT_CASE(memset16__as_many_as_asked),
				    KUNIT_CASE(kstrtoll__sign_and_range),
				    KUNIT_CASE(kstrtouint__no_number_at_all),
				    KUNIT_CASE(kstrtobool__words),
				    KUNIT_CASE(simple_strtoull__as_far_as_digits_go),
#ifdef __PSIM__
				    KUNIT_CASE(strlcat__onto_what_has_no_end_is_a_bug),
#endif
				    {}};

static struct kunit_suite suite = {
	.name = "string",
	.test_cases = cases,
};
kunit_test_suite(suite);

MODULE_LICENSE("Dual MIT/GPL");
