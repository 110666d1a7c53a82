// SPDX-License-Identifier: MIT
/* One sequence: every operation is done by all, and then they have to agree. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "judge.h"

#define AGREE true

/* The run at hand; big, so not on the stack. */
static struct outcome machine_out, model_out, kernel_out;
static struct view machine_seen, judge_seen;

__attribute__((format(printf, 2, 3))) static bool differ(struct verdict *verdict, const char *fmt,
							 ...)
{
	size_t n = strlen(verdict->text);
	va_list args;

	va_start(args, fmt);
	vsnprintf(verdict->text + n, sizeof(verdict->text) - n, fmt, args);
	va_end(args);
	return !AGREE;
}

/* ---- what an operation gave ---------------------------------------------------------------------------- */

/* "0x200000003000", "-22 (EINVAL)" */
static const char *result_name(long result)
{
	static char texts[4][48];
	static unsigned int next;
	char *text = texts[next++ % 4];

	if (result < 0 && result > -4096)
		snprintf(text, sizeof(texts[0]), "%ld (%s)", result,
			 strerrorname_np(-result) ?: "no errno");
	else if (result == ELSEWHERE)
		snprintf(text, sizeof(texts[0]), "a place elsewhere");
	else
		snprintf(text, sizeof(texts[0]), "%#lx", result);
	return text;
}

static bool compare_bytes(const struct op *op, const char *who, const struct outcome *judge,
			  struct verdict *verdict)
{
	for (size_t i = 0; i < op->length; i++)
		if (machine_out.bytes[i] != judge->bytes[i]) {
			verdict->byte = i;
			verdict->should_be = judge->bytes[i];
			return differ(verdict, "byte %zu of it: %#x, but %s reads %#x", i,
				      machine_out.bytes[i], who, judge->bytes[i]);
		}
	return AGREE;
}

static bool compare_outcome(const struct op *op, const char *who, const struct outcome *judge,
			    struct verdict *verdict)
{
	if (judge->any)
		return AGREE;
	if (machine_out.result != judge->result)
		return differ(verdict, "it gives %s, but %s gives %s",
			      result_name(machine_out.result), who, result_name(judge->result));
	if (op->kind == OP_LOAD)
		return compare_bytes(op, who, judge, verdict);
	if (op->kind == OP_GPU_CRC32 && !judge->result && machine_out.crc != judge->crc)
		return differ(verdict, "CRC %#x, but %s computes %#x", machine_out.crc, who,
			      judge->crc);
	return AGREE;
}

/* ---- what can be seen afterwards ------------------------------------------------------------------------ */

static bool compare_page(unsigned int process, unsigned int page, bool kernel, const char *who,
			 struct verdict *verdict)
{
	static const char *const words[] = {"no", "yes"};
	const struct {
		const char *what;
		unsigned char machine, judge;
		bool skip;
	} facts[] = {
		{"mapped", machine_seen.mapped[page], judge_seen.mapped[page], false},
		/* faults on shared memory map neighbours that are in memory already */
		{"present", machine_seen.present[page], judge_seen.present[page],
		 kernel && (model_tainted_present(process, page) ||
			    (model_shared(process, page) &&
			     (model_gpu_used() || !machine_seen.present[page])))},
		{"exclusive", machine_seen.exclusive[page], judge_seen.exclusive[page],
		 kernel && (model_swapped() || model_tainted_exclusive(process, page) ||
			    model_shared(process, page))},
	};

	if (machine_seen.traits[page] != judge_seen.traits[page] &&
	    machine_seen.traits[page] != TRAITS_UNKNOWN &&
	    judge_seen.traits[page] != TRAITS_UNKNOWN)
		return differ(verdict, "p%u, arena+%#lx traits %#x, but %s says %#x", process,
			      page * PAGE, machine_seen.traits[page], who, judge_seen.traits[page]);
	for (unsigned int i = 0; i < 3; i++)
		if (!facts[i].skip && facts[i].judge != SAYS_NOTHING &&
		    facts[i].machine != facts[i].judge)
			return differ(verdict, "p%u, arena+%#lx %s: %s, but %s says %s", process,
				      page * PAGE, facts[i].what, words[facts[i].machine], who,
				      words[facts[i].judge]);
	return AGREE;
}

static const char *area_name(const struct view *view, int i)
{
	static char texts[2][80];
	static unsigned int next;
	char *text = texts[next++ % 2];
	const struct area *area = &view->areas[i];

	if (i >= view->area_count)
		return "nothing";
	snprintf(text, sizeof(texts[0]), "arena+%#lx-%#lx %c%c%c%c", area->start - ARENA,
		 area->end - ARENA, area->prot & 1 ? 'r' : '-', area->prot & 2 ? 'w' : '-',
		 area->prot & 4 ? 'x' : '-', area->shared ? 's' : 'p');
	return text;
}

static bool same_area(int i)
{
	const struct area *a = &machine_seen.areas[i], *b = &judge_seen.areas[i];

	if (i >= machine_seen.area_count || i >= judge_seen.area_count)
		return machine_seen.area_count == judge_seen.area_count;
	return a->start == b->start && a->end == b->end && a->prot == b->prot &&
	       a->shared == b->shared;
}

/* As if everything had merged that looks alike. */
static void merge_all(struct view *view)
{
	int n = 0;

	for (int i = 0; i < view->area_count; i++) {
		struct area *last = n ? &view->areas[n - 1] : NULL, *area = &view->areas[i];

		if (last && last->end == area->start && last->prot == area->prot &&
		    last->shared == area->shared)
			last->end = area->end;
		else
			view->areas[n++] = *area;
	}
	view->area_count = view->area_count < 0 ? -1 : n;
}

