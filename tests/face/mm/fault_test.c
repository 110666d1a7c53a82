// SPDX-License-Identifier: MIT
/* Faults of private anonymous memory: demand-zero, the zero page, what notifiers see, rss, permissions. */
#include <kunit/test.h>
#include <linux/err.h>
#include <linux/mm.h>
#include <linux/mman.h>
#include <linux/mmu_notifier.h>
#include <linux/sched.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#define PAGES	   8
#define MAX_EVENTS 16

/**
 * struct fixture - memory of PAGES pages, watched by an interval notifier
 * @in_callback_rss: anonymous pages as the last callback saw them
 */
struct fixture {
	struct mmu_interval_notifier sub;
	unsigned long base;
	unsigned int events;
	struct {
		enum mmu_notifier_event event;
		unsigned long start, end;
	} log[MAX_EVENTS];
	unsigned long in_callback_rss;
};

static bool record(struct mmu_interval_notifier *sub, const struct mmu_notifier_range *range,
		   unsigned long cur_seq)
{
	struct fixture *fx = container_of(sub, struct fixture, sub);

	mmu_interval_set_seq(sub, cur_seq);
	fx->in_callback_rss = get_mm_counter(sub->mm, MM_ANONPAGES);
	if (fx->events < MAX_EVENTS) {
		fx->log[fx->events].event = range->event;
		fx->log[fx->events].start = range->start;
		fx->log[fx->events].end = range->end;
	}
	fx->events++;
	return true;
}

static const struct mmu_interval_notifier_ops record_ops = {.invalidate = record};

static int init(struct kunit *test)
{
	struct fixture *fx = kunit_kzalloc(test, sizeof(*fx), GFP_KERNEL);
	int err = kunit_attach_mm();

	if (!fx || err)
		return -ENOMEM;
	fx->base = vm_mmap(NULL, 0, PAGES * PAGE_SIZE, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS, 0);
	if (IS_ERR_VALUE(fx->base))
		return -ENOMEM;
	test->priv = fx;
	return mmu_interval_notifier_insert(&fx->sub, current->mm, fx->base, PAGES * PAGE_SIZE,
					    &record_ops);
}

static void finish(struct kunit *test)
{
	struct fixture *fx = test->priv;

	vm_munmap(fx->base, PAGES * PAGE_SIZE);
	mmu_interval_notifier_remove(&fx->sub);
}

static void __user *at(const struct fixture *fx, unsigned int page, unsigned int offset)
{
	return u64_to_user_ptr(fx->base + page * PAGE_SIZE + offset);
}

static unsigned long anon_pages(void)
{
	return get_mm_counter(current->mm, MM_ANONPAGES);
}

/* S6.41 */
static void read_fault__hole_reads_zeros_and_counts_nothing(struct kunit *test)
{
	struct fixture *fx = test->priv;
	u64 value = 1;

	KUNIT_EXPECT_EQ(test, copy_from_user(&value, at(fx, 0, 64), sizeof(value)), 0ul);
	KUNIT_EXPECT_EQ(test, value, 0ull);
	KUNIT_EXPECT_EQ(test, anon_pages(), 0ul);
	KUNIT_EXPECT_EQ(test, fx->events, 0);
}

/* S6.41 */
static void write_fault__hole_gets_a_page_of_zeros(struct kunit *test)
{
	struct fixture *fx = test->priv;
	u64 value = 0x1122334455667788ull, back = 0, beside = 1;

	KUNIT_EXPECT_EQ(test, copy_to_user(at(fx, 1, 128), &value, sizeof(value)), 0ul);
	KUNIT_EXPECT_EQ(test, anon_pages(), 1ul);
	KUNIT_EXPECT_EQ(test, fx->events, 0);
	KUNIT_EXPECT_EQ(test, copy_from_user(&back, at(fx, 1, 128), sizeof(back)), 0ul);
	KUNIT_EXPECT_EQ(test, back, value);
	KUNIT_EXPECT_EQ(test, copy_from_user(&beside, at(fx, 1, 136), sizeof(beside)), 0ul);
	KUNIT_EXPECT_EQ(test, beside, 0ull);
}

