// SPDX-License-Identifier: MIT
/*
 * The orders in which locks are taken: a graph of lock classes, an edge from each lock that is held to
 * the one that is taken under it. A cycle can deadlock, whether or not it did in this run, and is a
 * report that tells all of its edges: by which task, and by which chain of functions and locks.
 *
 * With it, who takes a class inside of hard interrupts, and who with interrupts on. Not modelled: the
 * same for soft interrupts. A graph lives as long as its machine, so that a run depends on itself alone.
 */
#include <linux/kernel.h>
#include <linux/lockdep.h>
#include <linux/sched.h>
#include <linux/string.h>
#include "host/host.h"
#include "sched/engine.h"
#include "sched/lockdep.h"
#include "sim/sim.h"

#define CLASSES 256 /* number 0 is none */
#define WORDS	(CLASSES / 64)
#define EDGES	1024
#define CHAIN	6

/* Kinds of edges: the held lock is shared; the taken one lets readers in while others wait for it. */
#define FROM_SHARED    1
#define TO_RECURSIVE   2
#define KINDS	       4
#define KIND(from, to) (((from) ? FROM_SHARED : 0) | ((to) ? TO_RECURSIVE : 0))

/* Who takes a class, in interrupts or with interrupts on. */
enum {
	IN_WRITE = 1,
	IN_READ = 2,
	ON_WRITE = 4,
	ON_READ = 8
};

/**
 * struct lock_class - locks that are the same to this checker
 * @key: their key; of a lock without one its map
 * @name: what it was initialised as
 * @subclass: the nesting level
 * @usage: IN_WRITE and so on
 * @in: a function that took it in an interrupt
 * @on: a function that took it with interrupts on
 */
struct lock_class {
	const void *key;
	const char *name;
	unsigned int subclass, usage;
	const char *in, *on;
};

/**
 * struct lock_edge - how an edge came about
 * @task: name of the task
 * @pid: its number
 * @from: class that was held
 * @to: class that was taken
 * @length: of the chain, which ends with @to
 * @chain: classes, from the outermost
 * @site: who took them
 */
struct lock_edge {
	char task[TASK_COMM_LEN];
	int pid;
	u8 from, to, length;
	u8 chain[CHAIN];
	const char *site[CHAIN];
};

/* A set of classes. */
struct set {
	u64 words[WORDS];
};

/**
 * struct search - a walk through the graph, breadth first
 * @queue: states: twice the class, and one more if it was reached as a recursive reader
 * @parent: the place in @queue that a place was reached from
 * @seen: classes in @queue, by whether they were reached as a recursive reader
 */
struct search {
	u16 queue[2 * CLASSES], parent[2 * CLASSES];
	struct set seen[2];
	unsigned int length;
};

/**
 * struct graph - all of it
 * @classes: from 1 to @nr_classes
 * @search: the walk that is under way
 * @edges: how they came about; more than there is room for are in @next alone
 * @sources, @targets: classes that an edge leaves, and that one reaches
 * @next: of each class, by the kind of the edge
 */
struct graph {
	unsigned int nr_classes, nr_edges;
	struct search search;
	struct lock_class classes[CLASSES];
	struct lock_edge edges[EDGES];
	struct set sources, targets;
	struct set next[CLASSES][KINDS];
};

static struct graph *graph;
static struct psim_raw guard;

static bool has(const struct set *set, unsigned int class)
{
	return __atomic_load_n(&set->words[class / 64], __ATOMIC_RELAXED) >> class % 64 & 1;
}

static void add(struct set *set, unsigned int class)
{
	__atomic_fetch_or(&set->words[class / 64], 1ull << class % 64, __ATOMIC_RELAXED);
}

/* ---- classes ------------------------------------------------------------------------------------------- */

static unsigned int find_class(const void *key, unsigned int subclass)
{
	unsigned int i;

	for (i = 1; i <= graph->nr_classes; i++)
		if (graph->classes[i].key == key && graph->classes[i].subclass == subclass)
			return i;
	return 0;
}

/* Under the guard: the classes of nesting levels, which no map and no key remembers, found last. */
static u8 found_last[16];

static u8 *last_found(const void *key, unsigned int subclass)
{
	return &found_last[((unsigned long)key / 8 + subclass) % ARRAY_SIZE(found_last)];
}

/* Under the guard. Return: 0 if there are too many. */
static unsigned int new_class(const void *key, const char *name, unsigned int subclass)
{
	u8 *last = last_found(key, subclass);
	unsigned int i = *last;

	if (i && graph->classes[i].key == key && graph->classes[i].subclass == subclass)
		return i;
	i = find_class(key, subclass);
	*last = i;
	if (i)
		return i;
	if (graph->nr_classes == CLASSES - 1) {
		psim_inert("lock order: more classes than the checker has room for");
		return 0;
	}
	i = ++graph->nr_classes;
	graph->classes[i].key = key;
	graph->classes[i].name = name;
	graph->classes[i].subclass = subclass;
	return i;
}

