// SPDX-License-Identifier: MIT
/*
 * The ring as JSON in Chrome's trace format, for ui.perfetto.dev: a track a task and a device, slices for
 * what takes time, counters for the pages of each side, arrows from causes to effects.
 *
 * Two walks: the first gathers names, and where device memory lies; the second writes, one record after the
 * other, so that memory does not grow with the trace.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "perfetto.h"
#include "writer.h"

#define MOST_KINDS 256

/* Slices whose two events are not called X and X_end. */
static const char *const pairs[][2] = {
	{"mmu_notifier_start", "mmu_notifier_end"},
	{"contention_begin", "contention_end"},
	{"wait_begin", "wait_end"},
	{"dma_fence_wait_start", "dma_fence_wait_end"},
	{"irq_handler_entry", "irq_handler_exit"},
	{"timer_expire_entry", "timer_expire_exit"},
	{"workqueue_execute_start", "workqueue_execute_end"},
};

/* By kind: 1 + the kind that ends its slice; 1 + the kind whose slice it ends; 0: none. */
static unsigned int ended_by[MOST_KINDS], ends[MOST_KINDS];

static struct {
	int alloc, release, device_init, device_free, remap, newtask;
} kinds;

static void pair(int first, int last)
{
	if (first < 0 || last < 0)
		return;
	ended_by[first] = last + 1;
	ends[last] = first + 1;
}

static void look_kinds_up(void)
{
	char name[64];

	for (unsigned int kind = 0; kind < psim_trace_kinds(); kind++) {
		snprintf(name, sizeof(name), "%s_end", psim_trace_name(kind));
		pair(kind, psim_trace_kind(name));
	}
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++)
		pair(psim_trace_kind(pairs[i][0]), psim_trace_kind(pairs[i][1]));
	kinds.alloc = psim_trace_kind("mm_page_alloc");
	kinds.release = psim_trace_kind("mm_page_free");
	kinds.device_init = psim_trace_kind("zone_device_page_init");
	kinds.device_free = psim_trace_kind("zone_device_folio_free");
	kinds.remap = psim_trace_kind("memremap_pages");
	kinds.newtask = psim_trace_kind("task_newtask");
}

/* ---- tracks ------------------------------------------------------------------------------------------------ */

struct track *psim_perfetto_track(struct perfetto *p, unsigned int task)
{
	if (task >= p->nr_tracks) {
		unsigned int n = task + 64;
		struct track *tracks = realloc(p->tracks, n * sizeof(*tracks));

		if (!tracks) {
			p->failed = true;
			return NULL;
		}
		memset(tracks + p->nr_tracks, 0, (n - p->nr_tracks) * sizeof(*tracks));
		p->tracks = tracks;
		p->nr_tracks = n;
	}
	return &p->tracks[task];
}

static void name_track(struct track *track, const char *name, unsigned int number)
{
	char text[96];

	snprintf(text, sizeof(text), "%s/%u", name, number);
	free(track->name);
	track->name = strdup(text);
}

/* The GPU that the event is of, where it is told of in the devices' own tracks; or 0. */
static unsigned int gpu_of(const struct psim_trace_event *event)
{
	const char *name = psim_trace_value_name(event->kind, 0);

	return event->cpu >= 0 && name && !strcmp(name, "gpu") &&
			       !strcmp(psim_trace_name(event->kind), "gpu_invalidate")
		       ? event->value[0] % MOST_DEVICES
		       : 0;
}

/* ---- pages on each side ------------------------------------------------------------------------------------- */

static unsigned int side_of(const struct perfetto *p, unsigned long long pfn)
{
	for (unsigned int i = 1; i < p->nr_sides; i++) {
		if (pfn >= p->sides[i].first && pfn < p->sides[i].end)
			return i;
	}
	return 0;
}

/* Pages that come into use, below 0: go out of use; 0: it is another event. */
static long long pages_of(const struct psim_trace_event *event)
{
	int kind = event->kind;

	if (kind == kinds.alloc || kind == kinds.device_init)
		return 1ll << event->value[1];
	if (kind == kinds.release || kind == kinds.device_free)
		return -(1ll << event->value[1]);
	return 0;
}

static struct side *count_pages(struct perfetto *p, const struct psim_trace_event *event)
{
	long long pages = pages_of(event);
	struct side *side = &p->sides[side_of(p, event->value[0])];

	if (!pages)
		return NULL;
	side->pages += pages;
	if (side->pages < side->least)
		side->least = side->pages;
	return side;
}

static void new_side(struct perfetto *p, const struct psim_trace_event *event)
{
	if (p->nr_sides < MOST_DEVICES)
		p->sides[p->nr_sides++] =
			(struct side){.first = event->value[0], .end = event->value[1]};
}

/* ---- the first walk ---------------------------------------------------------------------------------------- */

static int gather(const struct psim_trace_event *event, void *arg)
{
	struct perfetto *p = arg;
	struct track *track = psim_perfetto_track(p, event->task);

	if (!track)
		return 1;
	if (!track->met)
		track->device = event->cpu < 0;
	/* between interrupts, their tasks have no CPU */
	if (event->cpu >= 0)
		track->device = false;
	track->met = true;
	name_track(track, event->task_name, event->task);
	if (gpu_of(event))
		p->gpus[gpu_of(event)].met = true;
	if ((int)event->kind == kinds.newtask && event->value[0] < 1u << 20) {
		const char *word = psim_trace_value_word(event->kind, 2, event->value[2]);

		track = psim_perfetto_track(p, event->value[0]);
		if (!track)
			return 1;
		if (!track->met)
			track->device = word && !strcmp(word, "device");
		track->met = true;
		word = psim_trace_value_word(event->kind, 1, event->value[1]);
		name_track(track, word ? word : "?", event->value[0]);
	}
	if ((int)event->kind == kinds.remap)
		new_side(p, event);
	count_pages(p, event);
	return 0;
}

