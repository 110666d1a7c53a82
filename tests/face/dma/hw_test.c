// SPDX-License-Identifier: MIT
/*
 * A device model and its driver, both here: registers reach the model, the model's accesses to memory
 * are checked, its interrupt reaches the driver. Kernels have no such models, so this is for the
 * simulation alone.
 */
#include <kunit/test.h>

#ifdef __PSIM__
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/dma-mapping.h>
#include <linux/interrupt.h>
#include <linux/io.h>
#include <linux/mm.h>
#include <linux/platform_device.h>
#include <psim/fault.h>
#include <psim/hw.h>
#include <psim/machine.h>
#include <psim/task.h>

/* ---- the model: eight bytes of memory for registers, and one that starts a transfer ----------------- */

struct model {
	struct psim_hw bus;
	u64 regs[8];
	unsigned int reads, writes;
	unsigned long last_offset;
	unsigned int last_size;
};

static unsigned long long model_read(void *device, unsigned long offset, unsigned int size)
{
	struct model *m = device;

	m->reads++;
	m->last_offset = offset;
	m->last_size = size;
	return m->regs[offset / 8] >> offset % 8 * 8;
}

static void model_write(void *device, unsigned long offset, unsigned int size,
			unsigned long long value)
{
	struct model *m = device;

	m->writes++;
	m->last_offset = offset;
	m->last_size = size;
	m->regs[offset / 8] = value;
}

static void model_init(struct model *m, const char *name)
{
	*m = (struct model){
		.bus =
			{
				.name = name,
				.compatible = "psim-hw-test",
				.mmio_bytes = sizeof(m->regs),
				.read = model_read,
				.write = model_write,
				.device = m,
			},
	};
}

/* ---- the driver ------------------------------------------------------------------------------------------ */

struct driver_data {
	struct device *dev;
	void __iomem *regs;
	int irq;
	struct completion interrupted;
	unsigned int interrupts;
	bool in_hardirq;
};

/* Bound devices, in order of binding, and what happened to them. */
static struct driver_data *bound[4];
static unsigned int nr_bound;
static unsigned int removed;

static irqreturn_t handler(int irq, void *arg)
{
	struct driver_data *data = arg;

	WRITE_ONCE(data->interrupts, data->interrupts + 1);
	data->in_hardirq = in_hardirq() && irqs_disabled();
	complete(&data->interrupted);
	return IRQ_HANDLED;
}

static int probe(struct platform_device *pdev)
{
	struct driver_data *data = devm_kzalloc(&pdev->dev, sizeof(*data), GFP_KERNEL);

	if (!data)
		return -ENOMEM;
	data->dev = &pdev->dev;
	init_completion(&data->interrupted);
	data->regs = devm_platform_ioremap_resource(pdev, 0);
	if (IS_ERR(data->regs))
		return PTR_ERR(data->regs);
	data->irq = platform_get_irq(pdev, 0);
	platform_set_drvdata(pdev, data);
	bound[nr_bound++] = data;
	return devm_request_irq(&pdev->dev, data->irq, handler, 0, "psim-hw-test", data);
}

static void remove(struct platform_device *pdev)
{
	removed++;
}

static struct platform_driver driver = {
	.probe = probe,
	.remove = remove,
	.driver = {.name = "psim-hw-test"},
};

/* Two models, plugged in and bound, and a page with known bytes. */
struct fixture {
	struct model model[2];
	struct device *dev[2];
	struct page *page;
};

static int setup(struct kunit *test)
{
	struct fixture *f = kzalloc(sizeof(*f), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, f);
	KUNIT_ASSERT_EQ(test, platform_driver_register(&driver), 0);
	for (int i = 0; i < 2; i++) {
		model_init(&f->model[i], i ? "second" : "first");
		KUNIT_ASSERT_EQ(test, psim_hw_plug(&f->model[i].bus), 0);
		KUNIT_ASSERT_EQ(test, nr_bound, i + 1u);
		f->dev[i] = bound[i]->dev;
	}
	f->page = alloc_page(GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, f->page);
	if (page_address(f->page)) {
		for (int i = 0; i < PAGE_SIZE; i++)
			((u8 *)page_address(f->page))[i] = i * 7;
	}
	test->priv = f;
	return 0;
}

