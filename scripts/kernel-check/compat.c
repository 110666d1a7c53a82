// SPDX-License-Identifier: MIT
/*
 * An address space for a case that runs in a real kernel: KUnit's threads have none. And a list of
 * cases that do not run: psim_check_skip=CASE,CASE on the command line.
 *
 * The thread that runs the case gives up its reference when it ends; another one is kept so that the
 * suite's exit(), which has a thread of its own, finds the same memory.
 */
static struct mm_struct *case_mm;
static char *skipped = "";

static int __init take_skipped(char *list)
{
	skipped = list;
	return 1;
}
__setup("psim_check_skip=", take_skipped);

static bool is_skipped(const char *name)
{
	size_t length = strlen(name);

	for (const char *at = strstr(skipped, name); at; at = strstr(at + 1, name))
		if ((at == skipped || at[-1] == ',') && (!at[length] || at[length] == ','))
			return true;
	return false;
}

int psim_check_init(struct kunit *test, int (*init)(struct kunit *test))
{
	if (is_skipped(test->name))
		kunit_skip(test, "known to differ");
	return init ? init(test) : 0;
}

int psim_check_attach_mm(void)
{
	struct mm_struct *mm = mm_alloc();

	if (!mm)
		return -ENOMEM;
	mm->task_size = TASK_SIZE;
	arch_pick_mmap_layout(mm, &current->signal->rlim[RLIMIT_STACK]);
	kthread_use_mm(mm);
	mmget(mm);
	case_mm = mm;
	return 0;
}

void psim_check_exit(struct kunit *test, void (*exit)(struct kunit *test))
{
	struct mm_struct *mm = case_mm;

	case_mm = NULL;
	if (mm)
		kthread_use_mm(mm);
	if (exit && !is_skipped(test->name))
		exit(test);
	if (mm) {
		kthread_unuse_mm(mm);
		mmput(mm);
	}
}
