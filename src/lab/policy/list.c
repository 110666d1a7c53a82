// SPDX-License-Identifier: MIT
/* The parts of policies that are built in, and ready combinations of them. */
#include <string.h>

#include "../lab.h"

/* clang-format off */
#define PARTS(X)                                                                                         \
	/* does it come? */                                                                              \
	X(never) X(delayed) X(delayed_full) X(adaptive) X(counters) X(thrash) X(transient) X(smart)                            \
	/* whose memory? */ \
 X(interleave) X(preferred) X(owner_stays) X(grit) \
	/* how long does it stay? */                                                                     \
	X(stay)                                                                                          \
	/* how much? */                                                                                  \
	X(until_full) X(page) X(block) X(region) X(random_page) X(random_block) X(tree_simulator) X(tree) \
	X(feedback) X(forest) X(chunks) X(next) X(next_region) X(stride) X(libra)                                           \
	/* what leaves? */                                                                               \
	X(lrm) X(fifo) X(lrf) X(lru) X(lru_page) X(lru_block) X(lru_reserved) X(lru_sampled) X(lfu)      \
	X(cyclic) X(tournament) X(tree_evict) X(largest) X(random_evict) X(evict_ahead) X(evict_unit)
/* clang-format on */

#define DECLARE(ident) extern const struct psim_lab_policy lab_part_##ident;
#define LIST(ident)    &lab_part_##ident,

PARTS(DECLARE)

const struct psim_lab_policy *const lab_parts[] = {PARTS(LIST) NULL};

const struct lab_ready lab_ready[] = {
	{"on-demand",
	 "single pages; the least recently used page leaves",
	 "B01, B42",
	 {"page", "lru-page"}},
	{"sequential-local", "64 KiB come, 64 KiB leave", "B04, B44", {"block", "lru-block"}},
	{"random", "a page and another; any leaves", "B02, B43", {"random-page", "random-evict"}},
	{"tree-lru",
	 "a simulator's tree; the least recently used 2 MiB leave",
	 "B05, B41",
	 {"tree-simulator", "lru"}},
	{"tree-tree",
	 "a simulator's tree, both ways",
	 "B05, B45",
	 {"tree-simulator", "tree-evict"}},
	{"tree-reserve",
	 "a simulator's tree; a share of the least recently used is passed over",
	 "B05, B47",
	 {"tree-simulator", "lru-reserved"}},
	{"tree-off",
	 "a simulator's tree until memory is full, then single pages",
	 "B05, B16, B42",
	 {"until-full", "tree-simulator", "lru-page"}},
	{"tree-off-ahead",
	 "the same, with room made ahead",
	 "B05, B16, B42, B48",
	 {"until-full", "tree-simulator", "lru-page", "evict-ahead"}},
	{"nvidia",
	 "the driver's tree; what nothing came to for longest leaves",
	 "B06, B40",
	 {"tree", "lrm"}},
	{"region-lrm",
	 "2 MiB come; what nothing came to for longest leaves",
	 "B07, B40",
	 {"region", "lrm"}},
	{"chunks",
	 "the largest chunk that fits; what came first leaves",
	 "B08, B50",
	 {"chunks", "fifo"}},
	{"chunks-stay",
	 "the same, and stays for a time slice",
	 "B08, B10, B50",
	 {"stay", "chunks", "fifo"}},
	{"zero-copy", "nothing comes", "assumption", {"never"}},
	{"delayed",
	 "what is read comes after so many reads",
	 "B20, B05, B41",
	 {"delayed", "tree-simulator", "lru"}},
	{"delayed-full",
	 "the same, once memory was full",
	 "B20, B05, B45",
	 {"delayed-full", "tree-simulator", "tree-evict"}},
	{"adaptive",
	 "the same, the later the more often it left",
	 "B21, B05, B41",
	 {"adaptive", "tree-simulator", "lru"}},
	{"counters",
	 "64 KiB come after so many accesses",
	 "B22, B40, B04",
	 {"counters", "block", "lrm"}},
	{"feedback",
	 "the driver's tree, or everything while that pays",
	 "B13, B40",
	 {"feedback", "lrm"}},
	{"lfu", "the driver's tree; what was used least often leaves", "B06, B46", {"tree", "lfu"}},
	{"next",
	 "64 KiB and the next; the least recently used 2 MiB leave",
	 "assumption, B41",
	 {"next", "lru"}},
	{"stride",
	 "a page and where the stride leads; the least recently used page leaves",
	 "assumption, B42",
	 {"stride", "lru-page"}},
	{"largest",
	 "the driver's tree; the 2 MiB with the most pages leave",
	 "B06, assumption",
	 {"tree", "largest"}},
	{"thrash",
	 "the driver's way, and what goes to and fro is used from afar",
	 "B30, B06, B40",
	 {"thrash", "tree", "lrm"}},
	{"next-region",
	 "the driver's tree, and 2 MiB ahead of what is streamed",
	 "B12, B40",
	 {"next-region", "lrm"}},
	{"lru-sampled",
	 "the driver's tree; what a sample shows unused leaves",
	 "B06, B52",
	 {"tree", "lru-sampled"}},
	{"cyclic",
	 "the driver's tree; what came first is protected",
	 "B06, B53",
	 {"tree", "cyclic"}},
	{"tournament",
	 "the driver's tree; policies take turns to say what leaves",
	 "B06, B54",
	 {"tree", "tournament"}},
	{"lrf",
	 "2 MiB come; those in which nothing faulted for longest leave",
	 "B07, B51",
	 {"region", "lrf"}},
	{"libra", "strides of each stream; between GPUs what pays", "B11, B41", {"libra", "lru"}},
	{"transient", "2 MiB; what comes back too soon is used from afar", "B25", {"transient"}},
	{"interleave",
	 "2 MiB to each GPU in turn; the oldest leave",
	 "assumption, B07, B40",
	 {"interleave", "region", "lrm"}},
	{"preferred",
	 "everything to one GPU; the driver's tree",
	 "B23, B06, B40",
	 {"preferred", "tree", "lrm"}},
	{"owner-stays",
	 "what is with a linked GPU stays for a while; the driver's tree",
	 "A33, B06, B40",
	 {"owner-stays", "tree", "lrm"}},
	{"grit",
	 "page by page by its faults; the oldest leave",
	 "B27, B40, B01",
	 {"grit", "page", "lrm"}},
	{"smart",
	 "a simulator's tree; the rest as the faults look",
	 "B29, B05",
	 {"smart", "tree-simulator"}},
	{"forest",
	 "a tree of a size that goes by the faults; the least recently used 2 MiB leave",
	 "B15, B41",
	 {"forest", "lru"}},
	{"unobtrusive",
	 "the driver's way, with room made when a batch begins",
	 "B55, B06, B40",
	 {"tree", "lrm", "evict-unit"}},
	{0},
};

const struct psim_lab_policy *lab_part_find(const char *name)
{
	for (unsigned int i = 0; lab_parts[i]; i++) {
		if (!strcmp(lab_parts[i]->name, name))
			return lab_parts[i];
	}
	return NULL;
}

const struct lab_ready *lab_ready_find(const char *name)
{
	for (unsigned int i = 0; lab_ready[i].name; i++) {
		if (!strcmp(lab_ready[i].name, name))
			return &lab_ready[i];
	}
	return NULL;
}
