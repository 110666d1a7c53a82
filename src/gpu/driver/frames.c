// SPDX-License-Identifier: MIT
/*
 * Device memory in single frames, for views: kept in chunks of 2 MiB, so that a large folio finds one, and
 * small allocations fill the chunks that are broken already.
 *
 * The caller holds the view's units_lock; nothing here sleeps but init and fini.
 */
#include <linux/bitops.h>
#include <linux/errno.h>
#include <linux/minmax.h>
#include <linux/slab.h>

#include "view.h"

int simgpu_frames_init(struct simgpu_frames *frames, unsigned long n)
{
	unsigned int nr = DIV_ROUND_UP(n, SIMGPU_CHUNK_FRAMES);

	INIT_LIST_HEAD(&frames->whole);
	INIT_LIST_HEAD(&frames->broken);
	frames->chunks = kvcalloc(nr, sizeof(*frames->chunks), GFP_KERNEL);
	if (!frames->chunks)
		return -ENOMEM;
	frames->nr_chunks = nr;
	frames->nr_free = n;
	for (unsigned int i = 0; i < nr; i++) {
		struct simgpu_chunk *chunk = &frames->chunks[i];
		unsigned int here =
			min_t(unsigned long, n - i * SIMGPU_CHUNK_FRAMES, SIMGPU_CHUNK_FRAMES);

		chunk->first = i * SIMGPU_CHUNK_FRAMES;
		chunk->nr_free = here;
		for (unsigned int bit = 0; bit < here; bit++)
			chunk->free[bit / 64] |= 1ull << bit % 64;
		list_add_tail(&chunk->link,
			      here == SIMGPU_CHUNK_FRAMES ? &frames->whole : &frames->broken);
	}
	return 0;
}

void simgpu_frames_fini(struct simgpu_frames *frames)
{
	kvfree(frames->chunks);
	frames->chunks = NULL;
}

static struct simgpu_chunk *chunk_for(struct simgpu_frames *frames, unsigned int n)
{
	struct list_head *from = n == SIMGPU_CHUNK_FRAMES && !list_empty(&frames->whole)
					 ? &frames->whole
					 : &frames->broken;

	if (list_empty(from))
		from = &frames->whole;
	return list_first_entry(from, struct simgpu_chunk, link);
}

/* Up to @n frames of one chunk, lowest first. Return: how many. */
static unsigned int take_from(struct simgpu_frames *frames, struct simgpu_chunk *chunk,
			      unsigned int n, u32 *list)
{
	unsigned int got = 0;

	for (unsigned int word = 0; got < n && word < ARRAY_SIZE(chunk->free); word++) {
		while (got < n && chunk->free[word]) {
			unsigned int bit = __ffs64(chunk->free[word]);

			chunk->free[word] &= ~(1ull << bit);
			list[got++] = chunk->first + word * 64 + bit;
		}
	}
	if (chunk->nr_free == SIMGPU_CHUNK_FRAMES)
		list_move(&chunk->link, &frames->broken);
	chunk->nr_free -= got;
	if (!chunk->nr_free)
		list_del_init(&chunk->link);
	return got;
}

void simgpu_frames_take(struct simgpu_frames *frames, unsigned int n, u32 *list)
{
	frames->nr_free -= n;
	while (n) {
		unsigned int got = take_from(frames, chunk_for(frames, n), n, list);

		list += got;
		n -= got;
	}
}

void simgpu_frames_give(struct simgpu_frames *frames, unsigned int n, const u32 *list)
{
	frames->nr_free += n;
	for (unsigned int i = 0; i < n; i++) {
		struct simgpu_chunk *chunk = &frames->chunks[list[i] / SIMGPU_CHUNK_FRAMES];
		unsigned int bit = list[i] % SIMGPU_CHUNK_FRAMES;

		chunk->free[bit / 64] |= 1ull << bit % 64;
		if (!chunk->nr_free++)
			list_add(&chunk->link, &frames->broken);
		else if (chunk->nr_free == SIMGPU_CHUNK_FRAMES)
			list_move(&chunk->link, &frames->whole);
	}
}
