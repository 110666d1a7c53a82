// SPDX-License-Identifier: MIT
/* The tour's figures as a table for people, or as JSON. */
#include <stdio.h>
#include <string.h>
#include <jansson.h>

#include "psim.h"
#include "show.h"
#include "tour.h"

static const char *hex(const unsigned char *digest)
{
	static char text[3][65];
	static unsigned int next;
	char *out = text[next++ % 3];

	for (int i = 0; i < 32; i++)
		sprintf(out + 2 * i, "%02x", digest[i]);
	return out;
}

static struct tour_round sum(const struct tour *tour)
{
	struct tour_round all = {0};

	for (int i = 0; i < TOUR_ROUNDS; i++) {
		const struct tour_round *r = &tour->rounds[i];

		all.pages_to_device += r->pages_to_device;
		all.pages_to_ram += r->pages_to_ram;
		all.cpu_faults += r->cpu_faults;
		all.cpu_device_faults += r->cpu_device_faults;
		all.gpu_faults += r->gpu_faults;
		all.evictions += r->evictions;
		all.virtual_ns += r->virtual_ns;
	}
	return all;
}

static json_t *figures(const struct tour_round *r)
{
	return json_pack(
		"{s:I s:I s:I s:I s:I s:I s:I}", "pages_to_device", (json_int_t)r->pages_to_device,
		"pages_to_ram", (json_int_t)r->pages_to_ram, "cpu_faults",
		(json_int_t)r->cpu_device_faults, "cpu_faults_all", (json_int_t)r->cpu_faults,
		"gpu_faults", (json_int_t)r->gpu_faults, "evictions", (json_int_t)r->evictions,
		"virtual_ns", (json_int_t)r->virtual_ns);
}

static void tour_json(const struct tour *tour, const char *source, unsigned long long wall_ns,
		      int reports)
{
	struct tour_round all = sum(tour);
	json_t *root = json_object(), *rounds = json_array();

	json_object_set_new(root, "file", json_string(source));
	json_object_set_new(root, "bytes", json_integer(tour->length));
	json_object_set_new(root, "digest_file", json_string(hex(tour->digest_file)));
	json_object_set_new(root, "digest_gpu", json_string(hex(tour->rounds[1].digest_gpu)));
	json_object_set_new(root, "digest_cpu", json_string(hex(tour->rounds[1].digest_cpu)));
	json_object_update_new(root, figures(&all));
	for (int i = 0; i < TOUR_ROUNDS; i++) {
		const struct tour_round *r = &tour->rounds[i];
		json_t *one = figures(r);

		json_object_set_new(one, "device_memory", json_integer(r->device_memory));
		json_object_set_new(one, "digest_gpu", json_string(hex(r->digest_gpu)));
		json_object_set_new(one, "digest_cpu", json_string(hex(r->digest_cpu)));
		json_array_append_new(rounds, one);
	}
	json_object_set_new(root, "rounds", rounds);
	json_object_set_new(root, "wall_ns", json_integer(wall_ns));
	json_object_set_new(root, "reports", json_integer(reports));
	json_object_set_new(root, "failure", json_string(tour->failure));
	print_json(root);
}

static void row(const char *what, unsigned long a, unsigned long b)
{
	printf("  %-28s %14lu %14lu\n", what, a, b);
}

static void print_table(const struct tour *tour, const char *source, unsigned long long wall_ns,
			int reports)
{
	const struct tour_round *a = &tour->rounds[0], *b = &tour->rounds[1];

	printf("tour of %s, %s\n\n", source, human_size(tour->length));
	printf("  %-28s %14s %14s\n", "", "round 1", "round 2");
	printf("  %-28s %14s %14s\n", "device memory", human_size(a->device_memory),
	       human_size(b->device_memory));
	row("pages moved to the device", a->pages_to_device, b->pages_to_device);
	row("pages moved to RAM", a->pages_to_ram, b->pages_to_ram);
	row("bytes moved to the device", a->pages_to_device * PSIM_PAGE_SIZE,
	    b->pages_to_device * PSIM_PAGE_SIZE);
	row("bytes moved to RAM", a->pages_to_ram * PSIM_PAGE_SIZE,
	    b->pages_to_ram * PSIM_PAGE_SIZE);
	row("CPU faults", a->cpu_faults, b->cpu_faults);
	row("  on device memory", a->cpu_device_faults, b->cpu_device_faults);
	row("GPU faults", a->gpu_faults, b->gpu_faults);
	row("evictions", a->evictions, b->evictions);
	printf("  %-28s %11.3f ms %11.3f ms\n", "virtual time", a->virtual_ns / 1e6,
	       b->virtual_ns / 1e6);
	printf("  %-28s %11.3f ms\n\n", "wall time, both rounds", wall_ns / 1e6);
	printf("  SHA-256 of the file       %s\n", hex(tour->digest_file));
	for (int i = 0; i < TOUR_ROUNDS; i++) {
		printf("  by the GPU, round %d       %s\n", i + 1, hex(tour->rounds[i].digest_gpu));
		printf("  read back by the CPU      %s\n", hex(tour->rounds[i].digest_cpu));
	}
	if (tour->failure[0])
		printf("\n  %sFAILED%s: %s\n", paint(stdout, PAINT_BAD), paint(stdout, PAINT_OFF),
		       tour->failure);
	else
		printf("\n  %sall digests equal%s\n", paint(stdout, PAINT_GOOD),
		       paint(stdout, PAINT_OFF));
	printf("  audit: %s%s%s\n", paint(stdout, reports ? PAINT_BAD : PAINT_GOOD),
	       reports ? "REPORTS WERE MADE" : "nothing left", paint(stdout, PAINT_OFF));
}

void tour_print(const struct tour *tour, const char *source, unsigned long long wall_ns,
		int reports, int json)
{
	if (json)
		tour_json(tour, source, wall_ns, reports);
	else
		print_table(tour, source, wall_ns, reports);
}
