// SPDX-License-Identifier: MIT
/*
 * Perfetto's JSON: which event causes which. A wake-up leads to where the task goes on; queued work to its
 * run; an interrupt to its handler; a fence that is made to the copy that it stands for, and to its signal;
 * the signal to each who waits for it. An arrow begins and ends in slices.
 */
#include <stdlib.h>
#include <string.h>

#include "perfetto.h"

#define MOST_LINES    256
#define MOST_CONTEXTS 256

/**
 * struct fence - one that was made, and not destroyed yet
 * @next: made before it
 * @context, @seqno: its name
 * @signal: the arrow to its signal; 0: it was signalled
 * @copy: the arrow to its copy; 0: that has begun
 */
struct fence {
	struct fence *next;
	unsigned long long context, seqno, signal, copy;
};

static struct {
	int wake, queue, execute, raise, handler, init, signal, wait, wait_end, destroy, copy;
} kinds;

static unsigned long long of_line[MOST_LINES]; /* arrows of interrupts that are pending */
static unsigned int gpu_of_context[MOST_CONTEXTS];

void psim_perfetto_flow_start(void)
{
	kinds.wake = psim_trace_kind("sched_wakeup");
	kinds.queue = psim_trace_kind("workqueue_queue_work");
	kinds.execute = psim_trace_kind("workqueue_execute_start");
	kinds.raise = psim_trace_kind("irq_raise");
	kinds.handler = psim_trace_kind("irq_handler_entry");
	kinds.init = psim_trace_kind("dma_fence_init");
	kinds.signal = psim_trace_kind("dma_fence_signaled");
	kinds.wait = psim_trace_kind("dma_fence_wait_start");
	kinds.wait_end = psim_trace_kind("dma_fence_wait_end");
	kinds.destroy = psim_trace_kind("dma_fence_destroy");
	kinds.copy = psim_trace_kind("gpu_copy");
	memset(of_line, 0, sizeof(of_line));
	memset(gpu_of_context, 0, sizeof(gpu_of_context));
}

bool psim_perfetto_flow_wants_slice(unsigned int kind)
{
	int k = kind;

	return k == kinds.wake || k == kinds.queue || k == kinds.raise || k == kinds.init ||
	       k == kinds.signal;
}

static unsigned long long begin(struct perfetto *p, const struct place *place, const char *name)
{
	psim_perfetto_arrow(p, 's', place, name, ++p->arrows);
	return p->arrows;
}

static void end(struct perfetto *p, const struct place *place, const char *name,
		unsigned long long *arrow)
{
	if (*arrow)
		psim_perfetto_arrow(p, 'f', place, name, *arrow);
	*arrow = 0;
}

/* ---- wake-ups -------------------------------------------------------------------------------------------- */

void psim_perfetto_flow_before(struct perfetto *p, struct track *track, const struct place *place,
			       const struct psim_trace_event *event)
{
	(void)event;
	if (!track->woken)
		return;
	if (!track->nr_open)
		psim_perfetto_mark(p, 'B', place, "goes on");
	end(p, place, "wake-up", &track->woken);
	if (!track->nr_open)
		psim_perfetto_mark(p, 'E', place, "goes on");
}

static void wake(struct perfetto *p, const struct place *place, unsigned long long pid)
{
	if (pid < p->nr_tracks && p->tracks[pid].met && !p->tracks[pid].woken)
		p->tracks[pid].woken = begin(p, place, "wake-up");
}

/* ---- fences -------------------------------------------------------------------------------------------------- */

static struct fence **find(struct perfetto *p, unsigned long long context, unsigned long long seqno)
{
	struct fence **at = &p->fences;

	while (*at && ((*at)->context != context || (*at)->seqno != seqno))
		at = &(*at)->next;
	return at;
}

static void made(struct perfetto *p, const struct place *place, const unsigned long long value[])
{
	struct fence *fence = calloc(1, sizeof(*fence));

	if (!fence) {
		p->failed = true;
		return;
	}
	fence->context = value[0];
	fence->seqno = value[1];
	fence->signal = begin(p, place, "fence");
	fence->copy = begin(p, place, "copy");
	fence->next = p->fences;
	p->fences = fence;
}

static void destroyed(struct perfetto *p, const unsigned long long value[])
{
	struct fence **at = find(p, value[0], value[1]), *fence = *at;

	if (!fence)
		return;
	*at = fence->next;
	free(fence);
}

/* A GPU counts the copies of its ring as its fences' context does; which one that is shows at the first. */
static void copies(struct perfetto *p, const struct place *place, unsigned int gpu,
		   unsigned long long seqno)
{
	struct fence *found = NULL;
	unsigned int candidates = 0;

	for (struct fence *fence = p->fences; fence; fence = fence->next) {
		unsigned int of = gpu_of_context[fence->context % MOST_CONTEXTS];

		if (fence->seqno != seqno || !fence->copy || (of && of != gpu))
			continue;
		if (of == gpu) {
			end(p, place, "copy", &fence->copy);
			return;
		}
		found = fence;
		candidates++;
	}
	/* nobody can say which */
	if (candidates != 1)
		return;
	gpu_of_context[found->context % MOST_CONTEXTS] = gpu;
	end(p, place, "copy", &found->copy);
}

static void signalled(struct perfetto *p, const struct place *place,
		      const unsigned long long value[])
{
	struct fence *fence = *find(p, value[0], value[1]);

	if (fence)
		end(p, place, "fence", &fence->signal);
	for (unsigned int i = 0; i < p->nr_tracks; i++) {
		struct track *track = &p->tracks[i];

		if (track->waits && track->context == value[0] && track->seqno == value[1])
			track->told = begin(p, place, "signal");
	}
}

/* ---- all -------------------------------------------------------------------------------------------------------- */

static void waits(struct track *track, const unsigned long long value[])
{
	track->waits = true;
	track->context = value[0];
	track->seqno = value[1];
}

void psim_perfetto_flow_inside(struct perfetto *p, struct track *track, const struct place *place,
			       const struct psim_trace_event *event)
{
	const unsigned long long *value = event->value;
	int kind = event->kind;

	if (kind == kinds.wake) {
		wake(p, place, value[0]);
	} else if (kind == kinds.queue) {
		psim_perfetto_arrow(p, 's', place, "work", (1ull << 40) + value[0]);
	} else if (kind == kinds.execute) {
		psim_perfetto_arrow(p, 'f', place, "work", (1ull << 40) + value[0]);
	} else if (kind == kinds.raise) {
		if (!of_line[value[0] % MOST_LINES])
			of_line[value[0] % MOST_LINES] = begin(p, place, "interrupt");
	} else if (kind == kinds.handler) {
		end(p, place, "interrupt", &of_line[value[0] % MOST_LINES]);
	} else if (kind == kinds.init) {
		made(p, place, value);
	} else if (kind == kinds.signal) {
		signalled(p, place, value);
	} else if (kind == kinds.wait) {
		waits(track, value);
	} else if (kind == kinds.wait_end) {
		track->waits = false;
		end(p, place, "signal", &track->told);
	} else if (kind == kinds.copy) {
		copies(p, place, value[0], value[3]);
	} else if (kind == kinds.destroy) {
		destroyed(p, value);
	}
}

void psim_perfetto_flow_stop(struct perfetto *p)
{
	while (p->fences) {
		struct fence *fence = p->fences;

		p->fences = fence->next;
		free(fence);
	}
}
