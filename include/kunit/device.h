/* SPDX-License-Identifier: MIT */
/* Devices for a KUnit case, that go at its end: for code that wants a struct device, and devres. */
#ifndef _KUNIT_DEVICE_H
#define _KUNIT_DEVICE_H

struct device;
struct device_driver;
struct kunit;

/* A driver that binds to the devices registered with it. Return: an error pointer without memory. */
struct device_driver *kunit_driver_create(struct kunit *test, const char *name);
/* A registered device with a driver of the same name. Return: it, or an error pointer. */
struct device *kunit_device_register(struct kunit *test, const char *name);
/* With this driver. */
struct device *kunit_device_register_with_driver(struct kunit *test, const char *name,
						 const struct device_driver *driver);
/* Before the case's end; a driver that was made for it goes, too. */
void kunit_device_unregister(struct kunit *test, struct device *dev);

#endif /* _KUNIT_DEVICE_H */
