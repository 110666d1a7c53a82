// SPDX-License-Identifier: MIT
/* main() of the lessons in kernel code: a machine, a process, and a task of it that runs the lesson. */
#include <stdarg.h>
#include <stdio.h>
#include <psim/psim.h>

int lesson(void);
void say(const char *format, ...) __attribute__((format(printf, 1, 2)));

void say(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vprintf(format, args);
	va_end(args);
}

static int body(void *arg)
{
	(void)arg;
	return lesson();
}

int main(void)
{
	struct psim_process *app;
	struct psim_task *task;
	int err, reports;

	setvbuf(stdout, NULL, _IOLBF, 0); /* in step with the kernel's own messages */
	if (psim_start(NULL))
		return 1;
	app = psim_process_create("app");
	task = psim_spawn(app, "lesson", body, NULL);
	err = psim_join(task);
	psim_process_exit(app);
	reports = psim_stop();
	if (err)
		printf("the lesson ended with %d\n", err);
	printf("audit: %s\n", reports ? "something is wrong" : "all counts right, nothing left");
	return err || reports;
}
