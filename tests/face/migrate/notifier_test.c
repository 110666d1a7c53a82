// SPDX-License-Identifier: MIT
/* What a notifier's range tells, refusals, the end of an address space, classic notifiers (S8). */
#include "fixture.h"

#define MAX_CALLS 16

/* What happened, in order: one letter a call. */
static char calls[MAX_CALLS + 1];

static void note(char what)
{
	size_t n = strlen(calls);

	if (n < MAX_CALLS) {
		calls[n] = what;
		calls[n + 1] = 0;
	}
}

static struct mmu_notifier_range range_of(struct fx *fx, unsigned int first, unsigned int end)
{
	struct mmu_notifier_range range;

	mmu_notifier_range_init(&range, MMU_NOTIFY_CLEAR, 0, fx->mm, at(fx, first), at(fx, end));
	return range;
}

/* ---- the range ------------------------------------------------------------------------------------------ */

/* S8.2 */
static void mmu_notifier_range_init__fills_in_the_range(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct mmu_notifier_range range;

	mmu_notifier_range_init(&range, MMU_NOTIFY_PROTECTION_VMA, 0, fx->mm, 0x1000, 0x3000);
	KUNIT_EXPECT_EQ(test, range.event, MMU_NOTIFY_PROTECTION_VMA);
	KUNIT_EXPECT_PTR_EQ(test, range.mm, fx->mm);
	KUNIT_EXPECT_EQ(test, range.start, 0x1000ul);
	KUNIT_EXPECT_EQ(test, range.end, 0x3000ul);
	KUNIT_EXPECT_EQ(test, range.flags, 0);
	KUNIT_EXPECT_EQ(test, MMU_NOTIFIER_RANGE_BLOCKABLE, 1);
}

/* S8.3: a driver must not rely on finding NULL there */
static void mmu_notifier_range_init__does_not_clear_the_owner(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct mmu_notifier_range range;

	range.owner = fx;
	mmu_notifier_range_init(&range, MMU_NOTIFY_CLEAR, 0, fx->mm, 0, PAGE_SIZE);
	KUNIT_EXPECT_NOT_NULL(test, range.owner);
}

/* S8.3 */
static void mmu_notifier_range_init_owner__writes_the_owner(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct mmu_notifier_range range;

	mmu_notifier_range_init_owner(&range, MMU_NOTIFY_MIGRATE, 0, fx->mm, 0, PAGE_SIZE, fx);
	KUNIT_EXPECT_PTR_EQ(test, range.owner, fx);
	KUNIT_EXPECT_EQ(test, range.event, MMU_NOTIFY_MIGRATE);
	mmu_notifier_range_init_owner(&range, MMU_NOTIFY_MIGRATE, 0, fx->mm, 0, PAGE_SIZE, NULL);
	KUNIT_EXPECT_NULL(test, range.owner);
}

/* S8.4: without a subscription ever, start and end do nothing at all */
static void mmu_notifier_invalidate__mm_without_notifiers(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct mmu_notifier_range range = range_of(fx, 0, 1);

	KUNIT_EXPECT_FALSE(test, mm_has_notifiers(fx->mm));
	mmu_notifier_invalidate_range_start(&range);
	KUNIT_EXPECT_FALSE(test, mmu_notifier_range_blockable(&range));
	mmu_notifier_invalidate_range_end(&range);
	KUNIT_EXPECT_EQ(test, mmu_notifier_invalidate_range_start_nonblock(&range), 0);
	mmu_notifier_invalidate_range_end(&range);
}

/* S8.4: the state stays when the last subscription goes */
static void mmu_notifier_invalidate__sets_blockable(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct mmu_notifier_range range = range_of(fx, 0, 1);

	fx_watch(fx);
	mmu_interval_notifier_remove(&fx->sub);
	fx->watching = false;
	KUNIT_EXPECT_TRUE(test, mm_has_notifiers(fx->mm));
	mmu_notifier_invalidate_range_start(&range);
	KUNIT_EXPECT_TRUE(test, mmu_notifier_range_blockable(&range));
	mmu_notifier_invalidate_range_end(&range);
	KUNIT_EXPECT_EQ(test, mmu_notifier_invalidate_range_start_nonblock(&range), 0);
	KUNIT_EXPECT_FALSE(test, mmu_notifier_range_blockable(&range));
	mmu_notifier_invalidate_range_end(&range);
}

