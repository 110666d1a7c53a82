/* SPDX-License-Identifier: MIT */
/* Two devices and a page: what the suites of the DMA API share. */
#ifndef FACE_DMA_TWO_DEVICES_H
#define FACE_DMA_TWO_DEVICES_H

#include <kunit/test.h>
#include <linux/dma-mapping.h>
#include <linux/mm.h>
#include <linux/platform_device.h>
#include <linux/slab.h>

struct fixture {
	struct platform_device *pdev[2];
	struct device *dev, *other;
	struct page *page;
};

static inline int two_devices_init(struct kunit *test, const char *name)
{
	struct fixture *f = kzalloc(sizeof(*f), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, f);
	for (int i = 0; i < 2; i++) {
		f->pdev[i] = platform_device_register_simple(name, i, NULL, 0);
		KUNIT_ASSERT_FALSE(test, IS_ERR(f->pdev[i]));
		KUNIT_ASSERT_EQ(test, dma_set_mask_and_coherent(&f->pdev[i]->dev, DMA_BIT_MASK(64)),
				0);
	}
	f->dev = &f->pdev[0]->dev;
	f->other = &f->pdev[1]->dev;
	f->page = alloc_page(GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, f->page);
	test->priv = f;
	return 0;
}

static inline void two_devices_exit(struct kunit *test)
{
	struct fixture *f = test->priv;

	__free_page(f->page);
	for (int i = 0; i < 2; i++)
		platform_device_unregister(f->pdev[i]);
	kfree(f);
}

#endif /* FACE_DMA_TWO_DEVICES_H */
