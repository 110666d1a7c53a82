// SPDX-License-Identifier: MIT
/*
 * Several tasks that fault at one empty, shared or device slot of 2 MiB at the same time, each at a page of
 * its own. One of them maps the folio, or splits the leaf; no store is lost, and no folio is left over.
 */
#include "huge.h"

#ifdef __PSIM__
#include <psim/machine.h>

#define TASKS  4
#define ROUNDS 4

struct user {
	struct hx *hx;
	unsigned int page;
	u64 value;
	struct completion done;
};

static int use(void *arg)
{
	struct user *user = arg;

	kthread_use_mm(user->hx->mm);
	if (user->value)
		hx_write(user->hx, user->page, user->value);
	user->value = hx_read(user->hx, user->page);
	kthread_unuse_mm(user->hx->mm);
	complete(&user->done);
	return 0;
}

static u64 value_of(unsigned int i, unsigned int round)
{
	return i < TASKS ? 0x77000ull + round * 16 + i : 0;
}

static unsigned int page_of(unsigned int i)
{
	return 20 + 100 * i;
}

/* Of the first span, by TASKS tasks that store and one that loads. */
static void use_all_at_once(struct hx *hx, unsigned int round, u64 unwritten)
{
	struct user users[TASKS + 1];

	for (unsigned int i = 0; i <= TASKS; i++) {
		users[i] = (struct user){.hx = hx, .page = page_of(i), .value = value_of(i, round)};
		init_completion(&users[i].done);
		KUNIT_ASSERT_FALSE(hx->test, IS_ERR(kthread_run(use, &users[i], "user%u", i)));
	}
	for (unsigned int i = 0; i <= TASKS; i++) {
		u64 wanted = i < TASKS ? value_of(i, round) : unwritten;

		wait_for_completion(&users[i].done);
		KUNIT_EXPECT_EQ(hx->test, users[i].value, wanted);
		KUNIT_EXPECT_EQ(hx->test, hx_read(hx, page_of(i)), wanted);
	}
}

/* The span again as if it had never been touched. */
static void forget(struct hx *hx)
{
	struct vm_area_struct *vma;

	KUNIT_ASSERT_EQ(hx->test,
			vm_mmap(NULL, hx_at(hx, 0), SPAN * PAGE_SIZE, PROT_READ | PROT_WRITE,
				MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, 0),
			hx_at(hx, 0));
	mmap_write_lock(hx->mm);
	vma = vma_lookup(hx->mm, hx_at(hx, 0));
	vm_flags_set(vma, VM_HUGEPAGE);
	mmap_write_unlock(hx->mm);
}

/* S6.61: one folio, however many wanted one */
static void fault__all_at_a_hole_of_2_mib(struct kunit *test)
{
	struct hx *hx = test->priv;

	for (unsigned int round = 0; round < ROUNDS; round++) {
		forget(hx);
		use_all_at_once(hx, round, 0);
		KUNIT_EXPECT_TRUE(test, hx_is_leaf(hx, 0));
		KUNIT_EXPECT_EQ(test, hx_rss(hx), (unsigned long)SPAN);
	}
}

static void fault__all_at_the_huge_zero_folio(struct kunit *test)
{
	struct hx *hx = test->priv;

	for (unsigned int round = 0; round < ROUNDS; round++) {
		forget(hx);
		KUNIT_EXPECT_EQ(test, hx_read(hx, 0), 0ull);
		KUNIT_EXPECT_EQ(test, hx_rss(hx), 0ul);
		use_all_at_once(hx, round, 0);
		KUNIT_EXPECT_EQ(test, hx_rss(hx), (unsigned long)SPAN);
	}
}

/* The first span, each page that is asked for with a value. */
static void fill(struct hx *hx)
{
	forget(hx);
	for (unsigned int i = 0; i <= TASKS; i++)
		hx_write(hx, page_of(i), 0xf1f1);
	KUNIT_EXPECT_TRUE(hx->test, hx_is_leaf(hx, 0));
	lru_add_drain_all();
}

