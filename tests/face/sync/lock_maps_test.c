// SPDX-License-Identifier: MIT
/* Annotations for what behaves like a lock: each takes its map, in a way, and lets it go. */
#include <kunit/test.h>
#include <linux/lockdep.h>
#include <linux/mutex.h>
#include <linux/sched.h>

#ifdef CONFIG_LOCKDEP
static struct lock_class_key key, other_key, outer_key;
static struct lockdep_map map = STATIC_LOCKDEP_MAP_INIT("map", &key);
static struct lockdep_map outer = STATIC_LOCKDEP_MAP_INIT("outer", &outer_key);

enum how {
	PLAIN,
	READ,
	TRIED,
	TRIED_READ,
	ACQUIRE,
	AS_MUTEX,
	NESTED_MUTEX,
	AS_RWSEM,
	AS_RWSEM_READ,
	HOWS,
};

static void acquire(enum how how)
{
	switch (how) {
	case PLAIN:
		lock_map_acquire(&map);
		break;
	case READ:
		lock_map_acquire_read(&map);
		break;
	case TRIED:
		lock_map_acquire_try(&map);
		break;
	case TRIED_READ:
		lock_map_acquire_tryread(&map);
		break;
	case ACQUIRE:
		lock_acquire(&map, 0, 0, 0, 1, NULL, _THIS_IP_);
		break;
	case AS_MUTEX:
		mutex_acquire(&map, 0, 0, _THIS_IP_);
		break;
	case NESTED_MUTEX:
		mutex_acquire_nest(&map, 0, 0, &outer, _THIS_IP_);
		break;
	case AS_RWSEM:
		rwsem_acquire(&map, 0, 0, _THIS_IP_);
		break;
	default:
		rwsem_acquire_read(&map, 0, 0, _THIS_IP_);
	}
}

static void release(enum how how)
{
	switch (how) {
	case AS_MUTEX:
	case NESTED_MUTEX:
		mutex_release(&map, _THIS_IP_);
		break;
	case AS_RWSEM:
	case AS_RWSEM_READ:
		rwsem_release(&map, _THIS_IP_);
		break;
	case ACQUIRE:
		lock_release(&map, _THIS_IP_);
		break;
	default:
		lock_map_release(&map);
	}
}

static void lock_map__is_held_from_acquire_to_release(struct kunit *test)
{
	int depth = lockdep_depth(current);
	enum how how;

	for (how = PLAIN; how < HOWS; how++) {
		bool read = how == READ || how == TRIED_READ || how == AS_RWSEM_READ;

		KUNIT_EXPECT_FALSE(test, lock_is_held(&map));
		lock_map_acquire(&outer);
		acquire(how);
		KUNIT_EXPECT_EQ(test, lockdep_depth(current), depth + 2);
		KUNIT_EXPECT_TRUE(test, lock_is_held(&map));
		KUNIT_EXPECT_EQ(test, lock_is_held_type(&map, 1), (int)read);
		KUNIT_EXPECT_EQ(test, lock_is_held_type(&map, 0), (int)!read);
		release(how);
		KUNIT_EXPECT_FALSE(test, lock_is_held(&map));
		KUNIT_EXPECT_TRUE(test, lock_is_held(&outer));
		lock_map_release(&outer);
		KUNIT_EXPECT_EQ(test, lockdep_depth(current), depth);
	}
}

/* Two of one class with a level of its own for the inner one. */
static void lockdep_set_subclass__keeps_the_class(struct kunit *test)
{
	struct mutex inner, first;

	mutex_init_with_key(&first, &key);
	mutex_init_with_key(&inner, &key);
	KUNIT_EXPECT_TRUE(test, lockdep_match_class(&inner, &key));
	KUNIT_EXPECT_FALSE(test, lockdep_match_class(&inner, &other_key));
	lockdep_set_subclass(&inner, SINGLE_DEPTH_NESTING);
	KUNIT_EXPECT_TRUE(test, lockdep_match_class(&inner, &key));
	mutex_lock(&first);
	mutex_lock(&inner);
	KUNIT_EXPECT_TRUE(test, lockdep_is_held(&inner));
	mutex_unlock(&inner);
	mutex_unlock(&first);
	lockdep_set_class(&inner, &other_key);
	KUNIT_EXPECT_TRUE(test, lockdep_match_class(&inner, &other_key));
	mutex_destroy(&inner);
	mutex_destroy(&first);
}
#endif

#ifdef __PSIM__
static void lock_map_acquire_read__in_two_orders(struct kunit *test)
{
	lock_map_acquire(&outer);
	acquire(AS_MUTEX);
	release(AS_MUTEX);
	lock_map_release(&outer);
	/* who only tries waits for nobody */
	acquire(PLAIN);
	lock_map_acquire_try(&outer);
	lock_map_release(&outer);
	release(PLAIN);
	acquire(PLAIN);
	kunit_expect_report(test, "lock order: outer under map");
	lock_map_acquire(&outer);
	lock_map_release(&outer);
	release(PLAIN);
}

static void break_once(int i)
{
	lockdep_assert_once(i > 2);
}

static void lockdep_assert_once__warns_once(struct kunit *test)
{
	break_once(3);
	kunit_expect_report(test, "i > 2");
	break_once(1);
	break_once(0);
}
#endif

static struct kunit_case cases[] = {
#ifdef CONFIG_LOCKDEP
	KUNIT_CASE(lock_map__is_held_from_acquire_to_release),
	KUNIT_CASE(lockdep_set_subclass__keeps_the_class),
#endif
#ifdef __PSIM__
	KUNIT_CASE(lock_map_acquire_read__in_two_orders),
	KUNIT_CASE(lockdep_assert_once__warns_once),
#endif
	{},
};

static struct kunit_suite suite = {
	.name = "lock_maps",
	.test_cases = cases,
};
kunit_test_suite(suite);