/* ---- refusals ------------------------------------------------------------------------------------------------ */

/* One of several; the ones that are not to be disturbed refuse when they must not block. */
struct sub {
	struct mmu_interval_notifier sub;
	unsigned int calls;
	bool always;
};

static bool refuse(struct mmu_interval_notifier *interval_sub,
		   const struct mmu_notifier_range *range, unsigned long cur_seq)
{
	struct sub *s = container_of(interval_sub, struct sub, sub);

	s->calls++;
	if (s->always || !mmu_notifier_range_blockable(range))
		return false;
	mmu_interval_set_seq(interval_sub, cur_seq);
	return true;
}

static const struct mmu_interval_notifier_ops refuse_ops = {.invalidate = refuse};

static void insert(struct fx *fx, struct sub *s, unsigned int first, unsigned int end)
{
	KUNIT_ASSERT_EQ(fx->test,
			mmu_interval_notifier_insert(&s->sub, fx->mm, at(fx, first),
						     (end - first) * PAGE_SIZE, &refuse_ops),
			0);
}

/* S8.26, S8.28: refused: the rest is not called, nothing is active, readers go on */
static void mmu_notifier_invalidate_nonblock__is_refused(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct mmu_notifier_range range = range_of(fx, 0, 4);
	struct sub a = {}, b = {};
	unsigned long seq;

	insert(fx, &a, 0, 1);
	insert(fx, &b, 1, 2);
	seq = mmu_interval_read_begin(&a.sub);
	KUNIT_EXPECT_EQ(test, mmu_notifier_invalidate_range_start_nonblock(&range), -EAGAIN);
	KUNIT_EXPECT_EQ(test, a.calls + b.calls, 1);
	/* it does not wait: no range is active */
	KUNIT_EXPECT_EQ(test, mmu_interval_read_begin(&a.sub), seq);
	KUNIT_EXPECT_FALSE(test, mmu_interval_read_retry(&a.sub, seq));
	mmu_notifier_invalidate_range_start(&range);
	mmu_notifier_invalidate_range_end(&range);
	KUNIT_EXPECT_TRUE(test, mmu_interval_read_retry(&a.sub, seq));
	mmu_interval_notifier_remove(&a.sub);
	mmu_interval_notifier_remove(&b.sub);
}

#ifdef __PSIM__
/* S8.27 */
static void mmu_notifier_invalidate__refusing_a_blockable_range_warns(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct mmu_notifier_range range = range_of(fx, 0, 2);
	struct sub a = {.always = true}, b = {};

	insert(fx, &a, 0, 1);
	insert(fx, &b, 1, 2);
	kunit_expect_report(test, "WARN");
	mmu_notifier_invalidate_range_start(&range);
	KUNIT_EXPECT_EQ(test, b.calls, 1);
	mmu_notifier_invalidate_range_end(&range);
	mmu_interval_notifier_remove(&a.sub);
	mmu_interval_notifier_remove(&b.sub);
}

/* S8.14: an end that nobody began */
static void mmu_notifier_invalidate_end__without_start_is_reported(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct mmu_notifier_range range = range_of(fx, 0, 1);

	fx_watch(fx);
	kunit_expect_report(test, "S8.14");
	mmu_notifier_invalidate_range_end(&range);
}

static bool remove_myself(struct mmu_interval_notifier *interval_sub,
			  const struct mmu_notifier_range *range, unsigned long cur_seq)
{
	mmu_interval_set_seq(interval_sub, cur_seq);
	mmu_interval_notifier_remove(interval_sub);
	return true;
}

static const struct mmu_interval_notifier_ops remove_myself_ops = {.invalidate = remove_myself};

/* S8.41 */
static void mmu_interval_notifier_remove__from_a_callback_is_reported(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct mmu_notifier_range range = range_of(fx, 0, 1);
	static struct mmu_interval_notifier sub; /* still inserted when the task has ended */

	KUNIT_ASSERT_EQ(
		test,
		mmu_interval_notifier_insert(&sub, fx->mm, fx->base, PAGE_SIZE, &remove_myself_ops),
		0);
	kunit_expect_halt(test, "S8.41");
	mmu_notifier_invalidate_range_start(&range);
	KUNIT_FAIL(test, "mmu_interval_notifier_remove() came back");
}
#endif

