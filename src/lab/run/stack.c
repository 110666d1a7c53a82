// SPDX-License-Identifier: MIT
/* A GPU's policy: its parts, asked in order; and what they may ask in turn. */
#include <errno.h>
#include <stdlib.h>

#include "engine.h"

/* ---- what a policy may ask ------------------------------------------------------------------------------- */

static unsigned long world_free(const struct psim_lab_world *world)
{
	return psim_view_free(world->engine->view, world->gpu);
}

static bool is_page(const struct psim_lab_world *world, unsigned long page)
{
	return page < world->nr_pages;
}

static int world_resident(const struct psim_lab_world *world, unsigned long page)
{
	return is_page(world, page) && lab_is_on(world->engine, world->gpu, page);
}

static int world_exists(const struct psim_lab_world *world, unsigned long page)
{
	return is_page(world, page) && world->engine->flags[page] & PAGE_EXISTS;
}

static unsigned long long world_last_touch(const struct psim_lab_world *world, unsigned long page)
{
	return is_page(world, page) ? world->engine->touched[page].last : 0;
}

static unsigned long long world_touches(const struct psim_lab_world *world, unsigned long page)
{
	return is_page(world, page) ? world->engine->touched[page].times : 0;
}

static unsigned long long world_region_touches(const struct psim_lab_world *world,
					       unsigned long page, int *written)
{
	const struct region_touched *region;

	*written = 0;
	if (!is_page(world, page))
		return 0;
	region = &world->engine->touched_regions[page / PSIM_LAB_REGION_PAGES];
	*written = region->written;
	return region->times;
}

static int world_used(const struct psim_lab_world *world, unsigned long page)
{
	return is_page(world, page) && world->engine->flags[page] & PAGE_USED;
}

static int world_written(const struct psim_lab_world *world, unsigned long page)
{
	return is_page(world, page) && world->engine->flags[page] & PAGE_WRITTEN;
}

static int world_owner(const struct psim_lab_world *world, unsigned long page)
{
	uint32_t at = is_page(world, page) ? world->engine->piece_at[page] : 0;

	return at ? (int)world->engine->pieces[at - 1].gpu : -1;
}

/* ---- what it may want ---------------------------------------------------------------------------------------- */

static void plan_bring(struct psim_lab_plan *plan, unsigned long first, unsigned int pages)
{
	struct psim_lab_engine *e = plan->engine;

	if (!pages || first >= e->space->nr_pages)
		return;
	if (e->nr_wishes == e->room_wishes) {
		unsigned int room = e->room_wishes ? 2 * e->room_wishes : 64;
		struct wish *wishes = realloc(e->wishes, room * sizeof(*wishes));

		if (!wishes)
			return; /* what is wanted besides is a wish */
		e->wishes = wishes;
		e->room_wishes = room;
	}
	e->wishes[e->nr_wishes++] = (struct wish){first, pages};
}

static void plan_evict(struct psim_lab_plan *plan, unsigned long first, unsigned int pages)
{
	lab_evict(plan->engine, plan->engine->plan_gpu, first, pages);
}

static void plan_room(struct psim_lab_plan *plan, unsigned long pages)
{
	lab_make_room(plan->engine, plan->engine->plan_gpu, pages);
}

struct psim_lab_plan lab_plan(struct psim_lab_engine *e, unsigned int gpu)
{
	e->plan_gpu = gpu;
	return (struct psim_lab_plan){.engine = e,
				      .bring = plan_bring,
				      .evict = plan_evict,
				      .room = plan_room,
				      .gpu = gpu};
}

/* ---- its life ---------------------------------------------------------------------------------------------------- */

int lab_stack_create(struct psim_lab_engine *e, unsigned int gpu)
{
	struct stack *stack = &e->stacks[gpu];
	const struct lab_policy *policy = e->run->policy;

	stack->policy = policy;
	stack->world = (struct psim_lab_world){
		.engine = e,
		.gpu = gpu,
		.memory_pages = e->run->memory_bytes / PSIM_LAB_PAGE,
		.nr_gpus = e->nr_gpus,
		.nr_pages = e->space->nr_pages,
		.seed = e->run->seed,
		.free_pages = world_free,
		.resident = world_resident,
		.exists = world_exists,
		.last_touch = world_last_touch,
		.touches = world_touches,
		.used = world_used,
		.written = world_written,
		.owner = world_owner,
		.linked = e->run->experiment->linked,
		.region_touches = world_region_touches,
	};
	for (unsigned int i = 0; i < policy->nr_parts; i++) {
		const struct lab_part *part = &policy->parts[i];

		e->wants |= part->policy->wants;
		if (!part->policy->create)
			continue;
		stack->states[i] = part->policy->create(&stack->world, part->values);
		if (!stack->states[i])
			return -ENOMEM;
	}
	return 0;
}

