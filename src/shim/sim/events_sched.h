/* SPDX-License-Identifier: MIT */
/* Events of tasks, CPUs, locks and what waits: see events.h. */
#ifndef PSIM_EVENTS_SCHED_H
#define PSIM_EVENTS_SCHED_H

#define PSIM_EVENTS_SCHED(X)                                                                       \
	X(TASK_NEW, task_newtask, "task", "a task is made", D("pid"), S("comm"), W("kind", task))  \
	X(TASK_EXIT, sched_process_exit, "task", "the task ends", D("pid"))                        \
	X(SWITCH, sched_switch, "sched", "the engine takes another task", D("prev_pid"),           \
	  D("next_pid"))                                                                           \
	X(WAKE, sched_wakeup, "sched", "a task that waits may go on", D("pid"))                    \
	X(IRQ_RAISE, irq_raise, "irq", "a device, or whoever plays one, raises an interrupt",      \
	  D("irq"))                                                                                \
	X(IRQ, irq_handler_entry, "irq", "an interrupt's handler begins", D("irq"))                \
	X(IRQ_END, irq_handler_exit, "irq", "its function has returned", D("irq"))                 \
	X(TIMER, timer_expire_entry, "irq", "a timer's function begins", D("nr"))                  \
	X(TIMER_END, timer_expire_exit, "irq", "its function has returned", D("nr"))               \
	X(WORK_QUEUE, workqueue_queue_work, "work", "a work item is queued; nr: of this queueing", \
	  D("nr"))                                                                                 \
	X(WORK, workqueue_execute_start, "work", "its function begins", D("nr"))                   \
	X(WORK_END, workqueue_execute_end, "work", "its function has returned", D("nr"))           \
	X(CONTENTION, contention_begin, "wait", "the task waits for a lock; nr: of the lock",      \
	  S("lock"), D("nr"), S("kind"))                                                           \
	X(CONTENTION_END, contention_end, "wait", "it goes on", S("lock"), D("nr"), S("kind"))     \
	X(WAIT, wait_begin, "wait",                                                                \
	  "the task waits for something else; nr: a page's, a task's number", S("what"),           \
	  S("name"), H("nr"))                                                                      \
	X(WAIT_END, wait_end, "wait", "it goes on", S("what"), S("name"), H("nr"))                 \
	X(LOCK, lock_acquired, "lock",                                                             \
	  "the task has a lock; read 1: shared, 2: shared by reentrant readers", S("lock"),        \
	  D("nr"), D("read"), D("try"))                                                            \
	X(UNLOCK, lock_release, "lock", "it lets it go", S("lock"), D("nr"))

#endif /* PSIM_EVENTS_SCHED_H */
