// SPDX-License-Identifier: MIT
/* Owner lists: which devices may take pages from each other (C7.8). */
#include <kunit/test.h>
#include <linux/bits.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/string.h>
#include <drm/drm_pagemap_util.h>

#ifdef __PSIM__
#include <psim/fault.h>
#endif

#define PEERS 6

static DRM_PAGEMAP_OWNER_LIST_DEFINE(list);
static struct drm_pagemap_peer peers[PEERS];
/* links[a] has bit b: a and b reach each other */
static unsigned int links[PEERS];
static bool all_under_the_mutex;

static void link(unsigned int a, unsigned int b)
{
	links[a] |= BIT(b);
	links[b] |= BIT(a);
}

static bool linked(struct drm_pagemap_peer *peer1, struct drm_pagemap_peer *peer2)
{
	all_under_the_mutex = all_under_the_mutex && mutex_is_locked(&list.lock);
	return links[peer1 - peers] & BIT(peer2 - peers);
}

static int owner_init(struct kunit *test)
{
	memset(peers, 0, sizeof(peers));
	memset(links, 0, sizeof(links));
	all_under_the_mutex = true;
	return 0;
}

static void owner_exit(struct kunit *test)
{
	unsigned int i;

	for (i = 0; i < PEERS; i++)
		drm_pagemap_release_owner(&peers[i]);
	KUNIT_EXPECT_TRUE(test, list_empty(&list.peers));
	KUNIT_EXPECT_FALSE(test, mutex_is_locked(&list.lock));
}

static struct drm_pagemap_owner *join(struct kunit *test, unsigned int i)
{
	KUNIT_ASSERT_EQ(test, drm_pagemap_acquire_owner(&peers[i], &list, linked), 0);
	KUNIT_ASSERT_NOT_NULL(test, peers[i].owner);
	KUNIT_EXPECT_PTR_EQ(test, peers[i].list, &list);
	return peers[i].owner;
}

/* C7.8 */
static void acquire_owner__strangers_have_owners_of_their_own(struct kunit *test)
{
	join(test, 0);
	KUNIT_EXPECT_PTR_NE(test, join(test, 1), peers[0].owner);
	KUNIT_EXPECT_PTR_NE(test, join(test, 2), peers[0].owner);
	KUNIT_EXPECT_PTR_NE(test, peers[2].owner, peers[1].owner);
	KUNIT_EXPECT_TRUE(test, all_under_the_mutex);
}

/* C7.8 */
static void acquire_owner__linked_devices_share_one(struct kunit *test)
{
	link(0, 1);
	link(0, 2);
	link(1, 2);
	join(test, 0);
	KUNIT_EXPECT_PTR_EQ(test, join(test, 1), peers[0].owner);
	KUNIT_EXPECT_PTR_EQ(test, join(test, 2), peers[0].owner);
	KUNIT_EXPECT_TRUE(test, all_under_the_mutex);
}

/* C7.8: a link to some of a group is not enough, wherever in it the missing one is */
static void acquire_owner__needs_a_link_to_every_member(struct kunit *test)
{
	unsigned int missing;

	for (missing = 0; missing < 3; missing++) {
		owner_init(test);
		link(0, 1);
		link(0, 2);
		link(1, 2);
		link(3, (missing + 1) % 3);
		link(3, (missing + 2) % 3);
		join(test, 0);
		join(test, 1);
		join(test, 2);
		KUNIT_EXPECT_PTR_NE(test, join(test, 3), peers[0].owner);
		owner_exit(test);
	}
}

/*
 *	group A: 0 and 2, group B: 1 and 4; 3 fits both, 5 fits B alone
 *
 * C7.8
 */
