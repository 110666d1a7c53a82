/* SPDX-License-Identifier: MIT */
/*
 * The hardware face: what a simulated device is made from. For those who build a device model of
 * their own; src/gpu/hw is the example.
 *
 * A device model is plain host-dialect C. Drivers reach it through registers (readl, writel, ...),
 * it reaches RAM through the IOMMU, it has engines that take virtual time, and it raises interrupts.
 * It sees bus addresses, never a page or a kernel type.
 */
#ifndef PSIM_HW_H
#define PSIM_HW_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * struct psim_hw - one device on the bus
 * @name: for traces and reports
 * @compatible: name of the platform driver that knows such devices
 * @mmio_bytes: size of its register window
 * @read: a register of @size bytes (1, 2, 4, 8) at @offset of the window is read
 * @write: one is written
 * @device: the model's own
 * @bus_base: out: physical address of the window, for the driver's ioremap()
 * @irq: out: its interrupt line
 * @id: out: its number on the bus: the IOMMU knows it by this
 */
struct psim_hw {
	const char *name;
	const char *compatible;
	unsigned long mmio_bytes;
	unsigned long long (*read)(void *device, unsigned long offset, unsigned int size);
	void (*write)(void *device, unsigned long offset, unsigned int size,
		      unsigned long long value);
	void *device;
	unsigned long long bus_base;
	unsigned int irq;
	unsigned int id;
};

/*
 * Plug the device in: fills the out members, and a platform device of this name appears, with the window
 * and the interrupt line as its resources. If a driver that knows @compatible is registered, it is
 * probed before this returns; else when it registers. Return: 0, -EINVAL, -ENOSPC, -ENOMEM, -EEXIST.
 */
int psim_hw_plug(struct psim_hw *hw);
/*
 * Unplug it: first the driver's remove callback runs and what it has device-managed is given back. Later
 * register reads give all ones, writes are lost. Engines that are still running must end soon.
 */
void psim_hw_unplug(struct psim_hw *hw);

/**
 * psim_hw_dma() - the device reads or writes RAM through the IOMMU
 * @bus: bus address; @length may cross pages of one mapping
 * @write: 1: into RAM
 *
 * An address that is not mapped (any more), mapped for another device or in the other direction is a
 * report. Return: 0, or -EFAULT after such a report.
 */
int psim_hw_dma(struct psim_hw *hw, unsigned long long bus, void *buffer, size_t length, int write);

/*
 * The same for mappings that follow one another on the bus, @block bytes of each, above zero; the last may
 * be shorter. What lies before one that is refused has been moved. Return: 0, or -EFAULT after a report.
 */
int psim_hw_dma_blocks(struct psim_hw *hw, unsigned long long bus, void *buffer, size_t length,
		       size_t block, int write);

/*
 * The same without a copy: the host address of the bytes at @bus, good until the device next lets
 * virtual time pass; NULL after a report. @length within one page.
 */
void *psim_hw_dma_window(struct psim_hw *hw, unsigned long long bus, size_t length, int write);

/* Raise the device's interrupt line. */
void psim_hw_interrupt(struct psim_hw *hw);

/* An engine: a task that runs on no CPU. @body runs until it returns. NULL without memory. */
struct psim_task *psim_hw_engine(struct psim_hw *hw, const char *name, int (*body)(void *arg),
				 void *arg);

/* For an engine's body: its work took @ns of virtual time. */
void psim_hw_busy(unsigned long long ns);
/* Sleep until psim_hw_kick() of this engine; a kick that came before is not lost. */
void psim_hw_wait(void);
void psim_hw_kick(struct psim_task *engine);

/* Report a broken rule on the hardware's side; the run goes on and fails at its end. */
void psim_hw_report(struct psim_hw *hw, const char *rule, const char *what,
		    unsigned long long value);

/* Whether the machine keeps bytes (psim_config.no_bytes is 0). */
int psim_hw_has_bytes(void);

/* Shall this copy fail (PSIM_FAIL_COPY)? */
int psim_hw_copy_fails(void);

/* Events of the stream, for devices: gpu_copy, gpu_copy_end and so on, with the values they have there. */
enum psim_hw_event {
	PSIM_HW_COPY,
	PSIM_HW_COPY_END,
	PSIM_HW_FAULT,
	PSIM_HW_FAULT_END,
	PSIM_HW_COMMAND,
	PSIM_HW_COMMAND_END,
	PSIM_HW_INVALIDATE
};
void psim_hw_trace(enum psim_hw_event event, unsigned long long a, unsigned long long b,
		   unsigned long long c, unsigned long long d);

#ifdef __cplusplus
}
#endif

#endif /* PSIM_HW_H */
