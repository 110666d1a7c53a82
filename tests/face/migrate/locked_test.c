// SPDX-License-Identifier: MIT
/*
 * Faults and get_user_pages() that meet a locked folio: they wait, without the mmap lock where the caller
 * can do without, and a fatal signal ends the wait.
 *
 *	case:    lock ................. unlock
 *	other:          access, waits ·········▶ has it
 */
#include <linux/delay.h>
#include <linux/rmap.h>
#include <linux/sched/signal.h>
#include <linux/shmem_fs.h>

#include "fixture.h"

#define VALUE 0x1234

/* A page of a file, in the cache and in no slot, locked, with a reference. */
static struct page *locked_file_page(struct fx *fx)
{
	struct file *file = shmem_file_setup("locked", PAGE_SIZE, 0);
	unsigned long flags = MAP_SHARED | MAP_FIXED, prot = PROT_READ | PROT_WRITE;
	struct page *page;

	KUNIT_ASSERT_FALSE(fx->test, IS_ERR(file));
	KUNIT_ASSERT_EQ(fx->test, vm_mmap(file, fx->base, PAGE_SIZE, prot, flags, 0), fx->base);
	poke(fx, 0, VALUE);
	settle(fx);
	page = page_at(fx, 0);
	get_page(page);
	KUNIT_ASSERT_EQ(fx->test, vm_mmap(file, fx->base, PAGE_SIZE, prot, flags, 0), fx->base);
	fput(file);
	lock_page(page);
	return page;
}

static void read_it(struct other *other)
{
	other->value = peek(other->fx, 0);
}

/* It gets no further until the page is unlocked. */
static void expect_end(struct kunit *test, struct other *other, struct page *page)
{
	msleep(20);
	KUNIT_EXPECT_FALSE(test, completion_done(&other->done));
	unlock_page(page);
	other_join(other);
	put_page(page);
}

/* The other one gets no further until the page is unlocked, and the mmap lock is free meanwhile. */
static void expect_wait(struct kunit *test, struct other *other, void (*body)(struct other *),
			struct page *page, bool lock_is_free)
{
	struct fx *fx = test->priv;

	other_start(fx, other, body);
	msleep(20);
	if (lock_is_free) {
		mmap_write_lock(fx->mm);
		mmap_write_unlock(fx->mm);
	}
	expect_end(test, other, page);
}

static void fault__page_of_a_file_is_locked(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct other other = {};

	expect_wait(test, &other, read_it, locked_file_page(fx), true);
	KUNIT_EXPECT_EQ(test, other.value, (u64)VALUE);
}

/* S6.16: it belongs to a device for as long as the folio is locked */
static void fault__page_is_locked_for_a_device(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct other other = {};
	struct folio *folio;
	struct page *page;

	poke(fx, 0, VALUE);
	mmap_read_lock(fx->mm);
	page = make_device_exclusive(fx->mm, at(fx, 0), fx, &folio);
	mmap_read_unlock(fx->mm);
	KUNIT_ASSERT_FALSE(test, IS_ERR(page));
	expect_wait(test, &other, read_it, page, true);
	KUNIT_EXPECT_EQ(test, other.value, (u64)VALUE);
	KUNIT_EXPECT_TRUE(test, writable_at(fx, 0));
}

/* ---- get_user_pages() ---------------------------------------------------------------------------------- */

static void get_unlocked(struct other *other)
{
	struct page *page = NULL;

	other->value = get_user_pages_unlocked(at(other->fx, 0), 1, &page, 0);
	if (page)
		put_page(page);
}

static void get_with_the_lock(struct other *other)
{
	struct page *page = NULL;

	mmap_read_lock(other->fx->mm);
	other->value = get_user_pages(at(other->fx, 0), 1, 0, &page);
	mmap_read_unlock(other->fx->mm);
	if (page)
		put_page(page);
}

