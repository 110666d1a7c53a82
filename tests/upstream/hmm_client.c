// SPDX-License-Identifier: MIT
/*
 * Loads the kernel's test driver lib/test_hmm.c and runs the cases of its user-space test against it, each on
 * a machine of its own, on private and on coherent devices. One line a case on standard output: ok, skipped,
 * or FAILED; exit code 0 if none failed and no law was broken.
 * usage: hmm_client test_hmm 0 [--engine free] [--only NAME]
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hmm_client.h"

#define WORDS (PAGE / sizeof(int32_t))

void failed(struct run *run, const char *what, int line, long got, long wanted)
{
	if (run->what)
		return;
	run->what = what;
	run->line = line;
	run->got = got;
	run->wanted = wanted;
}

/* ---- memory ------------------------------------------------------------------------------------------- */

static void make_page(int32_t *words, unsigned long page, struct pattern pattern)
{
	for (unsigned long i = 0; i < WORDS; i++)
		words[i] = (int32_t)(page * WORDS + i) * pattern.times + pattern.plus;
}

void fill_from(struct run *run, unsigned long at, unsigned long skip, unsigned long pages,
	       struct pattern pattern)
{
	int32_t words[WORDS];

	for (unsigned long page = skip; page < pages; page++) {
		make_page(words, page, pattern);
		SAME(run, psim_store(run->process, at + page * PAGE, words, PAGE), 0);
	}
}

void fill(struct run *run, unsigned long at, unsigned long pages, struct pattern pattern)
{
	fill_from(run, at, 0, pages, pattern);
}

void expect_from(struct run *run, unsigned long at, unsigned long skip, unsigned long pages,
		 struct pattern pattern)
{
	int32_t words[WORDS], wanted[WORDS];

	for (unsigned long page = skip; page < pages; page++) {
		make_page(wanted, page, pattern);
		SAME(run, psim_load(run->process, at + page * PAGE, words, PAGE), 0);
		for (unsigned long i = 0; i < WORDS; i++)
			SAME(run, words[i], wanted[i]);
	}
}

void expect(struct run *run, unsigned long at, unsigned long pages, struct pattern pattern)
{
	expect_from(run, at, 0, pages, pattern);
}

void expect_and_increment(struct run *run, unsigned long at, unsigned long pages)
{
	STEP(run, expect(run, at, pages, NUMBERS));
	STEP(run, fill(run, at, pages, (struct pattern){1, 1}));
	expect(run, at, pages, (struct pattern){1, 1});
}

uint32_t load(struct run *run, unsigned long at)
{
	uint32_t value = ~0u;
	int err = psim_load(run->process, at, &value, sizeof(value));

	if (err)
		failed(run, "a load", __LINE__, err, 0);
	return value;
}

void store(struct run *run, unsigned long at, uint32_t value)
{
	SAME(run, psim_store(run->process, at, &value, sizeof(value)), 0);
}

uint8_t seen(struct run *run, const struct buffer *buffer, unsigned long page)
{
	uint8_t value = 0;
	int err = psim_load(run->process, buffer->mirror + page, &value, sizeof(value));

	if (err)
		failed(run, "a load", __LINE__, err, 0);
	return value;
}

static unsigned long map_one(struct run *run, unsigned long pages, int prot, int flags,
			     struct psim_file *file)
{
	long at = psim_mmap_at(run->process, 0, pages * PAGE, prot, flags, file, 0);

	if (at < 0)
		failed(run, "a mapping", __LINE__, at, 0);
	return at;
}

struct buffer map_file(struct run *run, unsigned long pages, int prot, int flags,
		       struct psim_file *file)
{
	struct buffer buffer = {.pages = pages};

	buffer.at = map_one(run, pages, prot, flags, file);
	buffer.mirror = map_one(run, pages, RW, MAP_PRIVATE | MAP_ANONYMOUS, NULL);
	return buffer;
}

struct buffer map(struct run *run, unsigned long pages, int prot)
{
	return map_file(run, pages, prot, MAP_PRIVATE | MAP_ANONYMOUS, NULL);
}

void unmap(struct run *run, struct buffer *buffer)
{
	SAME(run, psim_munmap(run->process, buffer->at, buffer->pages * PAGE), 0);
	SAME(run, psim_munmap(run->process, buffer->mirror, buffer->pages * PAGE), 0);
}

/* ---- the device ------------------------------------------------------------------------------------------ */

int open_device(unsigned int number, struct psim_file **file)
{
	char path[64];

	snprintf(path, sizeof(path), "/dev/hmm_dmirror%u", number);
	return psim_open(path, O_RDWR, file);
}

int command(struct psim_file *file, unsigned long request, struct run *run, struct buffer *buffer,
	    unsigned long pages)
{
	struct hmm_dmirror_cmd cmd = {.addr = buffer->at, .ptr = buffer->mirror, .npages = pages};
	long err;

	if (psim_store(run->process, run->command, &cmd, sizeof(cmd)))
		return -ENOMEM;
	do {
		err = psim_ioctl(file, request, run->command);
	} while (err == -EINTR);
	if (!err && psim_load(run->process, run->command, &cmd, sizeof(cmd)))
		err = -EFAULT;
	if (err)
		return (int)err;
	buffer->cpages = cmd.cpages;
	buffer->faults = cmd.faults;
	return 0;
}

int to_device(struct psim_file *file, struct run *run, struct buffer *buffer, unsigned long pages)
{
	return command(file, HMM_DMIRROR_MIGRATE_TO_DEV, run, buffer, pages);
}