static void teardown(struct kunit *test)
{
	struct fixture *f = test->priv;

	if (f->page)
		__free_page(f->page);
	for (int i = 0; i < 2; i++) {
		if (f->model[i].bus.bus_base)
			psim_hw_unplug(&f->model[i].bus);
	}
	platform_driver_unregister(&driver);
	kfree(f);
}

static dma_addr_t map(struct kunit *test, int i, enum dma_data_direction dir)
{
	struct fixture *f = test->priv;
	dma_addr_t addr = dma_map_page(f->dev[i], f->page, 0, PAGE_SIZE, dir);

	KUNIT_ASSERT_EQ(test, dma_mapping_error(f->dev[i], addr), 0);
	return addr;
}

/* ---- registers ---------------------------------------------------------------------------------------------- */

static void plug__gives_each_device_its_own(struct kunit *test)
{
	struct fixture *f = test->priv;
	struct psim_hw *a = &f->model[0].bus, *b = &f->model[1].bus;

	KUNIT_EXPECT_NE(test, a->id, b->id);
	KUNIT_EXPECT_NE(test, a->irq, b->irq);
	KUNIT_EXPECT_GE(test, a->bus_base, 1ull << 46);
	KUNIT_EXPECT_GE(test, b->bus_base, a->bus_base + a->mmio_bytes);
	KUNIT_EXPECT_STREQ(test, dev_name(f->dev[0]), "first");
}

static void writel__reaches_the_model(struct kunit *test)
{
	struct fixture *f = test->priv;
	struct model *m = &f->model[1];

	writel(0x12345678, bound[1]->regs + 16);
	KUNIT_EXPECT_EQ(test, m->writes, 1u);
	KUNIT_EXPECT_EQ(test, m->last_offset, 16ul);
	KUNIT_EXPECT_EQ(test, m->last_size, 4u);
	KUNIT_EXPECT_EQ(test, m->regs[2], 0x12345678ull);
	KUNIT_EXPECT_EQ(test, readl(bound[1]->regs + 16), 0x12345678u);
	KUNIT_EXPECT_EQ(test, readw(bound[1]->regs + 18), 0x1234u);
	KUNIT_EXPECT_EQ(test, readb(bound[1]->regs + 19), 0x12u);
	writeq(~0ull, bound[1]->regs);
	KUNIT_EXPECT_EQ(test, readq(bound[1]->regs), ~0ull);
	KUNIT_EXPECT_EQ(test, f->model[0].writes, 0u);
}

static void memcpy_toio__goes_in_aligned_pieces(struct kunit *test)
{
	struct fixture *f = test->priv;
	u8 from[24], to[24];

	for (int i = 0; i < 24; i++)
		from[i] = i + 1;
	memcpy_toio(bound[0]->regs + 8, from, 24);
	KUNIT_EXPECT_EQ(test, f->model[0].writes, 3u);
	memcpy_fromio(to, bound[0]->regs + 8, 24);
	KUNIT_EXPECT_MEMEQ(test, from, to, 24);
	memset_io(bound[0]->regs, 0x5a, 8);
	KUNIT_EXPECT_EQ(test, f->model[0].regs[0], 0x5a5a5a5a5a5a5a5aull);
}

static void readl__of_an_unplugged_device_is_all_ones(struct kunit *test)
{
	struct fixture *f = test->priv;
	void __iomem *regs = bound[0]->regs;

	psim_hw_unplug(&f->model[0].bus);
	f->model[0].bus.bus_base = 0;
	KUNIT_EXPECT_EQ(test, removed, 1u);
	writel(1, regs);
	KUNIT_EXPECT_EQ(test, readl(regs), ~0u);
	KUNIT_EXPECT_EQ(test, readb(regs), 0xffu);
	KUNIT_EXPECT_EQ(test, f->model[0].writes + f->model[0].reads, 0u);
}

static void readl__beyond_the_window_is_reported(struct kunit *test)
{
	kunit_expect_report(test, "beyond the end of the window");
	KUNIT_EXPECT_EQ(test, readl(bound[0]->regs + 64), ~0u);
	kunit_expect_report(test, "not aligned");
	KUNIT_EXPECT_EQ(test, readl(bound[0]->regs + 2), ~0u);
}