/* S6.7: the device's folio comes back whole */
static void fault__all_at_a_leaf_of_the_device(struct kunit *test)
{
	struct hx *hx = test->priv;

	for (unsigned int round = 0; round < ROUNDS; round++) {
		fill(hx);
		hx_to_device(hx, 0, SPAN);
		KUNIT_EXPECT_TRUE(test, hx_on_device(hx, page_of(0)));
		use_all_at_once(hx, round, 0xf1f1);
		KUNIT_EXPECT_EQ(test, hx_rss(hx), (unsigned long)SPAN);
		KUNIT_EXPECT_EQ(test, hx_dev_used(hx), 0u);
	}
}

/* A child has the folio as well: what is written is copied, page by page. */
static void fault__all_at_a_leaf_shared_with_a_child(struct kunit *test)
{
	struct hx *hx = test->priv;
	struct mm_struct *child, *parent = hx->mm;

	fill(hx);
	child = kunit_fork_mm(test);
	KUNIT_ASSERT_NOT_NULL(test, child);
	use_all_at_once(hx, 0, 0xf1f1);
	KUNIT_EXPECT_FALSE(test, hx_is_leaf(hx, 0));
	current->mm = hx->mm = child;
	for (unsigned int i = 0; i <= TASKS; i++)
		KUNIT_EXPECT_EQ(test, hx_read(hx, page_of(i)), 0xf1f1ull);
	current->mm = hx->mm = parent;
}

/* A leaf that a child had as well: to be read, and the folio exclusive to nobody. */
static struct page *share_and_forget(struct hx *hx)
{
	struct mm_struct *child, *parent = hx->mm;

	fill(hx);
	child = kunit_fork_mm(hx->test);
	KUNIT_ASSERT_NOT_NULL(hx->test, child);
	current->mm = hx->mm = child;
	KUNIT_EXPECT_EQ(hx->test, vm_munmap(hx->map, hx->map_len), 0);
	current->mm = hx->mm = parent;
	return hx_page(hx, 0);
}

/* The only user makes the leaf writable where it is. */
static void fault__all_at_a_leaf_that_was_shared(struct kunit *test)
{
	struct hx *hx = test->priv;
	struct page *page = share_and_forget(hx);

	use_all_at_once(hx, 0, 0xf1f1);
	KUNIT_EXPECT_TRUE(test, hx_is_leaf(hx, 0));
	KUNIT_EXPECT_PTR_EQ(test, hx_page(hx, 0), page);
}

/* Whoever has the folio's lock is waited for. */
static void fault__leaf_is_locked(struct kunit *test)
{
	struct hx *hx = test->priv;
	struct user user = {.hx = hx, .page = 7, .value = 0x99};
	struct folio *folio = page_folio(share_and_forget(hx));

	folio_lock(folio);
	init_completion(&user.done);
	KUNIT_ASSERT_FALSE(test, IS_ERR(kthread_run(use, &user, "writer")));
	for (unsigned int i = 0; i < 200; i++)
		cond_resched();
	KUNIT_EXPECT_FALSE(test, completion_done(&user.done));
	folio_unlock(folio);
	wait_for_completion(&user.done);
	KUNIT_EXPECT_EQ(test, user.value, 0x99ull);
	KUNIT_EXPECT_TRUE(test, hx_is_leaf(hx, 0));
	KUNIT_EXPECT_EQ(test, folio_ref_count(folio), 1);
}

#define KUNIT_CASES(function)                                                               \
	KUNIT_CASE(function), KUNIT_CASE_PSIM(function, .scheduler = "random", .seed = 21), \
		KUNIT_CASE_PSIM(function, .scheduler = "random", .seed = 22),               \
		KUNIT_CASE_PSIM(function, .scheduler = "random", .seed = 23)
#endif

static struct kunit_case cases[] = {
#ifdef __PSIM__
	KUNIT_CASES(fault__all_at_a_hole_of_2_mib),
	KUNIT_CASES(fault__all_at_the_huge_zero_folio),
	KUNIT_CASES(fault__all_at_a_leaf_of_the_device),
	KUNIT_CASES(fault__all_at_a_leaf_shared_with_a_child),
	KUNIT_CASES(fault__all_at_a_leaf_that_was_shared),
	KUNIT_CASE(fault__leaf_is_locked),
#endif
	{},
};

static struct kunit_suite suite = {
	.name = "migrate-huge-same-slot", .init = hx_init, .exit = hx_exit, .test_cases = cases};
kunit_test_suite(suite);