static bool compare_view(unsigned int process, bool kernel, const char *who,
			 struct verdict *verdict)
{
	int areas;

	if (kernel && model_migrated(process)) {
		merge_all(&machine_seen);
		merge_all(&judge_seen);
	}
	areas = judge_seen.area_count;
	for (unsigned int i = 0; i < ARENA_PAGES; i++)
		if (!compare_page(process, i, kernel, who, verdict))
			return !AGREE;
	for (int i = 0; areas >= 0 && i <= areas; i++)
		if (!same_area(i))
			return differ(verdict, "p%u, mapping %d: %s, but %s has %s", process, i,
				      area_name(&machine_seen, i), who, area_name(&judge_seen, i));
	return AGREE;
}

/*
 * The model is asked about the processes that the operation names; the kernel about all, for what one
 * does changes what the others hold alone.
 */
static bool compare_views(const struct op *op, unsigned int judges, struct verdict *verdict)
{
	for (unsigned int i = 0; i < PROCESSES; i++) {
		bool named = i == op->process || (op->kind == OP_FORK && i == op->slot);

		if (!model_alive(i) || !(named || judges & JUDGE_KERNEL))
			continue;
		machine_view(i, &machine_seen);
		if (judges & JUDGE_MODEL) {
			model_view(i, &judge_seen);
			if (!compare_view(i, false, "the model", verdict))
				return !AGREE;
		}
		if (judges & JUDGE_KERNEL) {
			kernel_view(i, &judge_seen);
			if (!compare_view(i, true, "the kernel", verdict))
				return !AGREE;
		}
	}
	return AGREE;
}

/* ---- one operation -------------------------------------------------------------------------------------- */

static bool can_run(const struct op *op, unsigned int judges)
{
	unsigned int alive = 0;

	for (unsigned int i = 0; i < PROCESSES; i++)
		alive += model_alive(i);
	if (!model_alive(op->process))
		return false;
	if (op->kind == OP_FORK && model_alive(op->slot))
		return false;
	if (op->kind == OP_EXIT && alive == 1)
		return false;
	if (model_loses_track(op))
		return false;
	return !(judges & JUDGE_KERNEL) || (kernel_can(op) && !model_hangs_on_merging(op));
}

/* Without a machine the kernel stands in its place. The GPU's effects are taken from the model. */
static bool run_op_alone(const struct op *op, struct verdict *verdict)
{
	bool gpu = op_types[op->kind].gpu;

	if (gpu)
		model_run(op, &model_out, NULL);
	kernel_run(op, &machine_out, &model_out);
	if (!gpu) {
		model_run(op, &model_out, &machine_out);
		if (!compare_outcome(op, "the model", &model_out, verdict))
			return !AGREE;
	}
	for (unsigned int i = 0; i < PROCESSES; i++) {
		if (!model_alive(i))
			continue;
		kernel_view(i, &machine_seen);
		model_view(i, &judge_seen);
		if (!compare_view(i, true, "the model", verdict))
			return !AGREE;
	}
	return AGREE;
}

static bool run_op(const struct op *op, unsigned int judges, struct verdict *verdict)
{
	if (judges & JUDGE_ALONE)
		return run_op_alone(op, verdict);
	machine_run(op, &machine_out);
	if (machine_out.result == -ENOSYS) {
		verdict->skipped++; /* what the machine does not model, it says and does not do */
		return AGREE;
	}
	model_run(op, &model_out, &machine_out);
	if (judges & JUDGE_KERNEL) {
		kernel_out.any = false;
		kernel_run(op, &kernel_out, &model_out);
		if (!compare_outcome(op, "the kernel", &kernel_out, verdict))
			return !AGREE;
	}
	if (judges & JUDGE_MODEL && !compare_outcome(op, "the model", &model_out, verdict))
		return !AGREE;
	if (machine_report())
		return differ(verdict, "a report: %s", machine_report());
	return compare_views(op, judges, verdict);
}

static bool run_ops(const struct op *ops, size_t count, unsigned int judges,
		    unsigned int audit_every, struct verdict *verdict, long *expected)
{
	for (size_t i = 0; i < count; i++) {
		verdict->at = i;
		if (expected)
			expected[i] = -ECANCELED;
		if (!can_run(&ops[i], judges)) {
			verdict->skipped++;
			continue;
		}
		bool agree = run_op(&ops[i], judges, verdict);

		if (expected)
			expected[i] = judges & JUDGE_KERNEL && !kernel_out.any ? kernel_out.result
									       : model_out.result;
		if (judges & JUDGE_KERNEL && kernel_lost())
			return differ(verdict, "; a real process is gone");
		if (!agree)
			return !AGREE;
		if (!(judges & JUDGE_ALONE) && audit_every && i % audit_every == 0 &&
		    !machine_audit())
			return differ(verdict, "the audit: %s", machine_report());
	}
	verdict->at = count;
	return AGREE;
}

bool run_sequence(const struct op *ops, size_t count, unsigned int judges, unsigned int audit_every,
		  struct verdict *verdict, long *expected)
{
	bool agree;

	memset(verdict, 0, sizeof(*verdict));
	verdict->byte = -1;
	if (!(judges & JUDGE_ALONE) && !machine_start(count))
		return differ(verdict, "the machine did not start");
	if (judges & JUDGE_KERNEL && !kernel_start()) {
		machine_stop();
		return differ(verdict, "the kernel judge did not start");
	}
	model_start();
	agree = run_ops(ops, count, judges, audit_every, verdict, expected);
	if (judges & JUDGE_KERNEL)
		kernel_stop();
	if (!(judges & JUDGE_ALONE) && machine_stop() && agree)
		return differ(verdict, "reports when the machine stopped");
	return agree;
}
