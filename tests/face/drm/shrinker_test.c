// SPDX-License-Identifier: MIT
/* Shrinkers: what they are asked, and that a freed one is not asked any more. */
#include <kunit/test.h>
#include <linux/minmax.h>
#include <linux/shrinker.h>

/* A cache that only counts. */
struct cache {
	unsigned long objects;
	unsigned long scanned;
	unsigned int counts, scans;
	unsigned long stop_below;
};

static unsigned long count(struct shrinker *shrinker, struct shrink_control *sc)
{
	struct cache *cache = shrinker->private_data;

	cache->counts++;
	return cache->objects ? cache->objects : SHRINK_EMPTY;
}

static unsigned long scan(struct shrinker *shrinker, struct shrink_control *sc)
{
	struct cache *cache = shrinker->private_data;
	unsigned long n = min(sc->nr_to_scan, cache->objects);

	cache->scans++;
	cache->scanned += sc->nr_to_scan;
	if (cache->objects <= cache->stop_below)
		return SHRINK_STOP;
	cache->objects -= n;
	return n;
}

static struct shrinker *make(struct kunit *test, struct cache *cache)
{
	struct shrinker *shrinker = shrinker_alloc(0, "psim-test-%d", 1);

	KUNIT_ASSERT_NOT_NULL(test, shrinker);
	shrinker->count_objects = count;
	shrinker->scan_objects = scan;
	shrinker->private_data = cache;
	return shrinker;
}

/* S9.68 */
static void values__are_the_kernel_s(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, SHRINK_STOP, ~0ul);
	KUNIT_EXPECT_EQ(test, SHRINK_EMPTY, ~0ul - 1);
}

/* S9.68 */
static void shrinker_free__of_an_unregistered_one(struct kunit *test)
{
	struct cache cache = {.objects = 5};

	shrinker_free(make(test, &cache));
	shrinker_free(NULL);
	KUNIT_EXPECT_EQ(test, cache.counts, 0u);
}

#ifdef __PSIM__
#include <psim/shrink.h>

/* S9.68 */
static void shrink__asks_registered_ones_only(struct kunit *test)
{
	struct cache cache = {.objects = 300};
	struct shrinker *shrinker = make(test, &cache);

	KUNIT_EXPECT_EQ(test, psim_shrink(10), 0l);
	KUNIT_EXPECT_EQ(test, cache.counts, 0u);
	shrinker_register(shrinker);
	KUNIT_EXPECT_EQ(test, psim_shrink(10), 10l);
	KUNIT_EXPECT_EQ(test, cache.objects, 290ul);
	KUNIT_EXPECT_EQ(test, psim_shrink(1000), 290l);
	KUNIT_EXPECT_EQ(test, cache.objects, 0ul);
	shrinker_free(shrinker);
	KUNIT_EXPECT_EQ(test, psim_shrink(10), 0l);
	KUNIT_EXPECT_EQ(test, cache.counts, 2u);
}

/* S9.68 */
static void shrink__goes_in_batches(struct kunit *test)
{
	struct cache cache = {.objects = 100};
	struct shrinker *shrinker = make(test, &cache);

	shrinker->batch = 30;
	shrinker_register(shrinker);
	KUNIT_EXPECT_EQ(test, psim_shrink(100), 100l);
	KUNIT_EXPECT_EQ(test, cache.scans, 4u);
	shrinker_free(shrinker);
}

/* S9.68 */
static void shrink__an_empty_one_is_not_scanned(struct kunit *test)
{
	struct cache cache = {};
	struct shrinker *shrinker = make(test, &cache);

	shrinker_register(shrinker);
	KUNIT_EXPECT_EQ(test, psim_shrink(100), 0l);
	KUNIT_EXPECT_EQ(test, cache.counts, 1u);
	KUNIT_EXPECT_EQ(test, cache.scans, 0u);
	shrinker_free(shrinker);
}

/* S9.68 */
static void shrink__ends_where_a_scan_stops(struct kunit *test)
{
	struct cache cache = {.objects = 100, .stop_below = 40}, next = {.objects = 50};
	struct shrinker *stops = make(test, &cache), *other = make(test, &next);

	stops->batch = 30;
	shrinker_register(stops);
	shrinker_register(other);
	KUNIT_EXPECT_EQ(test, psim_shrink(100), 60l + 40l);
	KUNIT_EXPECT_EQ(test, cache.objects, 40ul);
	KUNIT_EXPECT_EQ(test, next.objects, 10ul);
	shrinker_free(stops);
	shrinker_free(other);
}
#endif

static struct kunit_case cases[] = {
	KUNIT_CASE(values__are_the_kernel_s),
	KUNIT_CASE(shrinker_free__of_an_unregistered_one),
#ifdef __PSIM__
	KUNIT_CASE(shrink__asks_registered_ones_only),
	KUNIT_CASE(shrink__goes_in_batches),
	KUNIT_CASE(shrink__an_empty_one_is_not_scanned),
	KUNIT_CASE(shrink__ends_where_a_scan_stops),
#endif
	{},
};

static struct kunit_suite suite = {
	.name = "shrinker",
	.test_cases = cases,
};
kunit_test_suite(suite);