static void ioremap__needs_a_device(struct kunit *test)
{
	struct fixture *f = test->priv;
	struct psim_hw *hw = &f->model[0].bus;
	void __iomem *regs = ioremap(hw->bus_base, 64);

	KUNIT_ASSERT_NOT_NULL(test, regs);
	iounmap(regs);
	KUNIT_EXPECT_NULL(test, ioremap(hw->bus_base, 65));
	KUNIT_EXPECT_NULL(test, ioremap(hw->bus_base + (40ull << 36), 8));
	KUNIT_EXPECT_NULL(test, ioremap(0x1000, 8));
}

/* A driver that comes later binds what is there; one that goes lets go. */
static void plug__binds_a_driver_that_comes_later(struct kunit *test)
{
	platform_driver_unregister(&driver);
	KUNIT_EXPECT_EQ(test, removed, 2u);
	nr_bound = 0;
	KUNIT_EXPECT_EQ(test, platform_driver_register(&driver), 0);
	KUNIT_EXPECT_EQ(test, nr_bound, 2u);
}

/* ---- interrupts and engines ------------------------------------------------------------------------------------ */

static void interrupt__reaches_the_handler(struct kunit *test)
{
	struct fixture *f = test->priv;

	psim_hw_interrupt(&f->model[1].bus);
	wait_for_completion(&bound[1]->interrupted);
	KUNIT_EXPECT_EQ(test, bound[1]->interrupts, 1u);
	KUNIT_EXPECT_TRUE(test, bound[1]->in_hardirq);
	KUNIT_EXPECT_EQ(test, bound[0]->interrupts, 0u);
}

/* Given back before its time: no interrupt comes, and unbinding gives nothing back a second time. */
static void devm_free_irq__gives_the_line_back(struct kunit *test)
{
	struct fixture *f = test->priv;
	struct driver_data *data = bound[1];

	devm_free_irq(data->dev, data->irq, data);
	psim_hw_interrupt(&f->model[1].bus);
	msleep(1);
	KUNIT_EXPECT_EQ(test, data->interrupts, 0u);
	kunit_expect_report(test, "devm_free_irq");
	devm_free_irq(data->dev, data->irq, data);
	KUNIT_ASSERT_EQ(test, devm_request_irq(data->dev, data->irq, handler, 0, "again", data), 0);
	psim_hw_interrupt(&f->model[1].bus);
	wait_for_completion(&data->interrupted);
}

/* On a machine of one CPU: an interrupt waits while they are off there, or while its line is. */
static void interrupt__one_cpu(struct kunit *test)
{
	struct fixture *f = test->priv;
	struct driver_data *data = bound[1];

	local_irq_disable();
	psim_hw_interrupt(&f->model[1].bus);
	mdelay(1);
	KUNIT_EXPECT_EQ(test, READ_ONCE(data->interrupts), 0u);
	local_irq_enable();
	wait_for_completion(&data->interrupted);
	KUNIT_EXPECT_EQ(test, data->interrupts, 1u);
	disable_irq(data->irq);
	psim_hw_interrupt(&f->model[1].bus);
	msleep(2);
	KUNIT_EXPECT_EQ(test, READ_ONCE(data->interrupts), 1u);
	enable_irq(data->irq);
	wait_for_completion(&data->interrupted);
	KUNIT_EXPECT_EQ(test, data->interrupts, 2u);
	KUNIT_EXPECT_TRUE(test, data->in_hardirq);
}

static void interrupt__one_cpu_of_threads(struct kunit *test)
{
	interrupt__one_cpu(test);
}

struct engine {
	struct psim_hw *hw;
	int kicks;
	u64 began, ended;
};

static int engine_body(void *arg)
{
	struct engine *e = arg;

	while (!__atomic_load_n(&e->kicks, __ATOMIC_ACQUIRE))
		psim_hw_wait();
	e->began = psim_now();
	psim_hw_busy(5000000);
	e->ended = psim_now();
	psim_hw_interrupt(e->hw);
	return 12;
}

static void engine__works_while_virtual_time_passes(struct kunit *test)
{
	struct fixture *f = test->priv;
	struct engine e = {.hw = &f->model[0].bus};
	struct psim_task *task = psim_hw_engine(e.hw, "engine", engine_body, &e);

	KUNIT_ASSERT_NOT_NULL(test, task);
	msleep(2);
	KUNIT_EXPECT_EQ(test, e.began, 0ull);
	__atomic_store_n(&e.kicks, 1, __ATOMIC_RELEASE);
	psim_hw_kick(task);
	wait_for_completion(&bound[0]->interrupted);
	KUNIT_EXPECT_EQ(test, psim_join(task), 12);
	KUNIT_EXPECT_GE(test, e.began, 2000000ull);
	KUNIT_EXPECT_GE(test, e.ended - e.began, 5000000ull);
}

