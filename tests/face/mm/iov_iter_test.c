// SPDX-License-Identifier: MIT
/* Iterators over pieces of memory: how far they are, there and back, and the bytes that they move. */
#include <kunit/test.h>
#include <linux/fs.h>
#include <linux/gfp.h>
#include <linux/highmem.h>
#include <linux/mm.h>
#include <linux/mman.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include <linux/uio.h>

#include "user_page.h"

/* One page of user memory, nothing behind it. */
static char a[4], b[8], c[4];
static const struct kvec pieces[] = {{a, sizeof(a)}, {b, sizeof(b)}, {c, sizeof(c)}};

#define ALL (sizeof(a) + sizeof(b) + sizeof(c))

static int init(struct kunit *test)
{
	memset(a, '-', sizeof(a));
	memset(b, '-', sizeof(b));
	memset(c, '-', sizeof(c));
	return user_page_init(test);
}

static void copy_to_iter__fills_piece_after_piece(struct kunit *test)
{
	struct iov_iter i;

	iov_iter_kvec(&i, ITER_DEST, pieces, 3, ALL);
	KUNIT_EXPECT_TRUE(test, iov_iter_is_kvec(&i));
	KUNIT_EXPECT_FALSE(test, user_backed_iter(&i));
	KUNIT_EXPECT_EQ(test, (int)iov_iter_rw(&i), ITER_DEST);
	KUNIT_EXPECT_EQ(test, iov_iter_single_seg_count(&i), 4ul);
	KUNIT_EXPECT_EQ(test, copy_to_iter("abcdef", 6, &i), 6ul);
	KUNIT_EXPECT_EQ(test, iov_iter_count(&i), ALL - 6);
	KUNIT_EXPECT_EQ(test, iov_iter_single_seg_count(&i), 6ul);
	KUNIT_EXPECT_EQ(test, iov_iter_zero(7, &i), 7ul);
	KUNIT_EXPECT_EQ(test, copy_to_iter("ghijkl", 6, &i), 3ul);
	KUNIT_EXPECT_EQ(test, iov_iter_count(&i), 0ul);
	KUNIT_EXPECT_MEMEQ(test, a, "abcd", 4);
	KUNIT_EXPECT_MEMEQ(test, b, "ef\0\0\0\0\0\0", 8);
	KUNIT_EXPECT_MEMEQ(test, c, "\0ghi", 4);
}

static void iov_iter_revert__as_far_as_it_came(struct kunit *test)
{
	char text[8] = "";
	struct iov_iter i;

	memcpy(a, "abcd", 4);
	memcpy(b, "efghijkl", 8);
	iov_iter_kvec(&i, ITER_SOURCE, pieces, 3, ALL);
	iov_iter_advance(&i, 4);
	iov_iter_advance(&i, 3);
	KUNIT_EXPECT_EQ(test, copy_from_iter(text, 2, &i), 2ul);
	KUNIT_EXPECT_STREQ(test, text, "hi");
	iov_iter_revert(&i, 7);
	KUNIT_EXPECT_EQ(test, iov_iter_count(&i), ALL - 2);
	KUNIT_EXPECT_EQ(test, copy_from_iter(text, 4, &i), 4ul);
	KUNIT_EXPECT_STREQ(test, text, "cdef");
	iov_iter_truncate(&i, 1);
	KUNIT_EXPECT_EQ(test, copy_from_iter(text, 4, &i), 1ul);
	KUNIT_EXPECT_STREQ(test, text, "gdef");
	iov_iter_reexpand(&i, 5);
	KUNIT_EXPECT_FALSE(test, copy_from_iter_full(text, 6, &i));
	KUNIT_EXPECT_EQ(test, iov_iter_count(&i), 5ul);
	KUNIT_EXPECT_TRUE(test, copy_from_iter_full(text, 5, &i));
	KUNIT_EXPECT_MEMEQ(test, text, "hijkl", 5);
}

