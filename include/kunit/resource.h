/* SPDX-License-Identifier: MIT */
/*
 * Resources of a KUnit case: data that can be found again, with what gives it back at the case's end, latest first.
 */
#ifndef _KUNIT_RESOURCE_H
#define _KUNIT_RESOURCE_H

#include <kunit/test.h>
#include <linux/kref.h>
#include <linux/list.h>

struct kunit_resource;

typedef int (*kunit_resource_init_t)(struct kunit_resource *res, void *context);
typedef void (*kunit_resource_free_t)(struct kunit_resource *res);
typedef bool (*kunit_resource_match_t)(struct kunit *test, struct kunit_resource *res,
				       void *match_data);

/**
 * struct kunit_resource - one resource
 * @data: the test's own
 * @name: to find it by, or NULL
 * @free: gives @data back; may be NULL
 */
struct kunit_resource {
	void *data;
	const char *name;
	kunit_resource_free_t free;
	struct kref refcount;
	struct list_head node;
	bool should_kfree;
};

/*
 * A resource whose structure KUnit has. @init(resource, @context) fills it in; without it @context is the
 * data. Return: the data, or the resource with a reference; NULL without memory or if @init fails.
 */
void *kunit_alloc_resource(struct kunit *test, kunit_resource_init_t init,
			   kunit_resource_free_t free, gfp_t gfp, void *context);
struct kunit_resource *kunit_alloc_and_get_resource(struct kunit *test, kunit_resource_init_t init,
						    kunit_resource_free_t free, gfp_t gfp,
						    void *context);
/* One whose structure is the caller's. Return: 0, or what @init returned. */
int kunit_add_resource(struct kunit *test, kunit_resource_init_t init, kunit_resource_free_t free,
		       struct kunit_resource *res, void *data);
/* The same with a name; -EEXIST if the case has one of that name, -EINVAL without one. */
int kunit_add_named_resource(struct kunit *test, kunit_resource_init_t init,
			     kunit_resource_free_t free, struct kunit_resource *res,
			     const char *name, void *data);

/* The latest one that matches, with a reference for kunit_put_resource(); or NULL. */
struct kunit_resource *kunit_find_resource(struct kunit *test, kunit_resource_match_t match,
					   void *match_data);
struct kunit_resource *kunit_find_named_resource(struct kunit *test, const char *name);
void kunit_get_resource(struct kunit_resource *res);
/* The last one frees. */
void kunit_put_resource(struct kunit_resource *res);
/* Take it out of the case, which gives its reference up. */
void kunit_remove_resource(struct kunit *test, struct kunit_resource *res);
/* Find and remove. Return: 0, -ENOENT. */
int kunit_destroy_resource(struct kunit *test, kunit_resource_match_t match, void *match_data);
int kunit_destroy_named_resource(struct kunit *test, const char *name);

static inline bool kunit_resource_instance_match(struct kunit *test, struct kunit_resource *res,
						 void *match_data)
{
	return res->data == match_data;
}

static inline bool kunit_resource_name_match(struct kunit *test, struct kunit_resource *res,
					     void *match_name)
{
	return res->name && !strcmp(res->name, match_name);
}

#endif /* _KUNIT_RESOURCE_H */