/* ---- the end of an address space -------------------------------------------------------------------------------- */

static struct mmu_notifier_range released;

static bool on_release(struct mmu_interval_notifier *interval_sub,
		       const struct mmu_notifier_range *range, unsigned long cur_seq)
{
	mmu_interval_set_seq(interval_sub, cur_seq);
	if (range->event == MMU_NOTIFY_RELEASE)
		released = *range;
	note(range->event == MMU_NOTIFY_RELEASE ? 'R' : 'u');
	return true;
}

static const struct mmu_interval_notifier_ops on_release_ops = {.invalidate = on_release};

/* S8.29, S8.42, S6.32: RELEASE over everything; the subscription outlives it and is removed later */
static void mmu_notifier_release__comes_once_over_everything(struct kunit *test)
{
	struct mm_struct *mm = mm_alloc();
	struct mmu_interval_notifier sub;

	KUNIT_ASSERT_NOT_NULL(test, mm);
	KUNIT_ASSERT_EQ(test,
			mmu_interval_notifier_insert(&sub, mm, 0x10000, PAGE_SIZE, &on_release_ops),
			0);
	mmput(mm);
	KUNIT_EXPECT_STREQ(test, calls, "R");
	KUNIT_EXPECT_EQ(test, released.start, 0ul);
	KUNIT_EXPECT_EQ(test, released.end, ULONG_MAX);
	KUNIT_EXPECT_TRUE(test, mmu_notifier_range_blockable(&released));
	KUNIT_EXPECT_NULL(test, released.owner);
	mmu_interval_notifier_remove(&sub);
}

#ifdef __PSIM__
/* S8.35: nobody uses the address space any more */
static void mmu_interval_notifier_insert__into_a_dead_mm_warns(struct kunit *test)
{
	struct mm_struct *mm = mm_alloc();
	struct mmu_interval_notifier first, second;

	KUNIT_ASSERT_NOT_NULL(test, mm);
	KUNIT_ASSERT_EQ(
		test, mmu_interval_notifier_insert(&first, mm, 0x10000, PAGE_SIZE, &on_release_ops),
		0);
	mmput(mm);
	kunit_expect_report(test, "WARN");
	KUNIT_EXPECT_EQ(
		test,
		mmu_interval_notifier_insert(&second, mm, 0x10000, PAGE_SIZE, &on_release_ops),
		-EINVAL);
	mmu_interval_notifier_remove(&first);
}
#endif

/* ---- classic notifiers ----------------------------------------------------------------------------------------------- */

struct classic {
	struct mmu_notifier sub;
	char name;
	bool refuses;
};

static int classic_start(struct mmu_notifier *sub, const struct mmu_notifier_range *range)
{
	struct classic *c = container_of(sub, struct classic, sub);

	note(c->name);
	return c->refuses && !mmu_notifier_range_blockable(range) ? -EAGAIN : 0;
}

static void classic_end(struct mmu_notifier *sub, const struct mmu_notifier_range *range)
{
	note('e');
}

static void classic_release(struct mmu_notifier *sub, struct mm_struct *mm)
{
	note('r');
}

static const struct mmu_notifier_ops with_end_ops = {
	.invalidate_range_start = classic_start,
	.invalidate_range_end = classic_end,
	.release = classic_release,
};
static const struct mmu_notifier_ops without_end_ops = {.invalidate_range_start = classic_start};

static bool interval_first(struct mmu_interval_notifier *interval_sub,
			   const struct mmu_notifier_range *range, unsigned long cur_seq)
{
	mmu_interval_set_seq(interval_sub, cur_seq);
	note('i');
	return true;
}

static const struct mmu_interval_notifier_ops interval_first_ops = {.invalidate = interval_first};

/* S8.5: interval notifiers first, then classic ones; and these alone hear of the end */
static void mmu_notifier_register__is_called_after_intervals(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct mmu_notifier_range range = range_of(fx, 0, 1);
	struct classic c = {.sub.ops = &with_end_ops, .name = 'c'};
	struct mmu_interval_notifier sub;

	KUNIT_ASSERT_EQ(test, mmu_notifier_register(&c.sub, fx->mm), 0);
	KUNIT_ASSERT_EQ(test,
			mmu_interval_notifier_insert(&sub, fx->mm, fx->base, PAGE_SIZE,
						     &interval_first_ops),
			0);
	mmu_notifier_invalidate_range_start(&range);
	KUNIT_EXPECT_STREQ(test, calls, "ic");
	mmu_notifier_invalidate_range_end(&range);
	KUNIT_EXPECT_STREQ(test, calls, "ice");
	mmu_interval_notifier_remove(&sub);
	mmu_notifier_unregister(&c.sub, fx->mm);
	KUNIT_EXPECT_STREQ(test, calls, "icer");
	mmu_notifier_invalidate_range_start(&range);
	mmu_notifier_invalidate_range_end(&range);
	KUNIT_EXPECT_STREQ(test, calls, "icer");
}