static unsigned int class_slow(struct lockdep_map *map, unsigned int subclass)
{
	unsigned int class;

	psim_raw_lock(&guard);
	class = new_class(map->key ?: (void *)map, map->name, subclass);
	psim_raw_unlock(&guard);
	if (!subclass)
		__atomic_store_n(&map->__psim_class, class, __ATOMIC_RELAXED);
	if (!subclass && map->key)
		__atomic_store_n(&map->key->__psim_byte, (char)class, __ATOMIC_RELEASE);
	return class;
}

static inline unsigned int known_class(const struct lockdep_map *map)
{
	return __atomic_load_n(&map->__psim_class, __ATOMIC_RELAXED);
}

/* The map knows, or else its key. */
static inline unsigned int class_of(struct lockdep_map *map, unsigned int subclass)
{
	unsigned int class = known_class(map);

	if (likely(class && !subclass))
		return class;
	if (map->key && !subclass) {
		class = (u8)__atomic_load_n(&map->key->__psim_byte, __ATOMIC_ACQUIRE);
		if (class && graph->classes[class].key == map->key) {
			__atomic_store_n(&map->__psim_class, class, __ATOMIC_RELAXED);
			return class;
		}
	}
	return class_slow(map, subclass);
}

static const char *name_of(unsigned int class)
{
	return graph->classes[class].name;
}

/* ---- paths ----------------------------------------------------------------------------------------------- */

static void reach(unsigned int class, bool recursive, unsigned int from)
{
	graph->search.seen[recursive].words[class / 64] |= 1ull << class % 64;
	graph->search.parent[graph->search.length] = from;
	graph->search.queue[graph->search.length++] = 2 * class + recursive;
}

/* Whoever reads recursively and then holds on to it as a reader waits for no reader. */
static void reach_from(unsigned int place)
{
	unsigned int class = graph->search.queue[place] / 2,
		     recursive = graph->search.queue[place] & 1, kind, w;

	for (kind = 0; kind < KINDS; kind++) {
		bool reads = kind & TO_RECURSIVE;

		if (recursive && (kind & FROM_SHARED))
			continue;
		for (w = 0; w <= graph->nr_classes / 64; w++) {
			u64 new = graph->next[class][kind].words[w] &
				  ~graph->search.seen[reads].words[w];

			for (; new; new &= new - 1)
				reach(64 * w + __builtin_ctzll(new), reads, place);
		}
	}
}

/*
 * A way from @from, which was taken as a recursive reader or not, to @to, which is held shared or not. Each
 * state is met once. Mostly there is nothing to walk: a lock that was always the innermost is taken.
 * Return: the place where it ends, or -1.
 */
static int find_path(unsigned int from, bool recursive, unsigned int to, bool shared)
{
	unsigned int place;

	if (!has(&graph->sources, from) || !has(&graph->targets, to))
		return -1;
	memset(graph->search.seen, 0, sizeof(graph->search.seen));
	graph->search.length = 0;
	reach(from, recursive, 0);
	for (place = 0; place < graph->search.length; place++) {
		if (place && graph->search.queue[place] / 2 == to &&
		    !((graph->search.queue[place] & 1) && shared))
			return place;
		reach_from(place);
	}
	return -1;
}

/* ---- what is said ------------------------------------------------------------------------------------------ */

static int say_edge(char *text, int n, size_t size, const struct lock_edge *edge)
{
	unsigned int i;

	n += scnprintf(text + n, size - n, "[%s/%d: ", edge->task, edge->pid);
	for (i = 0; i < edge->length; i++)
		n += scnprintf(text + n, size - n, "%s%s takes %s", i ? ", " : "", edge->site[i],
			       name_of(edge->chain[i]));
	return n + scnprintf(text + n, size - n, "]");
}

static const struct lock_edge *edge_of(unsigned int from, unsigned int to)
{
	unsigned int i;

	for (i = 0; i < graph->nr_edges; i++)
		if (graph->edges[i].from == from && graph->edges[i].to == to)
			return &graph->edges[i];
	return NULL;
}

/* The path that ends at @place of the search, edge by edge, from its beginning. */
static int say_path(char *text, int n, size_t size, unsigned int place)
{
	const struct lock_edge *edge;
	unsigned int before = graph->search.parent[place];

	if (before)
		n = say_path(text, n, size, before);
	edge = edge_of(graph->search.queue[before] / 2, graph->search.queue[place] / 2);
	n += scnprintf(text + n, size - n, "%s", before ? ", " : "");
	return edge ? say_edge(text, n, size, edge) : n;
}

/* ---- edges ---------------------------------------------------------------------------------------------- */

static void describe(struct lock_edge *edge, const struct __psim_task_sync *s, unsigned int from,
		     unsigned int to)
{
	unsigned int i, first = s->nr_held > CHAIN ? s->nr_held - CHAIN : 0;

	*edge = (struct lock_edge){.pid = current->pid, .from = from, .to = to};
	strscpy(edge->task, current->comm, sizeof(edge->task));
	for (i = first; i < s->nr_held; i++) {
		const struct __psim_held *held = &s->held[i];
		unsigned int class = held->subclass ? 0 : known_class(held->map);

		edge->chain[edge->length] =
			class
				?: new_class(held->map->key ?: (void *)held->map, held->map->name,
					     held->subclass);
		edge->site[edge->length++] = held->site;
	}
}

