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
				    {}};

static struct kunit_suite suite = {
	.name = "string",
	.test_cases = cases,
};
kunit_test_suite(suite);

MODULE_LICENSE("Dual MIT/GPL");
