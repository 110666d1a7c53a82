// SPDX-License-Identifier: MIT
/*
 * An address space for a case that runs in a real kernel: KUnit's threads have none.
 *
 * The thread that runs the case gives up its reference when it ends; another one is kept so that the
 * suite's exit(), which has a thread of its own, finds the same memory.
 */
static struct mm_struct *case_mm;

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
	if (exit)
		exit(test);
	if (mm) {
		kthread_unuse_mm(mm);
		mmput(mm);
	}
}
