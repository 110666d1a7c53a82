/* SPDX-License-Identifier: MIT */
/* A resource that is given back with its device; drm_managed.c has its own kind of the same. */
#ifndef PSIM_DRM_DEVRES_H
#define PSIM_DRM_DEVRES_H

#include <linux/list.h>
#include <linux/types.h>

/**
 * struct psim_devres - the header in front of a resource's room
 * @link: in the device's list, oldest first; not linked before devres_add()
 * @release: a dr_release_t, or drm_managed.c's
 * @size: bytes in @room
 */
struct psim_devres {
	struct list_head link;
	void (*release)(void);
	size_t size;
	char room[] __aligned(16);
};

static inline struct psim_devres *psim_devres_of(const void *room)
{
	return (struct psim_devres *)((char *)room - offsetof(struct psim_devres, room));
}

#endif /* PSIM_DRM_DEVRES_H */
