/* SPDX-License-Identifier: MIT */
/* Events of tasks, CPUs and what waits: see events.h. */
#ifndef PSIM_EVENTS_SCHED_H
#define PSIM_EVENTS_SCHED_H

#define PSIM_EVENTS_SCHED(X)                                                               \
	X(TASK_NEW, "task_newtask", "task", "a task is made", D("pid"), S("comm"),         \
	  W("kind", task))                                                                 \
	X(TASK_EXIT, "sched_process_exit", "task", "a task ends", D("pid"))                \
	X(SWITCH, "sched_switch", "sched", "the engine takes another task", D("prev_pid"), \
	  D("next_pid"))                                                                   \
	X(WAKE, "sched_wakeup", "sched", "a task that waits may go on", D("pid"))          \
	X(IRQ, "irq_handler_entry", "irq", "an interrupt's handler begins", D("irq"))      \
	X(TIMER, "timer_expire_entry", "irq", "a timer's function begins", D("nr"))        \
	X(WORK, "workqueue_execute_start", "irq", "a work item's function begins", D("nr"))

#endif /* PSIM_EVENTS_SCHED_H */