/* An edge that is not there yet. Under the guard. Return: whether @text says why it must not be. */
static bool add_edge(const struct __psim_task_sync *s, const struct __psim_held *from,
		     unsigned int a, unsigned int b, char *text, size_t size)
{
	const struct __psim_held *to = &s->held[s->nr_held - 1];
	int n, place = a == b ? 0 : find_path(b, to->read == 2, a, from->read);
	static struct lock_edge last; /* under the guard */
	struct lock_edge *edge = graph->nr_edges < EDGES ? &graph->edges[graph->nr_edges++] : &last;

	describe(edge, s, a, b);
	add(&graph->next[a][KIND(from->read, to->read == 2)], b);
	add(&graph->sources, a);
	add(&graph->targets, b);
	if (place < 0)
		return false;
	if (a == b) {
		n = scnprintf(
			text, size,
			"lock order: two locks %s, and nothing says which first: ", name_of(a));
		say_edge(text, n, size, edge);
		return true;
	}
	n = scnprintf(text, size, "lock order: %s under %s ", name_of(b), name_of(a));
	n = say_edge(text, n, size, edge);
	n += scnprintf(text + n, size - n, ", but before %s under %s ", name_of(a), name_of(b));
	say_path(text, n, size, place);
	return true;
}

/* The lock on top of the list is taken under @from. */
static void note_edge(const struct __psim_task_sync *s, const struct __psim_held *from)
{
	const struct __psim_held *to = &s->held[s->nr_held - 1];
	unsigned int a = class_of(from->map, from->subclass), b = class_of(to->map, to->subclass);
	unsigned int kind = KIND(from->read, to->read == 2);
	char text[400];
	bool bad = false;

	if (!a || !b || has(&graph->next[a][kind], b))
		return;
	if (a == b && (to->read == 2 || from->map == to->map))
		return;
	psim_raw_lock(&guard);
	if (!has(&graph->next[a][kind], b))
		bad = add_edge(s, from, a, b, text, sizeof(text));
	psim_raw_unlock(&guard);
	if (bad)
		psim_report("law 4", "%s", text);
}

/* ---- interrupts ------------------------------------------------------------------------------------------- */

static bool is_inconsistent(unsigned int usage)
{
	return ((usage & IN_WRITE) && (usage & (ON_WRITE | ON_READ))) ||
	       ((usage & IN_READ) && (usage & ON_WRITE));
}

static void note_usage(const struct __psim_held *held)
{
	unsigned int class = class_of(held->map, held->subclass), usage;
	struct lock_class *c = &graph->classes[class];
	const char *in, *on;
	bool bad;

	if (psim_in_hardirq())
		usage = held->read ? IN_READ : IN_WRITE;
	else if (!psim_irqs_are_off())
		usage = held->read ? ON_READ : ON_WRITE;
	else
		return;
	if (!class || (__atomic_load_n(&c->usage, __ATOMIC_RELAXED) & usage))
		return;
	psim_raw_lock(&guard);
	bad = !is_inconsistent(c->usage) && is_inconsistent(c->usage | usage);
	__atomic_store_n(&c->usage, c->usage | usage, __ATOMIC_RELAXED);
	if (usage & (IN_READ | IN_WRITE))
		c->in = held->site;
	else
		c->on = held->site;
	in = c->in;
	on = c->on;
	psim_raw_unlock(&guard);
	if (bad)
		psim_report(
			"law 4",
			"lock order: %s takes %s in interrupts, and %s takes it with interrupts "
			"on: an interrupt on that CPU deadlocks",
			in, c->name, on);
}

/* ---- the room ---------------------------------------------------------------------------------------------- */

void psim_lock_order(const struct __psim_task_sync *s)
{
	const struct __psim_held *held = &s->held[s->nr_held - 1];
	unsigned int i;

	if (unlikely(!graph))
		return;
	if (held->read != 2)
		note_usage(held);
	if (held->trylock)
		return;
	for (i = s->nr_held - 1; i--;) {
		note_edge(s, &s->held[i]);
		/* what it was taken under has edges to it */
		if (!s->held[i].trylock && s->held[i].read != 2)
			break;
	}
}

void psim_lock_order_level(struct lockdep_map *map, unsigned int subclass)
{
	if (graph)
		map->__psim_class = class_slow(map, subclass);
}

int psim_lock_order_start(const struct psim_config *config)
{
	if (config->without & PSIM_LOCK_ORDER)
		return 0;
	graph = psim_host_arena(PSIM_ARENA_LOCKS, sizeof(*graph));
	return graph ? 0 : -ENOMEM;
}

void psim_lock_order_stop(void)
{
	if (!graph)
		return;
	psim_host_clear(graph->next, (graph->nr_classes + 1) * sizeof(graph->next[0]));
	psim_host_clear(graph->classes, (graph->nr_classes + 1) * sizeof(graph->classes[0]));
	graph->sources = graph->targets = (struct set){};
	graph->nr_classes = graph->nr_edges = 0;
	graph = NULL;
}
