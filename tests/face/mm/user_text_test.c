// SPDX-License-Identifier: MIT
/* Copies of user memory and of text in it, and structures that grew on one side. */
#include <kunit/test.h>
#include <linux/err.h>
#include <linux/kstrtox.h>
#include <linux/mm.h>
#include <linux/mman.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include "user_page.h"

static void put(struct kunit *test, char __user *to, const void *bytes, size_t n)
{
	KUNIT_ASSERT_EQ(test, copy_to_user(to, bytes, n), 0ul);
}

/* Those that copy bytes all answer alike. */
static void expect_copy(struct kunit *test, void *(*dup)(const void __user *, size_t))
{
	void *copy = dup(near_the_end(4), 4);

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, copy);
	KUNIT_EXPECT_MEMEQ(test, copy, "abcd", 4);
	kvfree(copy);
	KUNIT_EXPECT_EQ(test, PTR_ERR(dup(near_the_end(4), 5)), -EFAULT);
	KUNIT_EXPECT_EQ(test, PTR_ERR(dup(NULL, 1)), -EFAULT);
}

static void *dup_by_kmalloc(const void __user *from, size_t n)
{
	return memdup_user(from, n);
}

static void memdup_user__all_or_nothing(struct kunit *test)
{
	char *text;

	put(test, near_the_end(4), "abcd", 4);
	expect_copy(test, dup_by_kmalloc);
	expect_copy(test, vmemdup_user);
	text = memdup_user_nul(near_the_end(4), 4);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, text);
	KUNIT_EXPECT_STREQ(test, text, "abcd");
	kfree(text);
	KUNIT_EXPECT_EQ(test, PTR_ERR(memdup_user_nul(near_the_end(4), 5)), -EFAULT);
}

static void memdup_array_user__whose_size_overflows(struct kunit *test)
{
	u16 *copy;

	put(test, user(0), "abcdef", 6);
	copy = memdup_array_user(user(0), 3, 2);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, copy);
	KUNIT_EXPECT_MEMEQ(test, (char *)copy, "abcdef", 6);
	kfree(copy);
	copy = vmemdup_array_user(user(0), 2, 2);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, copy);
	KUNIT_EXPECT_MEMEQ(test, (char *)copy, "abcd", 4);
	kvfree(copy);
	KUNIT_EXPECT_EQ(test, PTR_ERR(memdup_array_user(user(0), 1ul << 33, 1ul << 33)),
			-EOVERFLOW);
	KUNIT_EXPECT_EQ(test, PTR_ERR(vmemdup_array_user(user(0), 1ul << 33, 1ul << 33)),
			-EOVERFLOW);
}

static void strndup_user__with_its_end(struct kunit *test)
{
	char *text;

	put(test, near_the_end(5), "abcd", 5);
	text = strndup_user(near_the_end(5), 5);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, text);
	KUNIT_EXPECT_STREQ(test, text, "abcd");
	kfree(text);
	KUNIT_EXPECT_EQ(test, PTR_ERR(strndup_user(near_the_end(5), 4)), -EINVAL);
	put(test, near_the_end(4), "abcd", 4);
	KUNIT_EXPECT_EQ(test, PTR_ERR(strndup_user(near_the_end(4), 100)), -EFAULT);
}

static void strncpy_from_user__up_to_the_end_or_the_room(struct kunit *test)
{
	char text[8];

	memset(text, 'x', sizeof(text));
	put(test, near_the_end(5), "abcd", 5);
	KUNIT_EXPECT_EQ(test, strncpy_from_user(text, near_the_end(5), sizeof(text)), 4l);
	KUNIT_EXPECT_STREQ(test, text, "abcd");
	memset(text, 'x', sizeof(text));
	KUNIT_EXPECT_EQ(test, strncpy_from_user(text, near_the_end(5), 3), 3l);
	KUNIT_EXPECT_MEMEQ(test, text, "abcx", 4);
	KUNIT_EXPECT_EQ(test, strncpy_from_user(text, near_the_end(5), 0), 0l);
	put(test, near_the_end(4), "abcd", 4);
	KUNIT_EXPECT_EQ(test, strncpy_from_user(text, near_the_end(4), sizeof(text)),
			(long)-EFAULT);
}

static void strnlen_user__counts_the_end(struct kunit *test)
{
	char text[200];

	memset(text, 'a', sizeof(text));
	text[199] = 0;
	put(test, near_the_end(200), text, 200);
	KUNIT_EXPECT_EQ(test, strnlen_user(near_the_end(200), 1000), 200l);
	KUNIT_EXPECT_EQ(test, strnlen_user(near_the_end(200), 200), 200l);
	KUNIT_EXPECT_GT(test, strnlen_user(near_the_end(200), 199), 199l);
	KUNIT_EXPECT_EQ(test, strnlen_user(near_the_end(1), 1), 1l);
	KUNIT_EXPECT_EQ(test, strnlen_user(near_the_end(0), 1), 0l);
#ifndef CONFIG_UML /* it has one of its own */
	KUNIT_EXPECT_EQ(test, strnlen_user(near_the_end(1), 0), 0l);
#endif
}

struct grown {
	u64 old, new;
};

