// SPDX-License-Identifier: MIT
/* The user face of views: checks what the user's program gives, one call at a time. */
#include <linux/err.h>
#include <linux/hmm.h>
#include <linux/kernel.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>
#include <psim/hw.h>
#include <psim/process.h>
#include <psim/view.h>

#include "driver/view.h"
#include "hw/simgpu_model.h"
#include "mm/process.h"
#include "sim/sim.h"
#include "user.h"

/* @gpus: for their bytes. */
struct psim_view {
	struct simgpu_view *driver;
	struct psim_process *process;
	struct psim_gpu *gpus[PSIM_VIEW_MAX_GPUS];
};

static int check_config(const struct psim_view_config *c)
{
	if (!c || !c->process || !c->nr_gpus || c->nr_gpus > PSIM_VIEW_MAX_GPUS)
		return psim_misuse(-EINVAL,
				   "psim_view_create: a process and 1 to %u GPUs are needed",
				   PSIM_VIEW_MAX_GPUS);
	if (!c->length || c->address + c->length < c->address ||
	    (c->address | c->length) % SIMGPU_WINDOW_BYTES)
		return psim_misuse(-EINVAL,
				   "psim_view_create: %#lx + %#zx is not made of aligned 2 MiB",
				   c->address, c->length);
	for (unsigned int i = 0; i <= c->nr_gpus; i++) {
		if (!c->tables[i])
			return psim_misuse(-EINVAL, "psim_view_create: table %u is missing", i);
		if (i && (!c->gpus[i - 1] || !c->gpus[i - 1]->hw))
			return psim_misuse(-EINVAL, "psim_view_create: GPU %u is not plugged in",
					   i - 1);
	}
	return 0;
}

int psim_view_create(const struct psim_view_config *config, struct psim_view **result)
{
	struct simgpu_device *gpus[PSIM_VIEW_MAX_GPUS];
	struct psim_view *view;
	int err = check_config(config);

	if (err)
		return err;
	view = kzalloc(sizeof(*view), GFP_KERNEL);
	if (!view)
		return -ENOMEM;
	for (unsigned int i = 0; i < config->nr_gpus; i++) {
		view->gpus[i] = config->gpus[i];
		gpus[i] = config->gpus[i]->driver;
	}
	view->process = config->process;
	view->driver = simgpu_view_create(psim_process_mm(config->process), config->address,
					  config->length >> PAGE_SHIFT, gpus, config->nr_gpus,
					  config->tables, psim_hw_has_bytes());
	err = PTR_ERR_OR_ZERO(view->driver);
	if (!err) {
		*result = view;
		return 0;
	}
	kfree(view);
	if (err == -EBUSY)
		psim_misuse(err,
			    "psim_view_create: a GPU has a view already, or its memory is in use");
	return err;
}

int psim_view_destroy(struct psim_view *view)
{
	int err;

	if (!view)
		return psim_misuse(-EINVAL, "psim_view_destroy: there is no view to destroy");
	err = simgpu_view_destroy(view->driver);
	if (!err)
		kfree(view);
	return err;
}

/* Is [first, first + pages) a piece of the view, and @gpu one of its GPUs? */
static int check_piece(const char *what, const struct psim_view *view, unsigned int gpu,
		       unsigned long first, unsigned int pages)
{
	if (!view || gpu >= view->driver->nr_gpus)
		return psim_misuse(-EINVAL, "%s: the view has no GPU %u", what, gpu);
	if (!pages || first >= view->driver->npages || pages > view->driver->npages - first ||
	    first / PSIM_VIEW_MAX_PIECE != (first + pages - 1) / PSIM_VIEW_MAX_PIECE)
		return psim_misuse(-EINVAL, "%s: %u pages from %lu on are no piece within 2 MiB",
				   what, pages, first);
	return 0;
}

static struct simgpu_view *begin(struct psim_view *view)
{
	mutex_lock(&view->driver->busy);
	view->driver->moved = (struct psim_view_moved){0};
	return view->driver;
}

static void end(struct simgpu_view *driver, struct psim_view_moved *moved)
{
	if (moved)
		*moved = driver->moved;
	mutex_unlock(&driver->busy);
}

long psim_view_bring(struct psim_view *view, unsigned int gpu, unsigned long first,
		     unsigned int pages, unsigned long timeslice_ms, struct psim_view_moved *moved)
{
	struct simgpu_view *driver;
	long err = check_piece("psim_view_bring", view, gpu, first, pages);

	if (err)
		return err;
	driver = begin(view);
	err = simgpu_view_bring(&driver->gpus[gpu], first, pages, timeslice_ms);
	end(driver, moved);
	return err;
}

int psim_view_map(struct psim_view *view, unsigned int gpu, unsigned long first, unsigned int pages,
		  int write, struct psim_view_moved *moved)
{
	struct simgpu_view *driver;
	int err = check_piece("psim_view_map", view, gpu, first, pages);

	if (err)
		return err;
	driver = begin(view);
	err = simgpu_view_look(&driver->gpus[gpu], first, pages,
			       HMM_PFN_REQ_FAULT | (write ? HMM_PFN_REQ_WRITE : 0));
	end(driver, moved);
	return err;
}

int psim_view_touch(struct psim_view *view, unsigned long page, int write,
		    struct psim_view_moved *moved)
{
	struct simgpu_view *driver;
	unsigned long address;
	char byte = 0;
	int err = check_piece("psim_view_touch", view, 0, page, 1);

	if (err)
		return err;
	driver = begin(view);
	address = driver->start + (page << PAGE_SHIFT);
	err = psim_load(view->process, address, &byte, 1);
	if (!err && write)
		err = psim_store(view->process, address, &byte, 1);
	if (!err)
		simgpu_view_cpu_has(driver, page,
				    PSIM_VIEW_NEAR | PSIM_VIEW_READ |
					    (write ? PSIM_VIEW_WRITE : 0));
	end(driver, moved);
	return err;
}

int psim_view_evict(struct psim_view *view, unsigned long allocation, struct psim_view_moved *moved)
{
	struct simgpu_view *driver;
	int err;

	if (!view)
		return psim_misuse(-EINVAL, "psim_view_evict: a view is needed");
	driver = begin(view);
	err = allocation < driver->nr_units ? simgpu_view_evict(driver, allocation) : -ENOENT;
	end(driver, moved);
	return err;
}

unsigned int psim_view_gone(struct psim_view *view, unsigned int *list, unsigned int max)
{
	unsigned int n;

	if (READ_ONCE(view->driver->last_gone) == SIMGPU_NO_UNIT)
		return 0;
	mutex_lock(&view->driver->busy);
	n = simgpu_view_reap(view->driver, list, max);
	mutex_unlock(&view->driver->busy);
	return n;
}

unsigned long psim_view_free(const struct psim_view *view, unsigned int gpu)
{
	return READ_ONCE(view->driver->gpus[gpu].frames.nr_free);
}

void *psim_view_bytes(struct psim_view *view, unsigned int gpu, unsigned long page, int write)
{
	unsigned char need = PSIM_VIEW_READ | (write ? PSIM_VIEW_WRITE : 0);
	struct simgpu_view_gpu *vg;
	u64 pte;

	if (check_piece("psim_view_bytes", view, gpu, page, 1))
		return NULL;
	vg = &view->driver->gpus[gpu];
	if (!view->driver->bytes || (vg->table[page] & need) != need)
		return NULL;
	pte = simgpu_view_pte(vg, page);
	return pte ? simgpu_model_bytes(view->gpus[gpu]->hw, pte, write) : NULL;
}
