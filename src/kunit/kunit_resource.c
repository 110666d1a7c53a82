// SPDX-License-Identifier: MIT
/* KUnit's resources: each is an action of the case's end, and on a list to be found. */
#include <kunit/resource.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/string.h>

/* ---- references ---------------------------------------------------------------------------------------------- */

void kunit_get_resource(struct kunit_resource *res)
{
	kref_get(&res->refcount);
}

static void resource_release(struct kref *kref)
{
	struct kunit_resource *res = container_of(kref, struct kunit_resource, refcount);

	if (res->free)
		res->free(res);
	if (res->should_kfree)
		kfree(res);
}

void kunit_put_resource(struct kunit_resource *res)
{
	kref_put(&res->refcount, resource_release);
}

/* The action: the case's reference. */
static void let_go(void *context)
{
	struct kunit_resource *res = context;

	list_del(&res->node);
	kunit_put_resource(res);
}

void kunit_remove_resource(struct kunit *test, struct kunit_resource *res)
{
	kunit_release_action(test, let_go, res);
}

/* ---- adding --------------------------------------------------------------------------------------------------- */

int kunit_add_resource(struct kunit *test, kunit_resource_init_t init, kunit_resource_free_t free,
		       struct kunit_resource *res, void *data)
{
	int err;

	res->free = free;
	kref_init(&res->refcount);
	if (!init) {
		res->data = data;
	} else {
		err = init(res, data);
		if (err)
			return err;
	}
	list_add(&res->node, &test->__psim_resources);
	return kunit_add_action_or_reset(test, let_go, res);
}

int kunit_add_named_resource(struct kunit *test, kunit_resource_init_t init,
			     kunit_resource_free_t free, struct kunit_resource *res,
			     const char *name, void *data)
{
	struct kunit_resource *other;

	if (!name)
		return -EINVAL;
	other = kunit_find_named_resource(test, name);
	if (other) {
		kunit_put_resource(other);
		return -EEXIST;
	}
	res->name = name;
	return kunit_add_resource(test, init, free, res, data);
}

struct kunit_resource *kunit_alloc_and_get_resource(struct kunit *test, kunit_resource_init_t init,
						    kunit_resource_free_t free, gfp_t gfp,
						    void *context)
{
	struct kunit_resource *res = kzalloc(sizeof(*res), gfp);

	if (!res)
		return NULL;
	/* a structure that was not added is this function's to free */
	if (kunit_add_resource(test, init, free, res, context)) {
		kfree(res);
		return NULL;
	}
	res->should_kfree = true;
	kunit_get_resource(res);
	return res;
}

void *kunit_alloc_resource(struct kunit *test, kunit_resource_init_t init,
			   kunit_resource_free_t free, gfp_t gfp, void *context)
{
	struct kunit_resource *res = kunit_alloc_and_get_resource(test, init, free, gfp, context);
	void *data = res ? res->data : NULL;

	if (res)
		kunit_put_resource(res);
	return data;
}

/* ---- finding ----------------------------------------------------------------------------------------------------- */

struct kunit_resource *kunit_find_resource(struct kunit *test, kunit_resource_match_t match,
					   void *match_data)
{
	struct kunit_resource *res;

	list_for_each_entry(res, &test->__psim_resources, node) {
		if (match(test, res, match_data)) {
			kunit_get_resource(res);
			return res;
		}
	}
	return NULL;
}

struct kunit_resource *kunit_find_named_resource(struct kunit *test, const char *name)
{
	return kunit_find_resource(test, kunit_resource_name_match, (void *)name);
}

int kunit_destroy_resource(struct kunit *test, kunit_resource_match_t match, void *match_data)
{
	struct kunit_resource *res = kunit_find_resource(test, match, match_data);

	if (!res)
		return -ENOENT;
	kunit_remove_resource(test, res);
	kunit_put_resource(res);
	return 0;
}

int kunit_destroy_named_resource(struct kunit *test, const char *name)
{
	return kunit_destroy_resource(test, kunit_resource_name_match, (void *)name);
}