static void get_user_pages_unlocked__lets_go_of_the_lock(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct other other = {};

	expect_wait(test, &other, get_unlocked, locked_file_page(fx), true);
	KUNIT_EXPECT_EQ(test, other.value, 1ull);
}

static void get_user_pages__keeps_the_lock(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct other other = {};

	expect_wait(test, &other, get_with_the_lock, locked_file_page(fx), false);
	KUNIT_EXPECT_EQ(test, other.value, 1ull);
}

/* What is locked once more when it comes back is waited for with the lock, and then it is had. */
static void get_user_pages_unlocked__waits_twice(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct page *page = locked_file_page(fx);
	struct other other = {};

	other_start(fx, &other, get_unlocked);
	msleep(20);
	unlock_page(page);
	lock_page(page);
	expect_end(test, &other, page);
	KUNIT_EXPECT_EQ(test, other.value, 1ull);
	KUNIT_EXPECT_TRUE(test, mmap_write_trylock(fx->mm));
	mmap_write_unlock(fx->mm);
}

/* The page before it is had in any case, and those behind it after the wait. */
static void get_user_pages_unlocked__goes_on(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct page *got[3] = {}, *page;
	struct folio *folio;

	poke_all(fx, 0, 3);
	mmap_read_lock(fx->mm);
	page = make_device_exclusive(fx->mm, at(fx, 1), fx, &folio);
	mmap_read_unlock(fx->mm);
	KUNIT_ASSERT_FALSE(test, IS_ERR(page));
	KUNIT_EXPECT_EQ(test, get_user_pages_unlocked(at(fx, 0), 3, got, FOLL_NOWAIT), 1l);
	KUNIT_EXPECT_PTR_EQ(test, got[0], page_at(fx, 0));
	KUNIT_EXPECT_NULL(test, got[1]);
	put_page(got[0]);
	folio_unlock(folio);
	folio_put(folio);
	KUNIT_ASSERT_EQ(test, get_user_pages_unlocked(at(fx, 0), 3, got, 0), 3l);
	for (unsigned int i = 0; i < 3; i++) {
		KUNIT_EXPECT_PTR_EQ(test, got[i], page_at(fx, i));
		put_page(got[i]);
	}
}

/* Nothing is waited for: no page, and the lock is still there. */
static void get_user_pages_remote__nowait(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct page *page = locked_file_page(fx), *got = NULL;
	int locked = 1;

	mmap_read_lock(fx->mm);
	KUNIT_EXPECT_EQ(
		test, get_user_pages_remote(fx->mm, at(fx, 0), 1, FOLL_NOWAIT, &got, &locked), 0l);
	KUNIT_EXPECT_EQ(test, locked, 1);
	KUNIT_EXPECT_NULL(test, got);
	unlock_page(page);
	KUNIT_EXPECT_EQ(
		test, get_user_pages_remote(fx->mm, at(fx, 0), 1, FOLL_NOWAIT, &got, &locked), 1l);
	if (locked)
		mmap_read_unlock(fx->mm);
	KUNIT_EXPECT_PTR_EQ(test, got, page);
	put_page(got);
	put_page(page);
}

/* ---- a fatal signal -------------------------------------------------------------------------------------- */

struct killed {
	struct other other;
	struct task_struct *task;
	void (*body)(struct other *other);
};

static void run_mortal(struct other *other)
{
	struct killed *killed = container_of(other, struct killed, other);

	allow_signal(SIGKILL);
	killed->task = current;
	complete(&other->go);
	killed->body(other);
	flush_signals(current);
}

static void kill_while_it_waits(struct kunit *test, struct killed *killed)
{
	other_start(test->priv, &killed->other, run_mortal);
	wait_for_completion(&killed->other.go);
	msleep(20);
	KUNIT_EXPECT_FALSE(test, completion_done(&killed->other.done));
	send_sig(SIGKILL, killed->task, 1);
	other_join(&killed->other);
}