/* S6.42 */
static void write_fault__zero_page_sends_clear_for_one_page(struct kunit *test)
{
	struct fixture *fx = test->priv;
	u64 value = 7;

	KUNIT_EXPECT_EQ(test, copy_from_user(&value, at(fx, 2, 0), sizeof(value)), 0ul);
	KUNIT_ASSERT_EQ(test, fx->events, 0);
	value = 9;
	KUNIT_EXPECT_EQ(test, copy_to_user(at(fx, 2, 8), &value, sizeof(value)), 0ul);
	KUNIT_ASSERT_EQ(test, fx->events, 1);
	KUNIT_EXPECT_EQ(test, fx->log[0].event, MMU_NOTIFY_CLEAR);
	KUNIT_EXPECT_EQ(test, fx->log[0].start, fx->base + 2 * PAGE_SIZE);
	KUNIT_EXPECT_EQ(test, fx->log[0].end, fx->base + 3 * PAGE_SIZE);
	/* the switch lies between start and end: the callback came before it */
	KUNIT_EXPECT_EQ(test, fx->in_callback_rss, 0ul);
	KUNIT_EXPECT_EQ(test, anon_pages(), 1ul);
	KUNIT_EXPECT_EQ(test, copy_from_user(&value, at(fx, 2, 0), sizeof(value)), 0ul);
	KUNIT_EXPECT_EQ(test, value, 0ull);
	KUNIT_EXPECT_EQ(test, copy_from_user(&value, at(fx, 2, 8), sizeof(value)), 0ul);
	KUNIT_EXPECT_EQ(test, value, 9ull);
}

/* S6.41: the page is there, so writing it again is no fault that anybody sees */
static void write_fault__only_the_first(struct kunit *test)
{
	struct fixture *fx = test->priv;
	unsigned int i;
	u8 byte = 3;

	for (i = 0; i < 64; i++)
		KUNIT_EXPECT_EQ(test, copy_to_user(at(fx, 3, i), &byte, 1), 0ul);
	KUNIT_EXPECT_EQ(test, anon_pages(), 1ul);
	KUNIT_EXPECT_EQ(test, fx->events, 0);
}

static void copy_to_user__crosses_pages(struct kunit *test)
{
	struct fixture *fx = test->priv;
	u8 *out = kunit_kzalloc(test, 3 * PAGE_SIZE, GFP_KERNEL);
	u8 *in = kunit_kzalloc(test, 3 * PAGE_SIZE, GFP_KERNEL);
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, out);
	KUNIT_ASSERT_NOT_NULL(test, in);
	for (i = 0; i < 3 * PAGE_SIZE; i++)
		out[i] = i * 7 + (i >> 8);
	KUNIT_EXPECT_EQ(test, copy_to_user(at(fx, 2, 100), out, 3 * PAGE_SIZE), 0ul);
	KUNIT_EXPECT_EQ(test, anon_pages(), 4ul);
	KUNIT_EXPECT_EQ(test, copy_from_user(in, at(fx, 2, 100), 3 * PAGE_SIZE), 0ul);
	KUNIT_EXPECT_MEMEQ(test, in, out, 3 * PAGE_SIZE);
}

/* Bytes that were NOT copied: from the first one that cannot be reached. */
static void copy_to_user__runs_into_a_hole(struct kunit *test)
{
	struct fixture *fx = test->priv;
	char bytes[256];

	memset(bytes, 'x', sizeof(bytes));
	KUNIT_ASSERT_EQ(test, vm_munmap(fx->base + 4 * PAGE_SIZE, PAGE_SIZE), 0);
	KUNIT_EXPECT_EQ(test, copy_to_user(at(fx, 3, PAGE_SIZE - 100), bytes, 256), 156ul);
	KUNIT_EXPECT_EQ(test, copy_from_user(bytes, at(fx, 3, PAGE_SIZE - 100), 256), 156ul);
	KUNIT_EXPECT_EQ(test, bytes[99], 'x');
	KUNIT_EXPECT_EQ(test, bytes[100], 0);
	KUNIT_EXPECT_EQ(test, bytes[255], 0);
}

static void copy_to_user__read_only(struct kunit *test)
{
	unsigned long ro = vm_mmap(NULL, 0, PAGE_SIZE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, 0);
	u32 value = 5;

	KUNIT_ASSERT_FALSE(test, IS_ERR_VALUE(ro));
	KUNIT_EXPECT_EQ(test, copy_to_user(u64_to_user_ptr(ro), &value, 4), 4ul);
	KUNIT_EXPECT_EQ(test, copy_from_user(&value, u64_to_user_ptr(ro), 4), 0ul);
	KUNIT_EXPECT_EQ(test, value, 0u);
	KUNIT_EXPECT_EQ(test, copy_to_user(u64_to_user_ptr(ro), &value, 4), 4ul);
	KUNIT_EXPECT_EQ(test, vm_munmap(ro, PAGE_SIZE), 0);
}