/* ---- memory ---------------------------------------------------------------------------------------------------------- */

static void dma__moves_bytes_both_ways(struct kunit *test)
{
	struct fixture *f = test->priv;
	dma_addr_t addr = map(test, 0, DMA_BIDIRECTIONAL);
	u8 bytes[100], *window;

	KUNIT_EXPECT_EQ(test, psim_hw_dma(&f->model[0].bus, addr + 50, bytes, 100, 0), 0);
	KUNIT_EXPECT_MEMEQ(test, bytes, page_address(f->page) + 50, 100);
	memset(bytes, 0xee, 100);
	KUNIT_EXPECT_EQ(test, psim_hw_dma(&f->model[0].bus, addr + 50, bytes, 100, 1), 0);
	KUNIT_EXPECT_MEMEQ(test, bytes, page_address(f->page) + 50, 100);
	window = psim_hw_dma_window(&f->model[0].bus, addr + 50, 100, 1);
	KUNIT_EXPECT_PTR_EQ(test, window, (u8 *)page_address(f->page) + 50);
	dma_unmap_page(f->dev[0], addr, PAGE_SIZE, DMA_BIDIRECTIONAL);
}

static void dma__reaches_coherent_and_kernel_memory(struct kunit *test)
{
	struct fixture *f = test->priv;
	char *single = kmalloc(9000, GFP_KERNEL), bytes[9000] = {};
	dma_addr_t ring, addr;
	u64 *memory = dma_alloc_coherent(f->dev[0], 9000, &ring, GFP_KERNEL), value = 0;

	KUNIT_ASSERT_NOT_NULL(test, memory);
	KUNIT_ASSERT_NOT_NULL(test, single);
	memory[1024] = 0x1122334455667788;
	KUNIT_EXPECT_EQ(test, psim_hw_dma(&f->model[0].bus, ring + 8192, &value, 8, 0), 0);
	KUNIT_EXPECT_EQ(test, value, 0x1122334455667788ull);

	for (int i = 0; i < 9000; i++)
		single[i] = i * 3;
	addr = dma_map_single(f->dev[0], single, 9000, DMA_TO_DEVICE);
	KUNIT_EXPECT_EQ(test, psim_hw_dma(&f->model[0].bus, addr, bytes, 9000, 0), 0);
	KUNIT_EXPECT_MEMEQ(test, bytes, single, 9000);
	dma_unmap_single(f->dev[0], addr, 9000, DMA_TO_DEVICE);
	dma_free_coherent(f->dev[0], 9000, memory, ring);
	kfree(single);
}

static void dma__crosses_linked_pieces_one_by_one(struct kunit *test)
{
	struct fixture *f = test->priv;
	struct dma_iova_state state = {};
	u8 bytes[8];

	KUNIT_ASSERT_TRUE(test, dma_iova_try_alloc(f->dev[0], &state, 0, 2 * PAGE_SIZE));
	KUNIT_ASSERT_EQ(test,
			dma_iova_link(f->dev[0], &state, page_to_phys(f->page), PAGE_SIZE,
				      PAGE_SIZE, DMA_TO_DEVICE, 0),
			0);
	KUNIT_EXPECT_EQ(test,
			psim_hw_dma(&f->model[0].bus, state.addr + PAGE_SIZE + 16, bytes, 8, 0), 0);
	KUNIT_EXPECT_MEMEQ(test, bytes, page_address(f->page) + 16, 8);
	kunit_expect_report(test, "nothing is linked there");
	KUNIT_EXPECT_EQ(test, psim_hw_dma(&f->model[0].bus, state.addr, bytes, 8, 0), -EFAULT);
	dma_iova_destroy(f->dev[0], &state, PAGE_SIZE, DMA_TO_DEVICE, 0);
	kunit_expect_report(test, "not mapped any more since");
	KUNIT_EXPECT_EQ(test, psim_hw_dma(&f->model[0].bus, state.addr + PAGE_SIZE, bytes, 8, 0),
			-EFAULT);
}