/* S8.43: all are asked, also after a refusal; those with an end get it */
static void mmu_notifier_register__all_are_asked_after_a_refusal(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct mmu_notifier_range range = range_of(fx, 0, 1);
	struct classic ends = {.sub.ops = &with_end_ops, .name = 'a'};
	struct classic refuses = {.sub.ops = &without_end_ops, .name = 'b', .refuses = true};

	/* the one that was registered last is asked first */
	KUNIT_ASSERT_EQ(test, mmu_notifier_register(&ends.sub, fx->mm), 0);
	KUNIT_ASSERT_EQ(test, mmu_notifier_register(&refuses.sub, fx->mm), 0);
	KUNIT_EXPECT_EQ(test, mmu_notifier_invalidate_range_start_nonblock(&range), -EAGAIN);
	KUNIT_EXPECT_EQ(test, strlen(calls), 3ul);
	KUNIT_EXPECT_TRUE(test, strchr(calls, 'a') && strchr(calls, 'b'));
	KUNIT_EXPECT_EQ(test, calls[2], 'e');
	mmu_notifier_unregister(&refuses.sub, fx->mm);
	mmu_notifier_unregister(&ends.sub, fx->mm);
}

static unsigned int alive;

static struct mmu_notifier *counted_alloc(struct mm_struct *mm)
{
	struct classic *c = kzalloc(sizeof(*c), GFP_KERNEL);

	if (!c)
		return ERR_PTR(-ENOMEM);
	alive++;
	return &c->sub;
}

static void counted_free(struct mmu_notifier *sub)
{
	alive--;
	kfree(container_of(sub, struct classic, sub));
}

static const struct mmu_notifier_ops counted_ops = {
	.alloc_notifier = counted_alloc,
	.free_notifier = counted_free,
};

static void mmu_notifier_get__counts_one_a_mm(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct mmu_notifier *first, *second;

	first = mmu_notifier_get(&counted_ops, fx->mm);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, first);
	second = mmu_notifier_get(&counted_ops, fx->mm);
	KUNIT_EXPECT_PTR_EQ(test, first, second);
	KUNIT_EXPECT_EQ(test, alive, 1);
	mmu_notifier_put(first);
	mmu_notifier_synchronize();
	KUNIT_EXPECT_EQ(test, alive, 1);
	mmu_notifier_put(second);
	mmu_notifier_synchronize();
	KUNIT_EXPECT_EQ(test, alive, 0);
}

#ifdef __PSIM__
/* What a secondary TLB is told; nobody without the callback is asked. */
static unsigned long flushed_start, flushed_end;
static unsigned int flushes;

static void flush_secondary(struct mmu_notifier *sub, struct mm_struct *mm, unsigned long start,
			    unsigned long end)
{
	flushes++;
	flushed_start = start;
	flushed_end = end;
}

static void mmu_notifier_arch_invalidate_secondary_tlbs__all_who_want(struct kunit *test)
{
	static const struct mmu_notifier_ops flush_ops = {.arch_invalidate_secondary_tlbs =
								  flush_secondary};
	static const struct mmu_notifier_ops silent_ops = {};
	struct mmu_notifier wants = {.ops = &flush_ops}, silent = {.ops = &silent_ops};
	struct fx *fx = test->priv;

	flushes = 0;
	mmu_notifier_arch_invalidate_secondary_tlbs(fx->mm, at(fx, 0), at(fx, 2));
	KUNIT_EXPECT_EQ(test, flushes, 0u);
	KUNIT_ASSERT_EQ(test, mmu_notifier_register(&silent, fx->mm), 0);
	mmap_write_lock(fx->mm);
	KUNIT_ASSERT_EQ(test, __mmu_notifier_register(&wants, fx->mm), 0);
	mmap_write_unlock(fx->mm);
	mmu_notifier_arch_invalidate_secondary_tlbs(fx->mm, at(fx, 1), at(fx, 2));
	KUNIT_EXPECT_EQ(test, flushes, 1u);
	KUNIT_EXPECT_EQ(test, flushed_start, at(fx, 1));
	KUNIT_EXPECT_EQ(test, flushed_end, at(fx, 2));
	mmu_notifier_unregister(&wants, fx->mm);
	mmu_notifier_arch_invalidate_secondary_tlbs(fx->mm, at(fx, 0), at(fx, 2));
	KUNIT_EXPECT_EQ(test, flushes, 1u);
	mmu_notifier_unregister(&silent, fx->mm);
}

