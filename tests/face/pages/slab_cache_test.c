// SPDX-License-Identifier: MIT
/* Caches of objects: how they are made, what is zeroed, what RCU readers may still see, and misuse. */
#include <kunit/test.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/string.h>

#ifdef __PSIM__
#include <psim/fault.h>
#endif

struct thing {
	unsigned long value;
	unsigned char more[100];
};

static void construct(void *object)
{
	((struct thing *)object)->value = 17;
}

static bool is_aligned(const void *p, unsigned long to)
{
	return !((unsigned long)p & (to - 1));
}

static void kmem_cache_create__with_arguments(struct kunit *test)
{
	struct kmem_cache_args args = {.align = 256, .ctor = construct}, *none = NULL;
	struct kmem_cache *cache = kmem_cache_create("args", sizeof(struct thing), &args, 0);
	struct kmem_cache *plain = kmem_cache_create("plain", 8, none, SLAB_HWCACHE_ALIGN);
	struct thing *thing;
	void *small;

	KUNIT_ASSERT_NOT_NULL(test, cache);
	KUNIT_ASSERT_NOT_NULL(test, plain);
	thing = kmem_cache_alloc(cache, GFP_KERNEL);
	small = kmem_cache_alloc(plain, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, thing);
	KUNIT_EXPECT_EQ(test, thing->value, 17ul);
	KUNIT_EXPECT_TRUE(test, is_aligned(thing, 256));
	KUNIT_EXPECT_TRUE(test, is_aligned(small, 64));
	kmem_cache_free(cache, thing);
	kmem_cache_free(cache, NULL);
	kmem_cache_free(plain, small);
	kmem_cache_destroy(cache);
	kmem_cache_destroy(plain);
	kmem_cache_destroy(NULL);
}

/* Zeroed when asked for, be it fresh or one that was freed before. */
static void kmem_cache_zalloc__of_reused_objects(struct kunit *test)
{
	static const slab_flags_t flags[] = {0, SLAB_TYPESAFE_BY_RCU};

	for (int i = 0; i < ARRAY_SIZE(flags); i++) {
		struct kmem_cache *cache =
			kmem_cache_create("zeroed", sizeof(struct thing), 0, flags[i], NULL);

		KUNIT_ASSERT_NOT_NULL(test, cache);
		for (int round = 0; round < 3; round++) {
			struct thing *thing = kmem_cache_zalloc(cache, GFP_KERNEL);

			KUNIT_ASSERT_NOT_NULL(test, thing);
			KUNIT_EXPECT_NULL(test, memchr_inv(thing, 0, sizeof(*thing)));
			memset(thing, 0xa5, sizeof(*thing));
			kmem_cache_free(cache, thing);
		}
		kmem_cache_destroy(cache);
	}
}

#ifdef __PSIM__
static void kmem_cache__without_memory(struct kunit *test)
{
	static const slab_flags_t flags[] = {0, SLAB_TYPESAFE_BY_RCU};

	psim_fail_nth(PSIM_FAIL_SLAB, 1);
	KUNIT_EXPECT_NULL(test, kmem_cache_create("none", 8, 0, 0, NULL));
	for (int i = 0; i < ARRAY_SIZE(flags); i++) {
		struct kmem_cache *cache = kmem_cache_create("some", 8, 0, flags[i], construct);

		KUNIT_ASSERT_NOT_NULL(test, cache);
		psim_fail_nth(PSIM_FAIL_SLAB, 1);
		KUNIT_EXPECT_NULL(test, kmem_cache_alloc(cache, GFP_KERNEL));
		kmem_cache_destroy(cache);
	}
}

static void kmem_cache_create__refuses(struct kunit *test)
{
	kunit_expect_report(test, "WARN");
	KUNIT_EXPECT_NULL(test, kmem_cache_create("odd", 8, 24, 0, NULL));
	kunit_expect_report(test, "WARN");
	KUNIT_EXPECT_NULL(test, kmem_cache_create("empty", 0, 0, 0, NULL));
	kunit_expect_report(test, "WARN");
	KUNIT_EXPECT_NULL(test, kmem_cache_create("wide", 8, 8192, 0, NULL));
	kunit_expect_report(test, "WARN");
	KUNIT_EXPECT_NULL(test, kmem_cache_create(NULL, 8, 0, 0, NULL));
}

static void kmem_cache_free__to_another_cache(struct kunit *test)
{
	struct kmem_cache *right = kmem_cache_create("right", 40, 0, 0, NULL),
			  *wrong = kmem_cache_create("wrong", 40, 0, 0, NULL),
			  *kept = kmem_cache_create("kept", 40, 0, SLAB_TYPESAFE_BY_RCU, NULL);
	void *object = kmem_cache_alloc(right, GFP_KERNEL);

	kunit_expect_report(test, "is freed to cache kept, which it is not from");
	kmem_cache_free(kept, object);
	kunit_expect_report(test, "is freed to cache wrong, which it is not from");
	kmem_cache_free(wrong, object);
	kmem_cache_destroy(right);
	kmem_cache_destroy(wrong);
	kmem_cache_destroy(kept);
}

static void kmem_cache_free__twice_what_readers_may_see(struct kunit *test)
{
	struct kmem_cache *cache = kmem_cache_create("kept", 40, 0, SLAB_TYPESAFE_BY_RCU, NULL);
	void *object = kmem_cache_alloc(cache, GFP_KERNEL);

	kmem_cache_free(cache, object);
	kunit_expect_report(test, "is freed to cache kept a second time");
	kmem_cache_free(cache, object);
	kmem_cache_destroy(cache);
}

static void kmalloc__more_than_there_can_be(struct kunit *test)
{
	KUNIT_EXPECT_NULL(test, kmalloc(1ul << 40, GFP_KERNEL | __GFP_NOWARN));
}
#endif

static struct kunit_case cases[] = {
	KUNIT_CASE(kmem_cache_create__with_arguments),
	KUNIT_CASE(kmem_cache_zalloc__of_reused_objects),
#ifdef __PSIM__
	KUNIT_CASE(kmem_cache__without_memory),
	KUNIT_CASE(kmem_cache_create__refuses),
	KUNIT_CASE(kmem_cache_free__to_another_cache),
	KUNIT_CASE(kmem_cache_free__twice_what_readers_may_see),
	KUNIT_CASE(kmalloc__more_than_there_can_be),
#endif
	{},
};

static struct kunit_suite suite = {.name = "slab_cache", .test_cases = cases};
kunit_test_suite(suite);
