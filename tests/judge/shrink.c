// SPDX-License-Identifier: MIT
/*
 * Making a failing sequence short: first the operations behind the failure go, then pieces of halving size
 * (delta debugging), then each operation gets simpler members. Every try is a process of its own.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "judge.h"

#define SECONDS_AT_MOST 600

bool run_apart(const struct op *ops, size_t count, unsigned int judges, unsigned int audit_every,
	       struct verdict *verdict)
{
	struct verdict *shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
				      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int status = 0;
	pid_t child;

	fflush(NULL);
	child = fork();
	if (!child) {
		alarm(SECONDS_AT_MOST);
		_exit(!run_sequence(ops, count, judges, audit_every, shared, NULL));
	}
	waitpid(child, &status, 0);
	*verdict = *shared;
	munmap(shared, sizeof(*shared));
	if (WIFSIGNALED(status))
		snprintf(verdict->text, sizeof(verdict->text), "the program got signal %d (%s)",
			 WTERMSIG(status), strsignal(WTERMSIG(status)));
	else if (status && !verdict->text[0])
		snprintf(verdict->text, sizeof(verdict->text), "the program ended with code %d",
			 WEXITSTATUS(status));
	return !verdict->text[0];
}

/* ---- delta debugging ---------------------------------------------------------------------------------- */

/**
 * struct search - a search for a shorter sequence that still fails
 * @ops, @count: the shortest so far
 * @try: room for another
 */
struct search {
	struct op *ops, *try;
	size_t count;
	unsigned int judges, audit_every;
};

static void quiet(bool on)
{
	static int kept = -1;

	fflush(stderr);
	if (on) {
		kept = dup(2);
		if (!freopen("/dev/null", "w", stderr))
			return;
	} else if (kept >= 0) {
		dup2(kept, 2);
		close(kept);
	}
}

/* Does @try[0..count) fail? Then it is the new best. */
static bool take_if_failing(struct search *search, size_t count)
{
	struct verdict verdict;

	if (run_apart(search->try, count, search->judges, search->audit_every, &verdict))
		return false;
	if (verdict.at + 1 < count)
		count = verdict.at + 1;
	memcpy(search->ops, search->try, count * sizeof(*search->ops));
	search->count = count;
	return true;
}

static bool try_without(struct search *search, size_t from, size_t n)
{
	size_t rest = search->count - from - n;

	memcpy(search->try, search->ops, from * sizeof(*search->try));
	memcpy(search->try + from, search->ops + from + n, rest * sizeof(*search->try));
	return take_if_failing(search, from + rest);
}

static void remove_pieces(struct search *search)
{
	for (size_t n = search->count / 2; n; n = n > 1 ? n / 2 : 0) {
		bool any = true;

		while (any) {
			any = false;
			for (size_t from = 0; from + n <= search->count;)
				if (try_without(search, from, n))
					any = true;
				else
					from += n;
			any = any && n == 1;
		}
	}
}

static bool try_member(struct search *search, size_t i, const struct op *simpler)
{
	if (!memcmp(simpler, &search->ops[i], sizeof(*simpler)))
		return false;
	memcpy(search->try, search->ops, search->count * sizeof(*search->try));
	search->try[i] = *simpler;
	return take_if_failing(search, search->count);
}

static void simplify(struct search *search, size_t i)
{
	struct op op;

#define TRY(statement)                      \
	do {                                \
		if (i >= search->count)     \
			return;             \
		op = search->ops[i];        \
		statement;                  \
		try_member(search, i, &op); \
	} while (0)
	TRY(op.length = 1);
	TRY(op.length = PAGE);
	TRY(op.length = (op.length + PAGE - 1) & ~(PAGE - 1));
	TRY(op.length = op.length > 2 * PAGE ? 2 * PAGE : op.length);
	TRY(op.address = op.address & ~(PAGE - 1));
	TRY(op.target_length = PAGE);
	TRY(op.flags = op.flags & (MAP_TYPE | MAP_ANONYMOUS | MAP_FIXED));
	TRY(op.prot = PROT_READ | PROT_WRITE);
	TRY(op.value = 1);
#undef TRY
}

size_t shrink(struct op *ops, size_t count, unsigned int judges, unsigned int audit_every)
{
	struct search search = {
		.ops = ops,
		.try = calloc(count, sizeof(*ops)),
		.count = count,
		.judges = judges,
		.audit_every = audit_every,
	};

	quiet(true);
	memcpy(search.try, ops, count * sizeof(*ops));
	if (take_if_failing(&search, count)) {
		remove_pieces(&search);
		for (size_t i = 0; i < search.count; i++)
			simplify(&search, i);
		remove_pieces(&search);
	}
	quiet(false);
	free(search.try);
	return search.count;
}
