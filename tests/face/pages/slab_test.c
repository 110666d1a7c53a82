// SPDX-License-Identifier: MIT
/* kmalloc and its family (S9.60), caches, vmalloc; what the machine says of their misuse. */
#include <kunit/test.h>
#include <linux/limits.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/vmalloc.h>
#include "fixture.h"

#ifdef __PSIM__
#include <psim/fault.h>
#endif

struct pair {
	int a, b;
	char tail[];
};

/* S9.60 */
static void kvcalloc__overflow(struct kunit *test)
{
	size_t huge = SIZE_MAX / 2 + 2;

	KUNIT_EXPECT_NULL(test, kvcalloc(huge, 2, GFP_KERNEL));
	KUNIT_EXPECT_NULL(test, kvmalloc_array(huge, 2, GFP_KERNEL));
	KUNIT_EXPECT_NULL(test, kcalloc(huge, 2, GFP_KERNEL));
	KUNIT_EXPECT_NULL(test, kmalloc_array(huge, 2, GFP_KERNEL));
}

/* S9.60 */
static void kvcalloc__nothing(struct kunit *test)
{
	void *p = kvcalloc(0, 8, GFP_KERNEL), *q = kvmalloc_array(8, 0, GFP_KERNEL);

	KUNIT_EXPECT_NOT_NULL(test, p);
	KUNIT_EXPECT_TRUE(test, ZERO_OR_NULL_PTR(p));
	KUNIT_EXPECT_TRUE(test, ZERO_OR_NULL_PTR(q));
	KUNIT_EXPECT_EQ(test, ksize(p), 0ul);
	kvfree(p);
	kfree(q);
}

/* S9.60 */
static void kvcalloc__zeroed(struct kunit *test)
{
	static const size_t sizes[] = {1, 8, 64, 100, 4096, 20000, 100000, 3000000};

	for (int i = 0; i < ARRAY_SIZE(sizes); i++) {
		for (int round = 0; round < 20; round++) {
			char *p = kvcalloc(1, sizes[i], GFP_KERNEL);

			KUNIT_ASSERT_NOT_NULL(test, p);
			KUNIT_EXPECT_NULL(test, memchr_inv(p, 0, sizes[i]));
			memset(p, 0xa5, sizes[i]);
			kvfree(p);
		}
	}
}

/* S9.60 */
static void kvmalloc__more_than_int_max(struct kunit *test)
{
	expect_warning(test, "kvmalloc");
	KUNIT_EXPECT_NULL(test, kvmalloc((size_t)INT_MAX + 1, GFP_KERNEL));
	KUNIT_EXPECT_NULL(test, kvcalloc(2, 1ul << 30, GFP_KERNEL | __GFP_NOWARN));
}

/* S9.60 */
static void kvfree__null(struct kunit *test)
{
	kvfree(NULL);
	kfree(NULL);
	vfree(NULL);
	kfree_sensitive(NULL);
}

static void kmalloc__aligned_to_its_size(struct kunit *test)
{
	for (size_t size = 8; size <= PAGE_SIZE; size *= 2) {
		void *one = kmalloc(size, GFP_KERNEL), *two = kmalloc(size, GFP_KERNEL);

		KUNIT_EXPECT_EQ(test, (unsigned long)one & (size - 1), 0ul);
		KUNIT_EXPECT_EQ(test, (unsigned long)two & (size - 1), 0ul);
		kfree(one);
		kfree(two);
	}
}

static void kmalloc__objects_are_apart(struct kunit *test)
{
	enum {
		N = 500
	};
	unsigned char **p = kmalloc_array(N, sizeof(*p), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, p);
	for (unsigned int i = 0; i < N; i++) {
		p[i] = kmalloc(1 + i * 7, GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, p[i]);
		memset(p[i], i, 1 + i * 7);
	}
	for (unsigned int i = 0; i < N; i++) {
		KUNIT_EXPECT_NULL(test, memchr_inv(p[i], i & 0xff, 1 + i * 7));
		KUNIT_EXPECT_GE(test, ksize(p[i]), 1ul + i * 7);
		kfree(p[i]);
	}
	kfree(p);
}

static void krealloc__keeps_the_contents(struct kunit *test)
{
	char *p = krealloc(NULL, 10, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, p);
	memcpy(p, "012345678", 10);
	p = krealloc(p, 5000, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, p);
	KUNIT_EXPECT_STREQ(test, p, "012345678");
	p = krealloc(p, 5, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, p);
	KUNIT_EXPECT_EQ(test, memcmp(p, "01234", 5), 0);
	KUNIT_EXPECT_TRUE(test, ZERO_OR_NULL_PTR(krealloc(p, 0, GFP_KERNEL)));
}