int to_system(struct psim_file *file, struct run *run, struct buffer *buffer, unsigned long pages)
{
	return command(file, HMM_DMIRROR_MIGRATE_TO_SYS, run, buffer, pages);
}

/* ---- children ------------------------------------------------------------------------------------------------ */

struct child {
	struct run run;
	void (*body)(struct run *run, const struct buffer *buffer);
	const struct buffer *buffer;
};

static int child_body(void *arg)
{
	struct child *child = arg;

	child->body(&child->run, child->buffer);
	return 0;
}

void in_child(struct run *run, void (*body)(struct run *run, const struct buffer *buffer),
	      const struct buffer *buffer,
	      void (*meanwhile)(struct run *run, const struct buffer *buffer))
{
	struct child child = {.run = *run, .body = body, .buffer = buffer};
	struct psim_task *task;

	SAME(run, psim_fork(run->process, "child", &child.run.process), 0);
	task = psim_spawn(child.run.process, "child", child_body, &child);
	SAME(run, !task, 0);
	if (meanwhile)
		meanwhile(run, buffer);
	psim_join(task);
	SAME(run, psim_process_exit(child.run.process), 0);
	if (child.run.what && !run->what)
		failed(run, child.run.what, child.run.line, child.run.got, child.run.wanted);
}

/* ---- running a case ---------------------------------------------------------------------------------------------- */

/* Physical addresses of the coherent devices' memory: beyond RAM. */
#define COHERENT_ONE "0x1000000000"
#define COHERENT_TWO "0x1010000000"

struct job {
	const struct hmm_case *hmm_case;
	struct run *run;
};

static int client(void *arg)
{
	const struct job *job = arg;
	struct run *run = job->run;
	int n = job->hmm_case->two_devices ? 2 : 1, err = 0, opened = 0;

	run->command = map_one(run, 1, RW, MAP_PRIVATE | MAP_ANONYMOUS, NULL);
	for (; opened < n && !err; opened++)
		err = open_device(run->device + opened, &run->file[opened]);
	if (err) {
		failed(run, "open", __LINE__, err, 0);
		opened--;
	} else {
		job->hmm_case->fn(run);
	}
	while (opened--) {
		err = psim_file_close(run->file[opened]);
		if (err)
			failed(run, "close", __LINE__, err, 0);
	}
	return 0;
}

static int load_and_run(void *arg)
{
	const struct job *job = arg;
	struct psim_task *task;
	int err;

	if (job->run->coherent && (psim_module_param("test_hmm", "spm_addr_dev0", COHERENT_ONE) ||
				   psim_module_param("test_hmm", "spm_addr_dev1", COHERENT_TWO)))
		return -EINVAL;
	err = psim_module_load("test_hmm");
	if (err)
		return err;
	job->run->process = psim_process_create("client");
	task = psim_spawn(job->run->process, "client", client, arg);
	err = task ? psim_join(task) : -ENOMEM;
	if (!err)
		err = psim_process_exit(job->run->process);
	if (!err)
		err = psim_module_unload("test_hmm");
	return err;
}

/* Return: reports and errors of the machine. */
static int run_machine(const struct job *job, const struct psim_config *config)
{
	int devices = job->run->coherent ? 4 : 2, err;
	char left[64];

	if (psim_start(config))
		return 1;
	/* the driver initialises its devices, and never lets go of them */
	for (int i = 0; i < devices; i++) {
		snprintf(left, sizeof(left), "device hmm_dmirror%d, made by dmirror_device_init()",
			 i);
		psim_expect_report(left);
		psim_expect_report("taken in dev_set_name are left");
	}
	err = psim_run("load_and_run", load_and_run, (void *)job);
	if (err)
		printf("FAILED: the module or its client: %d\n", err);
	return psim_stop() || err;
}

static int run_case(const struct hmm_case *c, bool coherent, const struct psim_config *config)
{
	struct run run = {.device = coherent ? 2 : 0, .coherent = coherent};
	const struct job job = {.hmm_case = c, .run = &run};
	const char *fixture = c->two_devices ? "hmm2" : "hmm";
	char name[96];
	int bad;

	snprintf(name, sizeof(name), "%s.%s_device_%s.%s", fixture, fixture,
		 coherent ? "coherent" : "private", c->name);
	bad = run_machine(&job, config);
	if (run.skipped)
		printf("skipped %s: %s\n", name, run.skipped);
	else if (run.what)
		printf("FAILED %s: line %d: %s: %ld, not %ld\n", name, run.line, run.what, run.got,
		       run.wanted);
	else
		printf("%s %s\n", bad ? "FAILED" : "ok", name);
	fflush(stdout);
	return bad || run.what;
}

int main(int argc, char **argv)
{
	struct psim_config config = {0};
	const char *only = NULL;
	int bad = 0;

	for (int i = 3; i + 1 < argc; i += 2) {
		if (!strcmp(argv[i], "--only"))
			only = argv[i + 1];
		else if (!strcmp(argv[i], "--engine") && !strcmp(argv[i + 1], "free"))
			config.engine = PSIM_FREE_RUNNING;
	}
	for (int coherent = 0; coherent <= 1; coherent++) {
		for (const struct hmm_case *c = hmm_cases; c->name; c++) {
			if (!only || !strcmp(only, c->name))
				bad += run_case(c, coherent, &config);
		}
	}
	return bad != 0;
}
