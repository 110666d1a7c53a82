#!/bin/sh
# psim-kernel-check on a small made-up tree: what a file needs and what the face lacks of it, stubs that compile and
# stop, and where the face differs.
# usage: psim_kernel_check_test.sh SOURCE_ROOT
set -eu

root=${1:?usage: psim_kernel_check_test.sh SOURCE_ROOT}
check=$root/scripts/psim-kernel-check
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export XDG_CACHE_HOME="$work/cache"
cd "$work"

fail() { echo "FAILED: $*"; cat said 2>/dev/null || true; exit 1; }
run() { # WANTED ARGS...
	wanted=$1 status=0
	shift
	"$check" "$@" >said 2>&1 || status=$?
	[ $status = "$wanted" ] || fail "psim-kernel-check $*: exit code $status, not $wanted"
}
says() { grep -qE -- "$1" said || fail "it does not say: $1"; }
silent() { if grep -qE -- "$1" said; then fail "it says: $1"; fi; }

mkdir -p tree/include/linux tree/include/drm tree/drivers
printf 'VERSION = 7\nPATCHLEVEL = 0\nSUBLEVEL = 0\n' >tree/Makefile
cat >tree/include/linux/frob.h <<'END'
typedef unsigned int frob_t;
enum frob_mode { FROB_NEVER, FROB_OFTEN = 4, FROB_ALWAYS };
#define FROB_MAX 12
#define frob_clamp(n) ((n) > FROB_MAX ? FROB_MAX : (n))
struct frob;
extern int __must_check frob_register(struct frob *f, frob_t how);
void *frob_data(struct frob *f);
static inline void frob_kick(struct frob *f) { }
END
cat >tree/include/linux/list.h <<'END'
#define INIT_LIST_HEAD_SOMEHOW(x) (x)
static inline int list_empty(const struct list_head *head) { return 0; }
static inline void list_frobnicate(struct list_head *head) { }
END
cat >tree/include/linux/kthread.h <<'END'
int kthread_park(struct task_struct *k);
END
cat >tree/include/linux/lockdep.h <<'END'
void lockdep_register_key(struct lock_class_key *key);
END
cat >tree/include/linux/unused.h <<'END'
int local_name(int);
int member_name(int);
END
cat >tree/drivers/own.h <<'END'
int own_helper(void);
END
cat >tree/drivers/toy.c <<'END'
#include <linux/frob.h>
#include <linux/kthread.h>
#include <linux/list.h>
#include <linux/lockdep.h>
#include <linux/types.h>
#include "own.h"

struct thing { int member_name; int frob_hidden; };
static struct lock_class_key key;
static LIST_HEAD(all);

/* frob_in_a_comment() "and frob_in_a_string()" */
int toy(struct frob *f, struct task_struct *task, struct thing *t);
int toy(struct frob *f, struct task_struct *task, struct thing *t)
{
	int local_name = FROB_OFTEN;
	frob_t how = frob_clamp(local_name);

	lockdep_register_key(&key);
	if (list_empty(&all) && !t->member_name)
		return frob_register(f, how) ? -1 : frob_data(f) != NULL;
	list_frobnicate(&all);
	frob_kick(f);
	kthread_park(task);
	return own_helper();
}
END

# What is needed, each with its state
run 1 tree drivers/toy.c
says 'index of Linux 7\.0 built'
says '^  missing  header +linux/frob\.h +line 1$'
says '^  missing  function +frob_register +<linux/frob\.h>  line 21$'
says '^  missing  function +list_frobnicate +<linux/list\.h>  line 22$'
says '^  missing  enumerator +FROB_OFTEN '
says '^  missing  macro +frob_clamp '
says '^  missing  typedef +frob_t '
says '^  stop     function +kthread_park +<linux/kthread\.h>  line 24$'
says '^  inert    function +lockdep_register_key '
silent 'list_empty|local_name|member_name|own_helper|FROB_MAX|_in_a_'
run 1 --all tree drivers/toy.c
silent 'index of'
says '^  real     function +list_empty '
run 1 --json tree drivers/toy.c
python3 -c 'import json; t = json.load(open("said")); assert t["version"] == "7.0" and any(
	n["name"] == "frob_register" and n["state"] == "missing" for n in t["files"]["drivers/toy.c"])' || fail "as JSON"
start=$(date +%s%N)
run 1 tree drivers/toy.c
[ $(($(date +%s%N) - start)) -lt 5000000000 ] || fail "with its index it took more than five seconds"

# A header that is taken from the tree
run 1 --take linux/frob.h tree drivers/toy.c
silent '^  missing .* frob_'
says 'list_frobnicate'

# A change in the tree makes the index anew
sleep 0.01
echo 'static inline void list_rotate_frob(struct list_head *head) { }' >>tree/include/linux/list.h
echo 'void more(struct list_head *h); void more(struct list_head *h) { list_rotate_frob(h); }' >>tree/drivers/toy.c
run 1 tree drivers/toy.c
says 'index of Linux 7\.0 built'
says 'list_rotate_frob'

# Stubs: all of it compiles with them, and each stops the run
run 1 --stubs stubs tree drivers/toy.c
cc=${CC:-cc}
own=$("$cc" -print-file-name=include)
[ -f "$own/stdarg.h" ] || own=$("$cc" -print-resource-dir)/include
for file in tree/drivers/toy.c stubs/stubs.c; do
	"$cc" -std=gnu11 -Wall -Wno-unused -Werror -nostdinc -isystem "$own" -Istubs/include -I"$root/include" -D__KERNEL__ \
		-fms-extensions -D__PSIM_KERNEL_CC__ -include stubs/include/psim_missing.h -fsyntax-only $file 2>said || fail "$file"
done
grep -q '^int frob_register(struct frob \* f, frob_t how)$' stubs/stubs.c || { cat stubs/stubs.c; fail "the prototype of frob_register"; }
grep -q 'psim_stop_function("frob_register", "the face lacks it; Linux 7.0 declares it in include/linux/frob.h")' stubs/stubs.c ||
	{ cat stubs/stubs.c; fail "a stop"; }

# Drift
run 0 --face tree
cat >>tree/include/linux/list.h <<'END'
static inline void list_add(struct list_head *head, int where) { }
#define GFP_NOWAIT 77
enum migrate_mode { MIGRATE_ASYNC = 9 };
END
run 1 --face tree
says '^prototype list_add$'
says '^  tree: void \(struct list_head\*, int\)$'
says '^value MIGRATE_ASYNC$'
says '^  face: 0$'
printf 'prototype list_add # ours is as it was\nvalue MIGRATE_ASYNC\n' >known
grep -q '^value GFP_NOWAIT' said && echo 'value GFP_NOWAIT' >>known
run 0 --face --known known tree
echo 'value NO_SUCH_VALUE' >>known
run 1 --face --known known tree
says '^value NO_SUCH_VALUE: in known, and does not differ any more$'

# Bad input
run 2 --face --known nothing tree
says 'there is no such file'
run 2 no-such-tree drivers/toy.c
says "'no-such-tree' is no kernel source: it has no Makefile"
run 2 tree drivers/no-such.c
says 'drivers/no-such\.c: No such file'
run 2 tree
says 'a FILE is missing, or --face'
