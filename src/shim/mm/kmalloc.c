// SPDX-License-Identifier: MIT
/*
 * kmalloc and its family, kvmalloc, vmalloc: sizes, contexts and failures as the kernel has them
 * (S9.60); the slab allocator gives the memory.
 */
#include <linux/kernel.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/preempt.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/vmalloc.h>
#include <linux/__psim_might.h>

#include "mm/slab.h"
#include "sched/engine.h"
#include "sim/sim.h"

/* Objects of a power-of-two size are aligned to it; beyond a page nobody may count on more. */
static size_t natural_align(size_t size)
{
	return is_power_of_2(size) ? min(size, PAGE_SIZE) : 0;
}

static void *take(size_t size, gfp_t gfp, u32 state, const char *site)
{
	void *p;

	if (psim_slab_refuses(gfp, site))
		return NULL;
	p = psim_slab_alloc(size, natural_align(size), gfp & __GFP_ZERO, state, NULL, site);
	if (!p && (gfp & __GFP_NOFAIL))
		psim_fatal("out of memory", "%s must not fail, and kernel memory is used up", site);
	return p;
}

/* ---- kmalloc ------------------------------------------------------------------------------------- */

void *__psim_kmalloc(size_t size, gfp_t gfp, const char *site)
{
	if (unlikely(!size))
		return ZERO_SIZE_PTR;
	if (unlikely(size > KMALLOC_MAX_SIZE)) {
		WARN_ONCE(!(gfp & __GFP_NOWARN), "%s asks kmalloc for %zu bytes", site, size);
		return NULL;
	}
	return take(size, gfp, 0, site);
}

void *__psim_kmalloc_array(size_t n, size_t size, gfp_t gfp, const char *site)
{
	size_t bytes;

	return check_mul_overflow(n, size, &bytes) ? NULL : __psim_kmalloc(bytes, gfp, site);
}

void __psim_kfree(const void *p, const char *site)
{
	struct psim_object *object;

	if (ZERO_OR_NULL_PTR(p))
		return;
	object = psim_slab_find(p);
	if (object && (object->state & PSIM_OBJECT_VMALLOC))
		psim_report("slab", "kfree in %s of memory that %s took with vmalloc", site,
			    object->site);
	psim_cache_left(object);
	psim_slab_free(p, "kfree", site);
}

void *__psim_krealloc(const void *p, size_t size, gfp_t gfp, const char *site)
{
	size_t old = ksize(p);
	void *bigger;

	if (!size) {
		__psim_kfree(p, site);
		return ZERO_SIZE_PTR;
	}
	/* always elsewhere: whoever keeps the old address is found */
	bigger = __psim_kmalloc(size, gfp, site);
	if (bigger && !ZERO_OR_NULL_PTR(p)) {
		memcpy(bigger, p, min(old, size));
		__psim_kfree(p, site);
	}
	return bigger;
}

void *__psim_krealloc_array(void *p, size_t n, size_t size, gfp_t gfp, const char *site)
{
	size_t bytes;

	return check_mul_overflow(n, size, &bytes) ? NULL : __psim_krealloc(p, bytes, gfp, site);
}

void kfree_sensitive(const void *p)
{
	if (ZERO_OR_NULL_PTR(p))
		return;
	memzero_explicit((void *)p, ksize(p));
	__psim_kfree(p, __func__);
}

size_t ksize(const void *p)
{
	struct psim_object *object;

	if (ZERO_OR_NULL_PTR(p))
		return 0;
	object = psim_slab_find(p);
	if (!object || !(object->state & PSIM_OBJECT_LIVE)) {
		psim_report("slab", "ksize of an address at which no object begins");
		return 0;
	}
	return object->size;
}

size_t kmalloc_size_roundup(size_t size)
{
	return size;
}

/* ---- kvmalloc and vmalloc ---------------------------------------------------------------------------- */