static void dma__to_nowhere_is_reported(struct kunit *test)
{
	struct fixture *f = test->priv;
	u64 value;

	kunit_expect_report(test, "first: read of 8 bytes at bus address 0x1000: not mapped");
	KUNIT_EXPECT_EQ(test, psim_hw_dma(&f->model[0].bus, 0x1000, &value, 8, 0), -EFAULT);
	kunit_expect_report(test, "first: write of 8 bytes at bus address 0x0: not mapped");
	KUNIT_EXPECT_EQ(test, psim_hw_dma(&f->model[0].bus, 0, &value, 8, 1), -EFAULT);
	kunit_expect_report(test, "not mapped");
	KUNIT_EXPECT_NULL(test, psim_hw_dma_window(&f->model[0].bus, page_to_phys(f->page), 8, 0));
}

static void dma__after_unmapping_is_reported(struct kunit *test)
{
	struct fixture *f = test->priv;
	dma_addr_t addr = map(test, 0, DMA_BIDIRECTIONAL);
	u64 value;

	dma_unmap_page(f->dev[0], addr, PAGE_SIZE, DMA_BIDIRECTIONAL);
	kunit_expect_report(test, "not mapped any more since dma__after_unmapping_is_reported");
	KUNIT_EXPECT_EQ(test, psim_hw_dma(&f->model[0].bus, addr, &value, 8, 0), -EFAULT);
}

static void dma__in_the_wrong_direction_is_reported(struct kunit *test)
{
	struct fixture *f = test->priv;
	dma_addr_t to = map(test, 0, DMA_TO_DEVICE), from = map(test, 0, DMA_FROM_DEVICE);
	u64 value = 1;

	KUNIT_EXPECT_EQ(test, psim_hw_dma(&f->model[0].bus, to, &value, 8, 0), 0);
	KUNIT_EXPECT_EQ(test, psim_hw_dma(&f->model[0].bus, from, &value, 8, 1), 0);
	kunit_expect_report(test, "wrong direction: mapped to the device");
	KUNIT_EXPECT_EQ(test, psim_hw_dma(&f->model[0].bus, to, &value, 8, 1), -EFAULT);
	kunit_expect_report(test, "wrong direction: mapped from the device");
	KUNIT_EXPECT_EQ(test, psim_hw_dma(&f->model[0].bus, from, &value, 8, 0), -EFAULT);
	dma_unmap_page(f->dev[0], to, PAGE_SIZE, DMA_TO_DEVICE);
	dma_unmap_page(f->dev[0], from, PAGE_SIZE, DMA_FROM_DEVICE);
}

static void dma__of_another_device_is_reported(struct kunit *test)
{
	struct fixture *f = test->priv;
	dma_addr_t addr = map(test, 0, DMA_BIDIRECTIONAL);
	u64 value;

	kunit_expect_report(test, "second: read of 8 bytes");
	KUNIT_EXPECT_EQ(test, psim_hw_dma(&f->model[1].bus, addr, &value, 8, 0), -EFAULT);
	dma_unmap_page(f->dev[0], addr, PAGE_SIZE, DMA_BIDIRECTIONAL);
}

static void dma__beyond_the_mapping_is_reported(struct kunit *test)
{
	struct fixture *f = test->priv;
	dma_addr_t addr = dma_map_page(f->dev[0], f->page, 64, 64, DMA_TO_DEVICE);
	u8 bytes[65];

	KUNIT_EXPECT_EQ(test, psim_hw_dma(&f->model[0].bus, addr, bytes, 64, 0), 0);
	kunit_expect_report(test, "beyond the end of what was mapped by");
	KUNIT_EXPECT_EQ(test, psim_hw_dma(&f->model[0].bus, addr, bytes, 65, 0), -EFAULT);
	kunit_expect_report(test, "not mapped");
	KUNIT_EXPECT_EQ(test, psim_hw_dma(&f->model[0].bus, addr - 1, bytes, 1, 0), -EFAULT);
	dma_unmap_page(f->dev[0], addr, 64, DMA_TO_DEVICE);
}

static void dma__to_a_freed_page_is_reported(struct kunit *test)
{
	struct fixture *f = test->priv;
	dma_addr_t addr = map(test, 0, DMA_TO_DEVICE);
	u64 value;

	__free_page(f->page);
	f->page = NULL;
	kunit_expect_report(test, "its page is free, still mapped by map");
	KUNIT_EXPECT_EQ(test, psim_hw_dma(&f->model[0].bus, addr, &value, 8, 0), -EFAULT);
	dma_unmap_page(f->dev[0], addr, PAGE_SIZE, DMA_TO_DEVICE);
}