static void copy_struct_from_user__of_another_size(struct kunit *test)
{
	struct grown it = {1, 2};
	u64 three[3] = {3, 4, 0};

	put(test, near_the_end(24), three, 24);
	KUNIT_EXPECT_EQ(test, copy_struct_from_user(&it, 16, near_the_end(24), 8), 0);
	KUNIT_EXPECT_EQ(test, it.old, 3ull);
	KUNIT_EXPECT_EQ(test, it.new, 0ull);
	KUNIT_EXPECT_EQ(test, copy_struct_from_user(&it, 16, near_the_end(24), 24), 0);
	KUNIT_EXPECT_EQ(test, it.new, 4ull);
	KUNIT_EXPECT_EQ(test, copy_struct_from_user(&it, 8, near_the_end(24), 16), -E2BIG);
	KUNIT_EXPECT_EQ(test, copy_struct_from_user(&it, 8, near_the_end(24), 32), -E2BIG);
	KUNIT_EXPECT_EQ(test, copy_struct_from_user(&it, 16, near_the_end(24), 32), -EFAULT);
	KUNIT_EXPECT_EQ(test, copy_struct_from_user(&it, 16, near_the_end(8), 16), -EFAULT);
}

static void check_zeroed_user__to_the_last_byte(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, check_zeroed_user(user(0), PAGE_SIZE), 1);
	KUNIT_EXPECT_EQ(test, check_zeroed_user(user(0), 0), 1);
	put(test, near_the_end(1), "x", 1);
	KUNIT_EXPECT_EQ(test, check_zeroed_user(user(3), PAGE_SIZE - 4), 1);
	KUNIT_EXPECT_EQ(test, check_zeroed_user(user(3), PAGE_SIZE - 3), 0);
	KUNIT_EXPECT_EQ(test, check_zeroed_user(near_the_end(0), 1), -EFAULT);
}

#ifdef __PSIM__ /* since 6.14 */
static void copy_struct_to_user__says_what_was_missed(struct kunit *test)
{
	struct grown it = {5, 6}, back = {};
	u64 three[3] = {1, 1, 1};
	bool ignored = false;

	put(test, user(0), three, 24);
	KUNIT_EXPECT_EQ(test, copy_struct_to_user(user(0), 24, &it, 16, &ignored), 0);
	KUNIT_EXPECT_FALSE(test, ignored);
	KUNIT_EXPECT_EQ(test, copy_from_user(three, user(0), 24), 0ul);
	KUNIT_EXPECT_EQ(test, three[1], 6ull);
	KUNIT_EXPECT_EQ(test, three[2], 0ull);
	KUNIT_EXPECT_EQ(test, copy_struct_to_user(near_the_end(8), 8, &it, 16, &ignored), 0);
	KUNIT_EXPECT_TRUE(test, ignored);
	KUNIT_EXPECT_EQ(test, copy_struct_to_user(near_the_end(8), 8, &back, 16, &ignored), 0);
	KUNIT_EXPECT_FALSE(test, ignored);
	KUNIT_EXPECT_EQ(test, copy_struct_to_user(near_the_end(8), 16, &it, 16, NULL), -EFAULT);
}
#endif

#define EXPECT_NUMBER(type, name, text, number)                                                   \
	do {                                                                                      \
		type value = 0;                                                                   \
		put(test, user(0), text, sizeof(text));                                           \
		KUNIT_EXPECT_EQ(test, name##_from_user(user(0), sizeof(text) - 1, 0, &value), 0); \
		KUNIT_EXPECT_EQ(test, value, (type)(number));                                     \
	} while (0)

static void kstrtox_from_user__of_every_size(struct kunit *test)
{
	u8 byte;

	EXPECT_NUMBER(u64, kstrtou64, "0xffffffffffffffff", ~0ull);
	EXPECT_NUMBER(s64, kstrtos64, "-5000000000", -5000000000);
	EXPECT_NUMBER(u32, kstrtou32, "4294967295", 4294967295);
	EXPECT_NUMBER(s32, kstrtos32, "-7", -7);
	EXPECT_NUMBER(u16, kstrtou16, "65535", 65535);
	EXPECT_NUMBER(s16, kstrtos16, "-32768", -32768);
	EXPECT_NUMBER(u8, kstrtou8, "0377", 255);
	EXPECT_NUMBER(s8, kstrtos8, "-128", -128);
	put(test, user(0), "256", 3);
	KUNIT_EXPECT_EQ(test, kstrtou8_from_user(user(0), 3, 0, &byte), -ERANGE);
	KUNIT_EXPECT_EQ(test, kstrtou8_from_user(near_the_end(0), 3, 0, &byte), -EFAULT);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(memdup_user__all_or_nothing),
	KUNIT_CASE(memdup_array_user__whose_size_overflows),
	KUNIT_CASE(strndup_user__with_its_end),
	KUNIT_CASE(strncpy_from_user__up_to_the_end_or_the_room),
	KUNIT_CASE(strnlen_user__counts_the_end),
	KUNIT_CASE(copy_struct_from_user__of_another_size),
	KUNIT_CASE(check_zeroed_user__to_the_last_byte),
#ifdef __PSIM__
	KUNIT_CASE(copy_struct_to_user__says_what_was_missed),
#endif
	KUNIT_CASE(kstrtox_from_user__of_every_size),
	{},
};

static struct kunit_suite suite = {
	.name = "user_text", .init = user_page_init, .test_cases = cases};
kunit_test_suite(suite);