/* either number may be too large by itself, and so may be where they end */
static void access_ok__bounds(struct kunit *test)
{
	KUNIT_EXPECT_TRUE(test, access_ok((void __user *)0, TASK_SIZE_MAX));
	KUNIT_EXPECT_TRUE(test, access_ok((void __user *)(TASK_SIZE_MAX - 8), 8));
	KUNIT_EXPECT_FALSE(test, access_ok((void __user *)-4096ul, 8));
	KUNIT_EXPECT_FALSE(test, access_ok((void __user *)4096, -8192ul));
}

static void copy_from_user__no_access_at_all(struct kunit *test)
{
	unsigned long none = vm_mmap(NULL, 0, PAGE_SIZE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, 0);
	u32 value = 5;

	KUNIT_ASSERT_FALSE(test, IS_ERR_VALUE(none));
	KUNIT_EXPECT_EQ(test, copy_from_user(&value, u64_to_user_ptr(none), 4), 4ul);
	KUNIT_EXPECT_EQ(test, value, 0u);
	KUNIT_EXPECT_EQ(test, copy_to_user(u64_to_user_ptr(none), &value, 4), 4ul);
	KUNIT_EXPECT_EQ(test, vm_munmap(none, PAGE_SIZE), 0);
}

static void get_user__and_put_user(struct kunit *test)
{
	struct fixture *fx = test->priv;
	u32 __user *word = at(fx, 5, 16);
	u32 value = 1;

	KUNIT_EXPECT_EQ(test, put_user(0xdeadbeef, word), 0);
	KUNIT_EXPECT_EQ(test, get_user(value, word), 0);
	KUNIT_EXPECT_EQ(test, value, 0xdeadbeef);
	KUNIT_EXPECT_EQ(test, put_user(1, (u32 __user *)u64_to_user_ptr(PAGE_SIZE)), -EFAULT);
	KUNIT_EXPECT_EQ(test, get_user(value, (u32 __user *)u64_to_user_ptr(PAGE_SIZE)), -EFAULT);
}

static void clear_user__writes_zeros(struct kunit *test)
{
	struct fixture *fx = test->priv;
	u8 bytes[600];
	unsigned int i;

	memset(bytes, 0xff, sizeof(bytes));
	KUNIT_ASSERT_EQ(test, copy_to_user(at(fx, 6, 0), bytes, 600), 0ul);
	KUNIT_EXPECT_EQ(test, clear_user(at(fx, 6, 10), 580), 0ul);
	KUNIT_ASSERT_EQ(test, copy_from_user(bytes, at(fx, 6, 0), 600), 0ul);
	for (i = 0; i < 600; i++)
		KUNIT_EXPECT_EQ_MSG(test, bytes[i], i < 10 || i >= 590 ? 0xff : 0, "byte %u", i);
}

/* S6.32: one event over the span, not one a page or a VMA */
static void vm_munmap__sends_unmap_over_the_span(struct kunit *test)
{
	struct fixture *fx = test->priv;
	u8 byte = 1;

	KUNIT_ASSERT_EQ(test, copy_to_user(at(fx, 1, 0), &byte, 1), 0ul);
	KUNIT_ASSERT_EQ(test, copy_to_user(at(fx, 3, 0), &byte, 1), 0ul);
	KUNIT_ASSERT_EQ(test, vm_munmap(fx->base + PAGE_SIZE, 4 * PAGE_SIZE), 0);
	KUNIT_ASSERT_EQ(test, fx->events, 1);
	KUNIT_EXPECT_EQ(test, fx->log[0].event, MMU_NOTIFY_UNMAP);
	KUNIT_EXPECT_EQ(test, fx->log[0].start, fx->base + PAGE_SIZE);
	KUNIT_EXPECT_EQ(test, fx->log[0].end, fx->base + 5 * PAGE_SIZE);
	/* S6.33: the callback comes before the slots are cleared */
	KUNIT_EXPECT_EQ(test, fx->in_callback_rss, 2ul);
	KUNIT_EXPECT_EQ(test, anon_pages(), 0ul);
}