static void get_user_pages_unlocked__killed(struct kunit *test)
{
	struct killed killed = {.body = get_unlocked};
	struct page *page = locked_file_page(test->priv);

	kill_while_it_waits(test, &killed);
	KUNIT_EXPECT_EQ(test, (long)killed.other.value, (long)-EINTR);
	unlock_page(page);
	KUNIT_EXPECT_EQ(test, folio_ref_count(page_folio(page)), 2);
	put_page(page);
}

static void copy_it(struct other *other)
{
	other->flag = copy_from_user(&other->value, (void __user *)at(other->fx, 0), 8);
}

/* an access of the kernel's ends, too; neither it nor the page is any the worse */
static void fault__killed(struct kunit *test)
{
	struct killed killed = {.body = copy_it};
	struct fx *fx = test->priv;
	struct page *page = locked_file_page(fx);

	kill_while_it_waits(test, &killed);
	KUNIT_EXPECT_TRUE(test, killed.other.flag);
	KUNIT_EXPECT_TRUE(test, mmap_write_trylock(fx->mm));
	mmap_write_unlock(fx->mm);
	unlock_page(page);
	KUNIT_EXPECT_EQ(test, peek(fx, 0), (u64)VALUE);
	put_page(page);
}

static void make_exclusive(struct other *other)
{
	struct folio *folio;

	mmap_read_lock(other->fx->mm);
	other->value =
		PTR_ERR(make_device_exclusive(other->fx->mm, at(other->fx, 0), other->fx, &folio));
	mmap_read_unlock(other->fx->mm);
}

/* S6.81 */
static void make_device_exclusive__killed(struct kunit *test)
{
	struct killed killed = {.body = make_exclusive};
	struct fx *fx = test->priv;
	struct page *page;

	poke(fx, 0, VALUE);
	settle(fx);
	page = page_at(fx, 0);
	lock_page(page);
	kill_while_it_waits(test, &killed);
	unlock_page(page);
	KUNIT_EXPECT_EQ(test, (long)killed.other.value, (long)-EINTR);
	EXPECT_COUNTS(test, page, 1, 1);
	KUNIT_EXPECT_EQ(test, peek(fx, 0), (u64)VALUE);
}

#ifdef __PSIM__
/* In the swap cache: whoever locked it is to be waited for, and the page stays the same one. */
static void fault__page_in_the_swap_cache_is_locked(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct other other = {};
	struct page *page;

	poke(fx, 0, VALUE);
	settle(fx);
	page = page_at(fx, 0);
	get_page(page);
	KUNIT_ASSERT_EQ(test, kunit_swap_out(at(fx, 0), true), 0);
	lock_page(page);
	get_page(page);
	expect_wait(test, &other, read_it, page, true);
	KUNIT_EXPECT_EQ(test, other.value, (u64)VALUE);
	KUNIT_EXPECT_PTR_EQ(test, page_at(fx, 0), page);
	put_page(page);
}
#endif

static struct kunit_case cases[] = {
	KUNIT_CASE(fault__page_of_a_file_is_locked),
	KUNIT_CASE(fault__page_is_locked_for_a_device),
	KUNIT_CASE(get_user_pages_unlocked__lets_go_of_the_lock),
	KUNIT_CASE(get_user_pages__keeps_the_lock),
	KUNIT_CASE(get_user_pages_unlocked__waits_twice),
	KUNIT_CASE(get_user_pages_unlocked__goes_on),
	KUNIT_CASE(get_user_pages_remote__nowait),
	KUNIT_CASE(get_user_pages_unlocked__killed),
	KUNIT_CASE(fault__killed),
	KUNIT_CASE(make_device_exclusive__killed),
#ifdef __PSIM__
	KUNIT_CASE(fault__page_in_the_swap_cache_is_locked),
#endif
	{},
};

static struct kunit_suite suite = {
	.name = "migrate-locked", .init = fx_init, .exit = fx_exit, .test_cases = cases};
kunit_test_suite(suite);
