/* SPDX-License-Identifier: MIT */
/* What drm_drv.c asks of drm_managed.c. */
#ifndef PSIM_DRM_MANAGED_INTERNAL_H
#define PSIM_DRM_MANAGED_INTERNAL_H

struct drm_device;

/* Give everything back, latest first. May sleep. */
void psim_drm_managed_release(struct drm_device *dev);

#endif /* PSIM_DRM_MANAGED_INTERNAL_H */