static void tell_names(struct perfetto *p)
{
	char name[32];

	for (unsigned int i = 0; i < p->nr_tracks; i++) {
		if (p->tracks[i].met && p->tracks[i].name)
			psim_perfetto_name(p, p->tracks[i].device ? GROUP_DEVICES : GROUP_TASKS, i,
					   p->tracks[i].name);
	}
	for (unsigned int i = 1; i < MOST_DEVICES; i++) {
		snprintf(name, sizeof(name), "gpu %u", i);
		if (p->gpus[i].met)
			psim_perfetto_name(p, GROUP_DEVICES, PERFETTO_GPU + i, name);
	}
	for (unsigned int i = 0; i < p->nr_sides; i++)
		p->sides[i].pages = -p->sides[i].least;
}

/* ---- the second walk ----------------------------------------------------------------------------------------- */

static void close_innermost(struct perfetto *p, struct track *track, const struct place *place,
			    const struct psim_trace_event *event)
{
	psim_perfetto_close(p, place, track->open[--track->nr_open], event);
}

static bool is_open(const struct track *track, unsigned int kind)
{
	for (unsigned int i = 0; i < track->nr_open; i++) {
		if (track->open[i] == kind)
			return true;
	}
	return false;
}

/* What was begun inside of it, and has no end of its own, ends with it. */
static void write_end(struct perfetto *p, struct track *track, const struct place *place,
		      const struct psim_trace_event *event)
{
	unsigned int began = ends[event->kind] - 1;

	if (!is_open(track, began)) {
		psim_perfetto_event(p, 'i', place, event);
		return;
	}
	while (track->open[track->nr_open - 1] != began)
		close_innermost(p, track, place, NULL);
	psim_perfetto_flow_inside(p, track, place, event);
	close_innermost(p, track, place, event);
}

static void write_begin(struct perfetto *p, struct track *track, const struct place *place,
			const struct psim_trace_event *event)
{
	psim_perfetto_event(p, 'B', place, event);
	psim_perfetto_flow_inside(p, track, place, event);
	track->open[track->nr_open++] = event->kind;
}

static void write_moment(struct perfetto *p, struct track *track, const struct place *place,
			 const struct psim_trace_event *event)
{
	if (!psim_perfetto_flow_wants_slice(event->kind)) {
		psim_perfetto_event(p, 'i', place, event);
		return;
	}
	psim_perfetto_event(p, 'B', place, event);
	psim_perfetto_flow_inside(p, track, place, event);
	psim_perfetto_close(p, place, event->kind, NULL);
}

/* A CPU tells a GPU: the arrow goes from what the task is in to the GPU's track. */
static void write_to_gpu(struct perfetto *p, struct track *track, const struct place *place,
			 const struct psim_trace_event *event)
{
	struct place there = {GROUP_DEVICES, PERFETTO_GPU + gpu_of(event), place->time};
	const char *name = psim_trace_name(event->kind);

	p->arrows++;
	if (track->nr_open)
		psim_perfetto_arrow(p, 's', place, name, p->arrows);
	psim_perfetto_event(p, 'B', &there, event);
	if (track->nr_open)
		psim_perfetto_arrow(p, 'f', &there, name, p->arrows);
	psim_perfetto_close(p, &there, event->kind, NULL);
}

static int write_event(const struct psim_trace_event *event, void *arg)
{
	struct perfetto *p = arg;
	struct track *track = psim_perfetto_track(p, event->task);
	struct place place = {track->device ? GROUP_DEVICES : GROUP_TASKS, event->task,
			      event->time};
	struct side *side;

	psim_perfetto_flow_before(p, track, &place, event);
	if (gpu_of(event))
		write_to_gpu(p, track, &place, event);
	else if (ends[event->kind])
		write_end(p, track, &place, event);
	else if (ended_by[event->kind] && track->nr_open < MOST_NESTED)
		write_begin(p, track, &place, event);
	else
		write_moment(p, track, &place, event);
	side = count_pages(p, event);
	if (side)
		psim_perfetto_counter(p, event->time, side - p->sides, side->pages);
	return p->failed || ferror(p->out);
}

static int note_time(const struct psim_trace_event *event, void *last)
{
	*(unsigned long long *)last = event->time;
	return 0;
}

static void close_all(struct perfetto *p)
{
	unsigned long long last = 0;

	psim_trace_each(note_time, &last);
	for (unsigned int i = 0; i < p->nr_tracks; i++) {
		struct track *track = &p->tracks[i];
		struct place place = {track->device ? GROUP_DEVICES : GROUP_TASKS, i, last};

		while (track->nr_open)
			close_innermost(p, track, &place, NULL);
	}
}

int psim_trace_write_perfetto(FILE *out)
{
	static struct perfetto perfetto;
	struct perfetto *p = &perfetto;

	*p = (struct perfetto){.out = out, .nr_sides = 1};
	look_kinds_up();
	psim_perfetto_flow_start();
	psim_perfetto_begin(p);
	if (!psim_trace_each(gather, p)) {
		tell_names(p);
		if (!psim_trace_each(write_event, p))
			close_all(p);
	}
	psim_perfetto_end(p);
	psim_perfetto_flow_stop(p);
	for (unsigned int i = 0; i < p->nr_tracks; i++)
		free(p->tracks[i].name);
	free(p->tracks);
	return p->failed && !ferror(out) ? -ENOMEM : 0;
}