/* S9.61: the injected failure is the mapping error */
static void dma_map__can_be_made_to_fail(struct kunit *test)
{
	struct fixture *f = test->priv;
	dma_addr_t addr;

	psim_fail_nth(PSIM_FAIL_DMA_MAP, 2);
	dma_unmap_page(f->dev[0], map(test, 0, DMA_TO_DEVICE), PAGE_SIZE, DMA_TO_DEVICE);
	addr = dma_map_page(f->dev[0], f->page, 0, PAGE_SIZE, DMA_TO_DEVICE);
	KUNIT_EXPECT_EQ(test, dma_mapping_error(f->dev[0], addr), -ENOMEM);
	psim_fail_nth(PSIM_FAIL_COPY, 1);
	KUNIT_EXPECT_EQ(test, psim_hw_copy_fails(), 1);
	KUNIT_EXPECT_EQ(test, psim_hw_copy_fails(), 0);
}

/* In a machine without bytes the checks stay, RAM reads as zeros, coherent memory works. */
static void dma__without_bytes_still_checks(struct kunit *test)
{
	struct fixture *f = test->priv;
	dma_addr_t addr = map(test, 0, DMA_TO_DEVICE), ring;
	u64 *memory = dma_alloc_coherent(f->dev[0], 8, &ring, GFP_KERNEL), value = 1;

	KUNIT_EXPECT_EQ(test, psim_hw_has_bytes(), 0);
	KUNIT_EXPECT_EQ(test, psim_hw_dma(&f->model[0].bus, addr, &value, 8, 0), 0);
	KUNIT_EXPECT_EQ(test, value, 0ull);
	KUNIT_EXPECT_NOT_NULL(test, psim_hw_dma_window(&f->model[0].bus, addr, 8, 0));
	kunit_expect_report(test, "wrong direction");
	KUNIT_EXPECT_EQ(test, psim_hw_dma(&f->model[0].bus, addr, &value, 8, 1), -EFAULT);
	*memory = 5;
	KUNIT_EXPECT_EQ(test, psim_hw_dma(&f->model[0].bus, ring, &value, 8, 0), 0);
	KUNIT_EXPECT_EQ(test, value, 5ull);
	dma_free_coherent(f->dev[0], 8, memory, ring);
	dma_unmap_page(f->dev[0], addr, PAGE_SIZE, DMA_TO_DEVICE);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(plug__gives_each_device_its_own),
	KUNIT_CASE(writel__reaches_the_model),
	KUNIT_CASE(memcpy_toio__goes_in_aligned_pieces),
	KUNIT_CASE(readl__of_an_unplugged_device_is_all_ones),
	KUNIT_CASE(readl__beyond_the_window_is_reported),
	KUNIT_CASE(ioremap__needs_a_device),
	KUNIT_CASE(plug__binds_a_driver_that_comes_later),
	KUNIT_CASE(interrupt__reaches_the_handler),
	KUNIT_CASE(devm_free_irq__gives_the_line_back),
	KUNIT_CASE_PSIM(interrupt__one_cpu, .cpus = 1),
	KUNIT_CASE_PSIM(interrupt__one_cpu_of_threads, .cpus = 1, .engine = PSIM_FREE_RUNNING),
	KUNIT_CASE(engine__works_while_virtual_time_passes),
	KUNIT_CASE(dma__moves_bytes_both_ways),
	KUNIT_CASE(dma__reaches_coherent_and_kernel_memory),
	KUNIT_CASE(dma__crosses_linked_pieces_one_by_one),
	KUNIT_CASE(dma__to_nowhere_is_reported),
	KUNIT_CASE(dma__after_unmapping_is_reported),
	KUNIT_CASE(dma__in_the_wrong_direction_is_reported),
	KUNIT_CASE(dma__of_another_device_is_reported),
	KUNIT_CASE(dma__beyond_the_mapping_is_reported),
	KUNIT_CASE(dma__to_a_freed_page_is_reported),
	KUNIT_CASE(dma_map__can_be_made_to_fail),
	KUNIT_CASE_PSIM(dma__without_bytes_still_checks, .no_bytes = 1),
	{},
};

static struct kunit_suite suite = {
	.name = "hw",
	.init = setup,
	.exit = teardown,
	.test_cases = cases,
};
kunit_test_suite(suite);
#endif