static void acquire_owner__takes_the_first_group_that_fits(struct kunit *test)
{
	link(0, 2);
	link(1, 4);
	link(3, 0);
	link(3, 1);
	link(3, 2);
	link(3, 4);
	link(5, 1);
	link(5, 4);
	join(test, 0);
	join(test, 1);
	KUNIT_EXPECT_PTR_EQ(test, join(test, 2), peers[0].owner);
	KUNIT_EXPECT_PTR_EQ(test, join(test, 4), peers[1].owner);
	KUNIT_EXPECT_PTR_EQ(test, join(test, 3), peers[0].owner);
	KUNIT_EXPECT_PTR_EQ(test, join(test, 5), peers[1].owner);
}

/* C7.8: a group is as old as its founding, also when its founder has left */
static void acquire_owner__order_is_that_of_creation(struct kunit *test)
{
	link(0, 2);
	link(3, 2);
	link(3, 1);
	join(test, 0);
	join(test, 1);
	join(test, 2);
	drm_pagemap_release_owner(&peers[0]);
	KUNIT_EXPECT_PTR_EQ(test, join(test, 3), peers[2].owner);
	/* Coming back it is the youngest. */
	KUNIT_EXPECT_PTR_NE(test, join(test, 0), peers[2].owner);
	KUNIT_EXPECT_PTR_NE(test, peers[0].owner, peers[1].owner);
}

/* C7.8 */
static void release_owner__who_is_no_member_is_ignored(struct kunit *test)
{
	drm_pagemap_release_owner(&peers[0]);
	link(0, 1);
	join(test, 0);
	join(test, 1);
	drm_pagemap_release_owner(&peers[0]);
	KUNIT_EXPECT_NULL(test, peers[0].owner);
	drm_pagemap_release_owner(&peers[0]);
	/* The group lives on. */
	KUNIT_EXPECT_PTR_EQ(test, join(test, 0), peers[1].owner);
}

#ifdef __PSIM__
/* C7.8: at the first, a middle and the last newcomer */
static void acquire_owner__without_memory_changes_nothing(struct kunit *test)
{
	static const struct drm_pagemap_peer none;
	unsigned int i;

	for (i = 0; i < 3; i++) {
		psim_fail_nth(PSIM_FAIL_SLAB, 1);
		KUNIT_EXPECT_EQ(test, drm_pagemap_acquire_owner(&peers[i], &list, linked), -ENOMEM);
		psim_fail_nth(PSIM_FAIL_SLAB, 0);
		KUNIT_EXPECT_MEMEQ(test, &peers[i], &none, sizeof(none));
		join(test, i);
	}
	/* Who joins a group needs no memory. */
	link(0, 3);
	psim_fail_nth(PSIM_FAIL_SLAB, 1);
	KUNIT_EXPECT_PTR_EQ(test, join(test, 3), peers[0].owner);
	psim_fail_nth(PSIM_FAIL_SLAB, 0);
}

/* C7.8 */
static void acquire_owner__of_a_member_warns(struct kunit *test)
{
	join(test, 0);
	kunit_expect_report(test, "drm_pagemap_acquire_owner");
	KUNIT_EXPECT_EQ(test, drm_pagemap_acquire_owner(&peers[0], &list, linked), -EINVAL);
}
#endif

static struct kunit_case cases[] = {
	KUNIT_CASE(acquire_owner__strangers_have_owners_of_their_own),
	KUNIT_CASE(acquire_owner__linked_devices_share_one),
	KUNIT_CASE(acquire_owner__needs_a_link_to_every_member),
	KUNIT_CASE(acquire_owner__takes_the_first_group_that_fits),
	KUNIT_CASE(acquire_owner__order_is_that_of_creation),
	KUNIT_CASE(release_owner__who_is_no_member_is_ignored),
#ifdef __PSIM__
	KUNIT_CASE(acquire_owner__without_memory_changes_nothing),
	KUNIT_CASE(acquire_owner__of_a_member_warns),
#endif
	{},
};

static struct kunit_suite suite = {
	.name = "pagemap_owner",
	.init = owner_init,
	.exit = owner_exit,
	.test_cases = cases,
};
kunit_test_suite(suite);
