// SPDX-License-Identifier: MIT
/* Kernel code of somebody else: a list, an allocation for each entry, a work item that adds them up. */
#include <linux/list.h>
#include <linux/slab.h>
#include <linux/workqueue.h>

struct entry {
	struct list_head link;
	int value;
};

static LIST_HEAD(entries);
static int sum;

static void add_up(struct work_struct *work)
{
	struct entry *entry, *next;

	list_for_each_entry_safe(entry, next, &entries, link) {
		sum += entry->value;
		list_del(&entry->link);
		kfree(entry);
	}
}

static DECLARE_WORK(adder, add_up);

int driver_counts(int n);

int driver_counts(int n)
{
	for (int i = 0; i < n; i++) {
		struct entry *entry = kzalloc(sizeof(*entry), GFP_KERNEL);

		if (!entry)
			return -ENOMEM;
		entry->value = i;
		list_add_tail(&entry->link, &entries);
	}
	schedule_work(&adder);
	flush_work(&adder);
	return sum;
}