/* The counterpart of S6.30 for ordinary pages: only what is unmapped is given back */
static void vm_munmap__part_keeps_the_rest(struct kunit *test)
{
	struct fixture *fx = test->priv;
	unsigned int i;
	u8 byte;

	for (i = 0; i < PAGES; i++) {
		byte = i + 1;
		KUNIT_ASSERT_EQ(test, copy_to_user(at(fx, i, 0), &byte, 1), 0ul);
	}
	KUNIT_ASSERT_EQ(test, vm_munmap(fx->base + 2 * PAGE_SIZE, 3 * PAGE_SIZE), 0);
	KUNIT_EXPECT_EQ(test, anon_pages(), PAGES - 3ul);
	for (i = 0; i < PAGES; i++) {
		bool gone = i >= 2 && i < 5;

		KUNIT_EXPECT_EQ(test, copy_from_user(&byte, at(fx, i, 0), 1), gone ? 1ul : 0ul);
		KUNIT_EXPECT_EQ(test, byte, gone ? 0 : i + 1);
	}
}

/* memory that was unmapped and mapped again is new */
static void vm_mmap__again_reads_zeros(struct kunit *test)
{
	struct fixture *fx = test->priv;
	u64 value = 0x5555;

	KUNIT_ASSERT_EQ(test, copy_to_user(at(fx, 0, 0), &value, 8), 0ul);
	KUNIT_ASSERT_EQ(test, vm_munmap(fx->base, PAGE_SIZE), 0);
	KUNIT_ASSERT_EQ(test,
			vm_mmap(NULL, fx->base, PAGE_SIZE, PROT_READ | PROT_WRITE,
				MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, 0),
			fx->base);
	KUNIT_EXPECT_EQ(test, copy_from_user(&value, at(fx, 0, 0), 8), 0ul);
	KUNIT_EXPECT_EQ(test, value, 0ull);
}

/*
 * S6.41: whatever the page held before; also when it takes the zero page's place. Enough pages that
 * most are not kept back by an LRU batch.
 */
static void write_fault__reused_page_holds_zeros_elsewhere(struct kunit *test)
{
	const unsigned long n = 64, length = n * PAGE_SIZE;
	u8 *bytes = kunit_kzalloc(test, PAGE_SIZE, GFP_KERNEL);
	unsigned int i, k, round;
	unsigned long base;
	u8 byte = 1;

	KUNIT_ASSERT_NOT_NULL(test, bytes);
	for (round = 0; round < 3; round++) {
		base = vm_mmap(NULL, 0, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
			       0);
		KUNIT_ASSERT_FALSE(test, IS_ERR_VALUE(base));
		for (i = 0; i < n; i++) {
			void __user *page = u64_to_user_ptr(base + i * PAGE_SIZE);

			if (round == 1)
				KUNIT_ASSERT_EQ(test, copy_from_user(bytes, page, 1), 0ul);
			KUNIT_ASSERT_EQ(test, copy_to_user(page + 9, &byte, 1), 0ul);
			KUNIT_ASSERT_EQ(test, copy_from_user(bytes, page, PAGE_SIZE), 0ul);
			for (k = 0; k < PAGE_SIZE; k++) {
				if (bytes[k] != (k == 9))
					KUNIT_FAIL_AND_ABORT(test, "round %u: byte %u: %#x", round,
							     k, bytes[k]);
			}
			memset(bytes, 0xa5, PAGE_SIZE);
			KUNIT_ASSERT_EQ(test, copy_to_user(page, bytes, PAGE_SIZE), 0ul);
		}
		KUNIT_ASSERT_EQ(test, vm_munmap(base, length), 0);
	}
}

static struct kunit_case cases[] = {
	KUNIT_CASE(read_fault__hole_reads_zeros_and_counts_nothing),
	KUNIT_CASE(write_fault__hole_gets_a_page_of_zeros),
	KUNIT_CASE(write_fault__zero_page_sends_clear_for_one_page),
	KUNIT_CASE(write_fault__only_the_first),
	KUNIT_CASE(copy_to_user__crosses_pages),
	KUNIT_CASE(copy_to_user__runs_into_a_hole),
	KUNIT_CASE(copy_to_user__read_only),
	KUNIT_CASE(access_ok__bounds),
	KUNIT_CASE(copy_from_user__no_access_at_all),
	KUNIT_CASE(get_user__and_put_user),
	KUNIT_CASE(clear_user__writes_zeros),
	KUNIT_CASE(vm_munmap__sends_unmap_over_the_span),
	KUNIT_CASE(vm_munmap__part_keeps_the_rest),
	KUNIT_CASE(vm_mmap__again_reads_zeros),
	KUNIT_CASE(write_fault__reused_page_holds_zeros_elsewhere),
	{},
};

static struct kunit_suite suite = {
	.name = "fault", .init = init, .exit = finish, .test_cases = cases};
kunit_test_suite(suite);
