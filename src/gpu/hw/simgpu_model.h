/* SPDX-License-Identifier: MIT */
/* Plugging a simulated GPU in and out: what src/gpu's user face calls of the hardware. Both dialects. */
#ifndef SIMGPU_MODEL_H
#define SIMGPU_MODEL_H

struct simgpu_hw;

/**
 * struct simgpu_model - what kind of GPU
 * @name: up to 15 characters
 * @memory_bytes: device memory
 * @bytes_per_us: copy throughput
 * @copy_setup_ns: fixed time of one copy
 * @links: links to GPUs that are plugged in, with throughput and fixed time
 * @nr_links: how many
 */
struct simgpu_model {
	const char *name;
	unsigned long long memory_bytes;
	unsigned long bytes_per_us;
	unsigned long copy_setup_ns;
	struct simgpu_model_link {
		struct simgpu_hw *peer;
		unsigned long bytes_per_us;
		unsigned long setup_ns;
	} links[16];
	unsigned int nr_links;
};

/**
 * simgpu_model_plug() - make the hardware and plug it into the bus, where its driver finds it
 * @error: gets a negative errno when there is no device
 * Return: the hardware, or NULL.
 */
struct simgpu_hw *simgpu_model_plug(const struct simgpu_model *model, int *error);
/* Unplug it (its driver is removed first) and give everything back. */
void simgpu_model_unplug(struct simgpu_hw *gpu);
/* The device's number on the bus. */
unsigned int simgpu_model_id(const struct simgpu_hw *gpu);
/* The bytes of the page that @pte (regs.h) maps, until virtual time passes; NULL after a report. */
void *simgpu_model_bytes(struct simgpu_hw *gpu, unsigned long long pte, int write);
/* Flip bits of a byte of device memory. Return: 0, or -EINVAL beyond its end. */
int simgpu_model_poke(struct simgpu_hw *gpu, unsigned long long offset, unsigned char flip);

#endif /* SIMGPU_MODEL_H */