#endif

static struct mmu_notifier *alloc_nothing(struct mm_struct *mm)
{
	return ERR_PTR(-ENOMEM);
}

/* What the driver's allocation fails with is the answer; nothing is registered. */
static void mmu_notifier_get__driver_has_no_memory(struct kunit *test)
{
	static const struct mmu_notifier_ops ops = {.alloc_notifier = alloc_nothing};
	struct fx *fx = test->priv;

	KUNIT_EXPECT_PTR_EQ(test, mmu_notifier_get(&ops, fx->mm), ERR_PTR(-ENOMEM));
	mmap_write_lock(fx->mm);
	KUNIT_EXPECT_PTR_EQ(test, mmu_notifier_get_locked(&ops, fx->mm), ERR_PTR(-ENOMEM));
	mmap_write_unlock(fx->mm);
}

/* Two users with different operations are two notifiers. */
static void mmu_notifier_get__other_operations(struct kunit *test)
{
	static const struct mmu_notifier_ops other_ops = {.alloc_notifier = counted_alloc,
							  .free_notifier = counted_free};
	struct fx *fx = test->priv;
	struct mmu_notifier *first = mmu_notifier_get(&counted_ops, fx->mm);
	struct mmu_notifier *second = mmu_notifier_get(&other_ops, fx->mm);

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, first);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, second);
	KUNIT_EXPECT_PTR_NE(test, first, second);
	KUNIT_EXPECT_PTR_EQ(test, mmu_notifier_get(&counted_ops, fx->mm), first);
	KUNIT_EXPECT_EQ(test, alive, 2);
	mmu_notifier_put(first);
	mmu_notifier_put(first);
	mmu_notifier_put(second);
	mmu_notifier_synchronize();
	KUNIT_EXPECT_EQ(test, alive, 0);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(mmu_notifier_range_init__fills_in_the_range),
	KUNIT_CASE(mmu_notifier_range_init__does_not_clear_the_owner),
	KUNIT_CASE(mmu_notifier_range_init_owner__writes_the_owner),
	KUNIT_CASE(mmu_notifier_invalidate__mm_without_notifiers),
	KUNIT_CASE(mmu_notifier_invalidate__sets_blockable),
	KUNIT_CASE(mmu_notifier_invalidate_nonblock__is_refused),
#ifdef __PSIM__
	KUNIT_CASE(mmu_notifier_invalidate__refusing_a_blockable_range_warns),
	KUNIT_CASE(mmu_notifier_invalidate_end__without_start_is_reported),
	KUNIT_CASE(mmu_interval_notifier_remove__from_a_callback_is_reported),
	KUNIT_CASE(mmu_interval_notifier_insert__into_a_dead_mm_warns),
#endif
	KUNIT_CASE(mmu_notifier_release__comes_once_over_everything),
	KUNIT_CASE(mmu_notifier_register__is_called_after_intervals),
	KUNIT_CASE(mmu_notifier_register__all_are_asked_after_a_refusal),
	KUNIT_CASE(mmu_notifier_get__counts_one_a_mm),
	KUNIT_CASE(mmu_notifier_get__driver_has_no_memory),
	KUNIT_CASE(mmu_notifier_get__other_operations),
#ifdef __PSIM__
	KUNIT_CASE(mmu_notifier_arch_invalidate_secondary_tlbs__all_who_want),
#endif
	{},
};

static int init(struct kunit *test)
{
	calls[0] = 0;
	return fx_init(test);
}

static struct kunit_suite suite = {
	.name = "mmu_notifier",
	.init = init,
	.exit = fx_exit,
	.test_cases = cases,
};
kunit_test_suite(suite);