void lab_stack_destroy(struct stack *stack)
{
	for (unsigned int i = 0; stack->policy && i < stack->policy->nr_parts; i++) {
		const struct psim_lab_policy *part = stack->policy->parts[i].policy;

		if (stack->states[i] && part->destroy)
			part->destroy(stack->states[i]);
	}
	free(stack->queue);
}

/* ---- asking --------------------------------------------------------------------------------------------------------- */

static const struct psim_lab_policy *part_of(const struct stack *stack, unsigned int i)
{
	return i < stack->policy->nr_parts ? stack->policy->parts[i].policy : NULL;
}

#define EACH(stack, i, part)                \
	const struct psim_lab_policy *part; \
	for (unsigned int i = 0; (part = part_of(stack, i)); i++)

int lab_stack_when(struct stack *stack, const struct psim_lab_fault *fault,
		   struct psim_lab_plan *plan)
{
	EACH(stack, i, part)
	{
		int answer = part->when ? part->when(stack->states[i], fault, plan) : PSIM_LAB_ELSE;

		if (answer != PSIM_LAB_ELSE)
			return answer;
	}
	return PSIM_LAB_MIGRATE;
}

void lab_stack_span(struct stack *stack, const struct psim_lab_fault *fault,
		    struct psim_lab_plan *plan)
{
	EACH(stack, i, part)
	{
		if (part->span)
			part->span(stack->states[i], fault, plan);
		if (plan->engine->nr_wishes)
			return;
	}
	plan->bring(plan, fault->page, 1);
}

/* The piece that came first; those that have gone are passed over. */
static void oldest(struct psim_lab_engine *e, struct stack *stack)
{
	unsigned long before = e->evicted;

	for (size_t at = stack->head; at < stack->tail && e->evicted == before; at++) {
		const struct piece *piece = &e->pieces[stack->queue[at].number];

		if (piece->order != stack->queue[at].order) {
			stack->head += at == stack->head;
			continue;
		}
		lab_evict(e, stack->world.gpu, piece->first, piece->pages);
	}
}

void lab_stack_victim(struct psim_lab_engine *e, struct stack *stack, unsigned long pages)
{
	struct psim_lab_plan plan = lab_plan(e, stack->world.gpu);

	EACH(stack, i, part)
	{
		if (part->victim) {
			part->victim(stack->states[i], pages, &plan);
			break;
		}
	}
	if (!e->evicted)
		oldest(e, stack);
}

void lab_stack_batch(struct psim_lab_engine *e, struct stack *stack)
{
	struct psim_lab_plan plan = lab_plan(e, stack->world.gpu);

	EACH(stack, i, part)
	{
		if (part->batch)
			part->batch(stack->states[i], &plan);
	}
}

/* Put it at the queue's end. Without memory it is only not evicted by its age. */
static void enqueue(struct stack *stack, unsigned int number, uint64_t order)
{
	if (stack->tail == stack->room) {
		size_t n = stack->tail - stack->head, room = 2 * n > 256 ? 2 * n : 256;
		typeof(stack->queue) queue = malloc(room * sizeof(*queue));

		if (!queue)
			return;
		for (size_t i = 0; i < n; i++)
			queue[i] = stack->queue[stack->head + i];
		free(stack->queue);
		stack->queue = queue;
		stack->head = 0;
		stack->tail = n;
		stack->room = room;
	}
	stack->queue[stack->tail].number = number;
	stack->queue[stack->tail++].order = order;
}

void lab_stack_arrived(struct psim_lab_engine *e, unsigned int number)
{
	const struct piece *piece = &e->pieces[number];
	struct stack *stack = &e->stacks[piece->gpu];

	enqueue(stack, number, piece->order);
	EACH(stack, i, part)
	{
		if (part->arrived)
			part->arrived(stack->states[i], piece->first, piece->pages);
	}
}

void lab_stack_left(struct psim_lab_engine *e, unsigned int gpu, unsigned long first,
		    unsigned int pages, int why)
{
	struct stack *stack = &e->stacks[gpu];

	EACH(stack, i, part)
	{
		if (part->left)
			part->left(stack->states[i], first, pages, why);
	}
}
