/* SPDX-License-Identifier: MIT */
/* What goes with the last reference of a drm_device, in reverse order (S9.66). */
#ifndef _DRM_MANAGED_H_
#define _DRM_MANAGED_H_

#include <linux/gfp.h>
#include <linux/mutex.h>
#include <linux/overflow.h>
#include <linux/types.h>

struct drm_device;

typedef void (*drmres_release_t)(struct drm_device *dev, void *res);

/* Call action(dev, data) then. Return: 0, or -ENOMEM (the _or_reset one has called it then). */
int __psim_drmm_add_action(struct drm_device *dev, drmres_release_t action, void *data,
			   const char *site);
int __psim_drmm_add_action_or_reset(struct drm_device *dev, drmres_release_t action, void *data,
				    const char *site);
#define drmm_add_action(dev, action, data) __psim_drmm_add_action(dev, action, data, __func__)
/**
 * drmm_add_action_or_reset() - as drmm_add_action(); without memory the action is called at once
 */
#define drmm_add_action_or_reset(dev, action, data) \
	__psim_drmm_add_action_or_reset(dev, action, data, __func__)
/* Call the latest such action now and forget it. */
void drmm_release_action(struct drm_device *dev, drmres_release_t action, void *data);

/* Free @container, in which @dev is embedded, at the very end. */
void drmm_add_final_kfree(struct drm_device *dev, void *container);

void *__psim_drmm_kmalloc(struct drm_device *dev, size_t size, gfp_t gfp, const char *site);
char *__psim_drmm_kstrdup(struct drm_device *dev, const char *s, gfp_t gfp, const char *site);
/* Earlier than that. NULL is allowed; memory that is not the device's warns. */
void drmm_kfree(struct drm_device *dev, void *data);

static inline void *__psim_drmm_kmalloc_array(struct drm_device *dev, size_t n, size_t size,
					      gfp_t gfp, const char *site)
{
	size_t bytes;

	if (check_mul_overflow(n, size, &bytes))
		return NULL;
	return __psim_drmm_kmalloc(dev, bytes, gfp, site);
}

/** drmm_kmalloc() - memory that goes with the device; NULL without memory */
#define drmm_kmalloc(dev, size, gfp) __psim_drmm_kmalloc(dev, size, gfp, __func__)
/** drmm_kzalloc() - the same, zeroed */
#define drmm_kzalloc(dev, size, gfp) __psim_drmm_kmalloc(dev, size, (gfp) | __GFP_ZERO, __func__)
/** drmm_kmalloc_array() - an array; NULL also when its size overflows */
#define drmm_kmalloc_array(dev, n, size, gfp) __psim_drmm_kmalloc_array(dev, n, size, gfp, __func__)
/** drmm_kcalloc() - the same, zeroed */
#define drmm_kcalloc(dev, n, size, gfp) \
	__psim_drmm_kmalloc_array(dev, n, size, (gfp) | __GFP_ZERO, __func__)
/** drmm_kstrdup() - a copy of a text that goes with the device */
#define drmm_kstrdup(dev, s, gfp) __psim_drmm_kstrdup(dev, s, gfp, __func__)

/** __drmm_mutex_release() - what drmm_mutex_init() has called at the end */
void __drmm_mutex_release(struct drm_device *dev, void *res);
/* Return: 0 or a negative errno. */
#define drmm_mutex_init(dev, lock)                                         \
	({                                                                 \
		mutex_init(lock);                                          \
		drmm_add_action_or_reset(dev, __drmm_mutex_release, lock); \
	})

#endif /* _DRM_MANAGED_H_ */