void *__psim_kvmalloc(size_t size, gfp_t gfp, const char *site)
{
	if (size <= KMALLOC_MAX_SIZE)
		return __psim_kmalloc(size, gfp, site);
	if (size > INT_MAX) {
		WARN_ONCE(!(gfp & __GFP_NOWARN), "%s asks kvmalloc for %zu bytes", site, size);
		return NULL;
	}
	if (!gfpflags_allow_blocking(gfp))
		return NULL;
	return take(PAGE_ALIGN(size), gfp, PSIM_OBJECT_VMALLOC, site);
}

void *__psim_kvmalloc_array(size_t n, size_t size, gfp_t gfp, const char *site)
{
	size_t bytes;

	return check_mul_overflow(n, size, &bytes) ? NULL : __psim_kvmalloc(bytes, gfp, site);
}

void __psim_kvfree(const void *p, const char *site)
{
	struct psim_object *object;

	if (ZERO_OR_NULL_PTR(p))
		return;
	object = psim_slab_find(p);
	if (object && (object->state & PSIM_OBJECT_VMALLOC) && !in_interrupt())
		__psim_might_sleep("vfree");
	psim_cache_left(object);
	psim_slab_free(p, "kvfree", site);
}

void *__psim_vmalloc(size_t size, gfp_t gfp, const char *site)
{
	if (WARN_ONCE(!size, "%s asks vmalloc for nothing", site))
		return NULL;
	return take(PAGE_ALIGN(size), gfp, PSIM_OBJECT_VMALLOC, site);
}

void *__psim_vmalloc_array(size_t n, size_t size, gfp_t gfp, const char *site)
{
	size_t bytes;

	return check_mul_overflow(n, size, &bytes) ? NULL : __psim_vmalloc(bytes, gfp, site);
}

void vfree(const void *p)
{
	if (p && !is_vmalloc_addr(p))
		psim_report("slab", "vfree of memory that vmalloc did not give");
	__psim_kvfree(p, __func__);
}

bool is_vmalloc_addr(const void *p)
{
	struct psim_object *object = psim_slab_find(p);

	return object && (object->state & PSIM_OBJECT_VMALLOC);
}

/* ---- the functions behind the macros ------------------------------------------------------------------- */

void *(kmalloc)(size_t size, gfp_t gfp)
{
	return __psim_kmalloc(size, gfp, "kmalloc");
}

void *(kzalloc)(size_t size, gfp_t gfp)
{
	return __psim_kmalloc(size, gfp | __GFP_ZERO, "kzalloc");
}

void *(kcalloc)(size_t n, size_t size, gfp_t gfp)
{
	return __psim_kmalloc_array(n, size, gfp | __GFP_ZERO, "kcalloc");
}

void *(kmalloc_array)(size_t n, size_t size, gfp_t gfp)
{
	return __psim_kmalloc_array(n, size, gfp, "kmalloc_array");
}

void *(krealloc)(const void *p, size_t size, gfp_t gfp)
{
	return __psim_krealloc(p, size, gfp, "krealloc");
}

void(kfree)(const void *p)
{
	__psim_kfree(p, "kfree");
}

void *(kvmalloc)(size_t size, gfp_t gfp)
{
	return __psim_kvmalloc(size, gfp, "kvmalloc");
}

void *(kvzalloc)(size_t size, gfp_t gfp)
{
	return __psim_kvmalloc(size, gfp | __GFP_ZERO, "kvzalloc");
}

void *(kvcalloc)(size_t n, size_t size, gfp_t gfp)
{
	return __psim_kvmalloc_array(n, size, gfp | __GFP_ZERO, "kvcalloc");
}

void *(kvmalloc_array)(size_t n, size_t size, gfp_t gfp)
{
	return __psim_kvmalloc_array(n, size, gfp, "kvmalloc_array");
}

void(kvfree)(const void *p)
{
	__psim_kvfree(p, "kvfree");
}

void *(vmalloc)(size_t size)
{
	return __psim_vmalloc(size, GFP_KERNEL, "vmalloc");
}

void *(vzalloc)(size_t size)
{
	return __psim_vmalloc(size, GFP_KERNEL | __GFP_ZERO, "vzalloc");
}
