// SPDX-License-Identifier: MIT
/* Lists of counted entries. An entry that was deleted stays linked until the last walk has left it. */
#include <linux/export.h>
#include <linux/klist.h>
#include <linux/wait.h>

static DECLARE_WAIT_QUEUE_HEAD(gone);

void klist_init(struct klist *k, void (*get)(struct klist_node *node),
		void (*put)(struct klist_node *node))
{
	INIT_LIST_HEAD(&k->k_list);
	spin_lock_init(&k->k_lock);
	k->get = get;
	k->put = put;
}
EXPORT_SYMBOL_GPL(klist_init);

static void insert(struct klist *k, struct klist_node *n, struct list_head *before)
{
	INIT_LIST_HEAD(&n->n_node);
	kref_init(&n->n_ref);
	n->__psim_dead = false;
	WRITE_ONCE(n->n_klist, k);
	if (k->get)
		k->get(n);
	spin_lock(&k->k_lock);
	list_add_tail(&n->n_node, before);
	spin_unlock(&k->k_lock);
}

void klist_add_head(struct klist_node *n, struct klist *k)
{
	insert(k, n, k->k_list.next);
}
EXPORT_SYMBOL_GPL(klist_add_head);

void klist_add_tail(struct klist_node *n, struct klist *k)
{
	insert(k, n, &k->k_list);
}
EXPORT_SYMBOL_GPL(klist_add_tail);

void klist_add_behind(struct klist_node *n, struct klist_node *pos)
{
	insert(pos->n_klist, n, pos->n_node.next);
}
EXPORT_SYMBOL_GPL(klist_add_behind);

void klist_add_before(struct klist_node *n, struct klist_node *pos)
{
	insert(pos->n_klist, n, &pos->n_node);
}
EXPORT_SYMBOL_GPL(klist_add_before);

/* Under the list's lock. */
static void release(struct kref *ref)
{
	struct klist_node *n = container_of(ref, struct klist_node, n_ref);

	list_del_init(&n->n_node);
	WRITE_ONCE(n->n_klist, NULL);
	wake_up_all(&gone);
}

static void drop(struct klist *k, struct klist_node *n, bool dies)
{
	void (*put)(struct klist_node * node) = k->put;
	bool last;

	spin_lock(&k->k_lock);
	if (dies)
		n->__psim_dead = true;
	last = kref_put(&n->n_ref, release);
	spin_unlock(&k->k_lock);
	if (last && put)
		put(n);
}

void klist_del(struct klist_node *n)
{
	drop(n->n_klist, n, true);
}
EXPORT_SYMBOL_GPL(klist_del);

void klist_remove(struct klist_node *n)
{
	klist_del(n);
	wait_event(gone, !READ_ONCE(n->n_klist));
}
EXPORT_SYMBOL_GPL(klist_remove);

int klist_node_attached(struct klist_node *n)
{
	return READ_ONCE(n->n_klist) != NULL;
}
EXPORT_SYMBOL_GPL(klist_node_attached);

/* ---- walks ------------------------------------------------------------------------------------------- */

void klist_iter_init_node(struct klist *k, struct klist_iter *i, struct klist_node *n)
{
	i->i_klist = k;
	i->i_cur = n && kref_get_unless_zero(&n->n_ref) ? n : NULL;
}
EXPORT_SYMBOL_GPL(klist_iter_init_node);

void klist_iter_init(struct klist *k, struct klist_iter *i)
{
	klist_iter_init_node(k, i, NULL);
}
EXPORT_SYMBOL_GPL(klist_iter_init);

void klist_iter_exit(struct klist_iter *i)
{
	if (i->i_cur)
		drop(i->i_klist, i->i_cur, false);
	i->i_cur = NULL;
}
EXPORT_SYMBOL_GPL(klist_iter_exit);

static struct klist_node *step(struct klist_iter *i, bool forwards)
{
	struct klist *k = i->i_klist;
	struct klist_node *last = i->i_cur, *found = NULL;
	struct list_head *at;

	spin_lock(&k->k_lock);
	at = last ? &last->n_node : &k->k_list;
	while (!found && (at = forwards ? at->next : at->prev) != &k->k_list) {
		struct klist_node *n = container_of(at, struct klist_node, n_node);

		if (!n->__psim_dead) {
			kref_get(&n->n_ref);
			found = n;
		}
	}
	spin_unlock(&k->k_lock);
	i->i_cur = found;
	if (last)
		drop(k, last, false);
	return found;
}

struct klist_node *klist_next(struct klist_iter *i)
{
	return step(i, true);
}
EXPORT_SYMBOL_GPL(klist_next);

struct klist_node *klist_prev(struct klist_iter *i)
{
	return step(i, false);
}
EXPORT_SYMBOL_GPL(klist_prev);