static void kmalloc_obj__by_type(struct kunit *test)
{
	struct pair *one = kmalloc_obj(*one), *zeroed = kzalloc_obj(struct pair, GFP_ATOMIC);
	struct pair *many = kvzalloc_objs(*many, 1000), *flex = kzalloc_flex(*flex, tail, 5);

	KUNIT_ASSERT_NOT_NULL(test, one);
	KUNIT_ASSERT_NOT_NULL(test, zeroed);
	KUNIT_ASSERT_NOT_NULL(test, many);
	KUNIT_ASSERT_NOT_NULL(test, flex);
	KUNIT_EXPECT_EQ(test, zeroed->a + zeroed->b, 0);
	KUNIT_EXPECT_GE(test, ksize(one), sizeof(*one));
	KUNIT_EXPECT_GE(test, ksize(flex), sizeof(*flex) + 5);
	KUNIT_EXPECT_NULL(test, memchr_inv(many, 0, 1000 * sizeof(*many)));
	KUNIT_EXPECT_NULL(test, kmalloc_objs(*many, SIZE_MAX / 2, GFP_KERNEL | __GFP_NOWARN));
	kfree(one);
	kfree(zeroed);
	kvfree(many);
	kfree(flex);
}

static void kfree__as_a_function(struct kunit *test)
{
	void (*give_back)(const void *) = kfree;
	void *p __free(kfree) = kzalloc(3, GFP_KERNEL);

	KUNIT_EXPECT_NOT_NULL(test, p);
	give_back(kmalloc(10, GFP_KERNEL));
}

static void vmalloc__whole_pages(struct kunit *test)
{
	char *p = vzalloc(PAGE_SIZE + 1), *q = vmalloc(10);

	KUNIT_ASSERT_NOT_NULL(test, p);
	KUNIT_ASSERT_NOT_NULL(test, q);
	KUNIT_EXPECT_EQ(test, (unsigned long)p & ~PAGE_MASK, 0ul);
	KUNIT_EXPECT_EQ(test, (unsigned long)q & ~PAGE_MASK, 0ul);
	KUNIT_EXPECT_NULL(test, memchr_inv(p, 0, 2 * PAGE_SIZE));
	p[2 * PAGE_SIZE - 1] = 1;
	KUNIT_EXPECT_TRUE(test, is_vmalloc_addr(p));
	KUNIT_EXPECT_FALSE(test, is_vmalloc_addr(test));
	vfree(p);
	kvfree(q);
}

static void construct(void *object)
{
	((struct pair *)object)->a = 17;
}

static void kmem_cache__constructs(struct kunit *test)
{
	struct kmem_cache *cache =
		kmem_cache_create("pairs", sizeof(struct pair), 64, 0, construct);
	struct pair *one, *two;

	KUNIT_ASSERT_NOT_NULL(test, cache);
	KUNIT_EXPECT_EQ(test, kmem_cache_size(cache), (unsigned int)sizeof(struct pair));
	one = kmem_cache_alloc(cache, GFP_KERNEL);
	two = kmem_cache_alloc(cache, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, one);
	KUNIT_ASSERT_NOT_NULL(test, two);
	KUNIT_EXPECT_EQ(test, one->a, 17);
	KUNIT_EXPECT_EQ(test, ((unsigned long)one | (unsigned long)two) & 63, 0ul);
	kmem_cache_free(cache, one);
	kmem_cache_free(cache, two);
	kmem_cache_destroy(cache);
}

#ifdef __PSIM__
/* up to there kmalloc does; beyond it, pages are mapped */
static void kvmalloc__largest_of_kmalloc(struct kunit *test)
{
	void *largest = kvmalloc(KMALLOC_MAX_SIZE, GFP_KERNEL);
	void *more = kvmalloc(KMALLOC_MAX_SIZE + 1, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, largest);
	KUNIT_ASSERT_NOT_NULL(test, more);
	KUNIT_EXPECT_FALSE(test, is_vmalloc_addr(largest));
	KUNIT_EXPECT_TRUE(test, is_vmalloc_addr(more));
	kvfree(largest);
	kvfree(more);
}

static void kmalloc__fails_when_told_to(struct kunit *test)
{
	void *p;

	psim_fail_nth(PSIM_FAIL_SLAB, 1);
	KUNIT_EXPECT_NULL(test, kmalloc(10, GFP_KERNEL));
	psim_fail_nth(PSIM_FAIL_SLAB, 1);
	KUNIT_EXPECT_NULL(test, kvcalloc(10, 10, GFP_KERNEL));
	psim_fail_nth(PSIM_FAIL_SLAB, 1);
	p = kmalloc(10, GFP_KERNEL | __GFP_NOFAIL);
	KUNIT_EXPECT_NOT_NULL(test, p);
	kfree(p);
}