static void iov_iter_ubuf__ends_where_memory_does(struct kunit *test)
{
	struct iov_iter i;
	char text[8] = "";

	iov_iter_ubuf(&i, ITER_DEST, near_the_end(4), 8);
	KUNIT_EXPECT_TRUE(test, iter_is_ubuf(&i) && user_backed_iter(&i));
	KUNIT_EXPECT_EQ(test, copy_to_iter("abcdef", 6, &i), 4ul);
	KUNIT_EXPECT_EQ(test, iov_iter_count(&i), 4ul);
	iov_iter_ubuf(&i, ITER_SOURCE, near_the_end(4), 8);
	KUNIT_EXPECT_EQ(test, iov_iter_single_seg_count(&i), 8ul);
	KUNIT_EXPECT_EQ(test, copy_from_iter(text, 6, &i), 4ul);
	KUNIT_EXPECT_STREQ(test, text, "abcd");
	iov_iter_revert(&i, 4);
	KUNIT_EXPECT_FALSE(test, copy_from_iter_full(text, 6, &i));
	KUNIT_EXPECT_EQ(test, iov_iter_count(&i), 8ul);
}

static void iov_iter_init__of_several_buffers(struct kunit *test)
{
	struct iovec iov[2] = {{near_the_end(100), 2}, {near_the_end(50), 3}};
	struct iov_iter i;
	char text[8] = "";

	iov_iter_init(&i, ITER_DEST, iov, 2, 5);
	KUNIT_EXPECT_TRUE(test, iter_is_iovec(&i));
	KUNIT_EXPECT_EQ(test, copy_to_iter("abcde", 5, &i), 5ul);
	KUNIT_EXPECT_EQ(test, copy_from_user(text, near_the_end(100), 2), 0ul);
	KUNIT_EXPECT_EQ(test, copy_from_user(text + 2, near_the_end(50), 3), 0ul);
	KUNIT_EXPECT_STREQ(test, text, "abcde");
}

static void copy_page_to_iter__part_of_a_page(struct kunit *test)
{
	struct page *page = alloc_page(GFP_KERNEL | __GFP_ZERO);
	struct iov_iter i;

	KUNIT_ASSERT_NOT_NULL(test, page);
	iov_iter_kvec(&i, ITER_SOURCE, pieces, 3, ALL);
	KUNIT_EXPECT_EQ(test, copy_page_from_iter(page, PAGE_SIZE - 6, 6, &i), 6ul);
	iov_iter_kvec(&i, ITER_DEST, pieces, 3, ALL);
	KUNIT_EXPECT_EQ(test, copy_page_to_iter(page, PAGE_SIZE - 8, 8, &i), 8ul);
	KUNIT_EXPECT_MEMEQ(test, a, "\0\0--", 4);
	KUNIT_EXPECT_MEMEQ(test, b, "--------", 8);
	__free_page(page);
}

#ifdef __PSIM__ /* a kernel's file has more to it */
static void init_sync_kiocb__waits_for_the_end(struct kunit *test)
{
	struct file file = {};
	struct kiocb kiocb;

	init_sync_kiocb(&kiocb, &file);
	KUNIT_EXPECT_TRUE(test, is_sync_kiocb(&kiocb));
	KUNIT_EXPECT_PTR_EQ(test, kiocb.ki_filp, &file);
	KUNIT_EXPECT_EQ(test, kiocb.ki_pos, 0ll);
}
#endif

static struct kunit_case cases[] = {
	KUNIT_CASE(copy_to_iter__fills_piece_after_piece),
	KUNIT_CASE(iov_iter_revert__as_far_as_it_came),
	KUNIT_CASE(iov_iter_ubuf__ends_where_memory_does),
	KUNIT_CASE(iov_iter_init__of_several_buffers),
	KUNIT_CASE(copy_page_to_iter__part_of_a_page),
#ifdef __PSIM__
	KUNIT_CASE(init_sync_kiocb__waits_for_the_end),
#endif
	{},
};

static struct kunit_suite suite = {.name = "iov_iter", .init = init, .test_cases = cases};
kunit_test_suite(suite);
