// SPDX-License-Identifier: MIT
/*
 * The book of pins: a pin belongs to whoever called pin_user_pages(), which is no object of the machine,
 * so the machine remembers it. Pins explain references (S0.8); one that is left is told (law 3).
 */
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/rbtree.h>
#include "host/host.h"
#include "mm/page.h"
#include "mm/pins.h"
#include "sched/engine.h"
#include "sim/sim.h"

/* One folio's pins. */
struct pinned {
	struct rb_node rb;
	unsigned long pfn;
	long pins;
};

static struct rb_root book;
static struct psim_raw lock;

static inline struct pinned *pinned_of(struct rb_node *node)
{
	return rb_entry(node, struct pinned, rb);
}

/* Under the lock. */
static struct pinned *entry_of(unsigned long pfn)
{
	struct rb_node **link = &book.rb_node, *parent = NULL;
	struct pinned *pinned;

	while (*link) {
		parent = *link;
		pinned = pinned_of(parent);
		if (pinned->pfn == pfn)
			return pinned;
		link = pfn < pinned->pfn ? &parent->rb_left : &parent->rb_right;
	}
	pinned = psim_host_malloc(sizeof(*pinned));
	if (!pinned)
		psim_fatal("host", "out of host memory");
	pinned->pfn = pfn;
	pinned->pins = 0;
	rb_link_node(&pinned->rb, parent, link);
	rb_insert_color(&pinned->rb, &book);
	return pinned;
}

void psim_pins_add(unsigned long pfn, int change)
{
	struct pinned *pinned;
	bool too_many;

	psim_raw_lock(&lock);
	pinned = entry_of(pfn);
	pinned->pins += change;
	too_many = pinned->pins < 0;
	if (pinned->pins <= 0) {
		rb_erase(&pinned->rb, &book);
		psim_host_free(pinned);
	}
	psim_raw_unlock(&lock);
	if (too_many)
		psim_report("S0.8", "page %#lx: unpinned more often than pinned", pfn);
}

static void explain(void)
{
	for (struct rb_node *node = rb_first(&book); node; node = rb_next(node)) {
		struct pinned *pinned = pinned_of(node);
		bool large = folio_test_large(pfn_folio(pinned->pfn));

		psim_audit_explain(pinned->pfn,
				   pinned->pins * (large ? 1 : (int)GUP_PIN_COUNTING_BIAS), 0,
				   "pins");
	}
}

void psim_pins_start(void)
{
	static struct psim_explainer explainer = {.explain = explain};

	psim_audit_register(&explainer);
}

void psim_pins_leftovers(void)
{
	for (struct rb_node *node = rb_first(&book); node; node = rb_next(node))
		psim_report("law 3", "page %#lx is left with %ld pins: unpin_user_page()",
			    pinned_of(node)->pfn, pinned_of(node)->pins);
}

void psim_pins_stop(void)
{
	struct rb_node *node;

	while ((node = rb_first(&book))) {
		rb_erase(node, &book);
		psim_host_free(pinned_of(node));
	}
}