static void kmalloc__may_sleep_under_a_spinlock(struct kunit *test)
{
	DEFINE_SPINLOCK(lock);

	spin_lock(&lock);
	kfree(kmalloc(1, GFP_ATOMIC));
	kunit_expect_report(test, "law 4");
	kfree(kmalloc(1, GFP_KERNEL));
	spin_unlock(&lock);
}

static void kfree__twice(struct kunit *test)
{
	void *p = kmalloc(24, GFP_KERNEL);

	kfree(p);
	kunit_expect_report(test,
			    "kfree in kfree__twice: 24 bytes taken in kfree__twice were freed "
			    "already, in kfree__twice");
	kfree(p);
}

static void kfree__of_the_middle(struct kunit *test)
{
	char *p = kmalloc(100, GFP_KERNEL);

	kunit_expect_report(test, "no object begins at the address");
	kfree(p + 16);
	kunit_expect_report(test, "no object begins at the address");
	kfree(test);
	kfree(p);
}

#ifndef __SANITIZE_ADDRESS__
/* Under AddressSanitizer the stores themselves end the run. */
static void kfree__written_beyond_the_end(struct kunit *test)
{
	char *p = kmalloc(29, GFP_KERNEL);

	OPTIMIZER_HIDE_VAR(p);
	p[29] = 1;
	kunit_expect_report(test,
			    "29 bytes taken in kfree__written_beyond_the_end were written beyond");
	kfree(p);
}

static void kmalloc__written_after_kfree(struct kunit *test)
{
	char *p = kmalloc(29, GFP_KERNEL);
	void *others[40];

	kfree(p);
	OPTIMIZER_HIDE_VAR(p);
	p[9] = 1;
	kunit_expect_report(
		test, "29 bytes taken in kmalloc__written_after_kfree were written at byte 8");
	for (int i = 0; i < ARRAY_SIZE(others); i++)
		others[i] = kmalloc(29, GFP_KERNEL);
	for (int i = 0; i < ARRAY_SIZE(others); i++)
		kfree(others[i]);
	for (int i = 0; i < ARRAY_SIZE(others); i++)
		kfree(kmalloc(29, GFP_KERNEL));
}
#endif

static void stop__object_is_left(struct kunit *test)
{
	kunit_expect_report(test, "kmalloc 192 bytes taken in stop__object_is_left are left");
	KUNIT_EXPECT_NOT_NULL(test, kzalloc(192, GFP_KERNEL));
}

static void kmem_cache_destroy__objects_are_left(struct kunit *test)
{
	struct kmem_cache *cache = kmem_cache_create("left", 40, 0, 0, NULL);
	void *object = kmem_cache_alloc(cache, GFP_KERNEL);

	kunit_expect_report(test, "cache left is destroyed while 1 objects of it are in use");
	kunit_expect_report(test, "kmalloc 40 bytes taken in kmem_cache_destroy__objects_are_left");
	kmem_cache_destroy(cache);
	KUNIT_EXPECT_NOT_NULL(test, object);
}
#endif

static struct kunit_case cases[] = {
	KUNIT_CASE(kvcalloc__overflow),
	KUNIT_CASE(kvcalloc__nothing),
	KUNIT_CASE(kvcalloc__zeroed),
	KUNIT_CASE(kvmalloc__more_than_int_max),
	KUNIT_CASE(kvfree__null),
	KUNIT_CASE(kmalloc__aligned_to_its_size),
	KUNIT_CASE(kmalloc__objects_are_apart),
	KUNIT_CASE(krealloc__keeps_the_contents),
	KUNIT_CASE(kmalloc_obj__by_type),
	KUNIT_CASE(kfree__as_a_function),
	KUNIT_CASE(vmalloc__whole_pages),
	KUNIT_CASE(kmem_cache__constructs),
#ifdef __PSIM__
	KUNIT_CASE(kvmalloc__largest_of_kmalloc),
	KUNIT_CASE(kmalloc__fails_when_told_to),
	KUNIT_CASE(kmalloc__may_sleep_under_a_spinlock),
	KUNIT_CASE(kfree__twice),
	KUNIT_CASE(kfree__of_the_middle),
#ifndef __SANITIZE_ADDRESS__
	KUNIT_CASE(kfree__written_beyond_the_end),
	KUNIT_CASE(kmalloc__written_after_kfree),
#endif
	KUNIT_CASE(stop__object_is_left),
	KUNIT_CASE(kmem_cache_destroy__objects_are_left),
#endif
	{},
};

static struct kunit_suite suite = {.name = "slab", .test_cases = cases};
kunit_test_suite(suite);
