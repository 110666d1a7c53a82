// SPDX-License-Identifier: MIT
/* Messages about devices: whose name stands before them, at which level, how often; and DRM's printers. */
#include <kunit/test.h>
#include <linux/device.h>
#include <linux/platform_device.h>
#include <linux/string.h>
#include <drm/drm_drv.h>
#include <drm/drm_print.h>

#ifdef __PSIM__
#include "../base/console.h"

#define BEFORE "messenger messenger.7: "
#define DRM    BEFORE "[drm] "

static struct platform_device *pdev;
static struct device *dev;
static struct drm_device *drm;
static const struct drm_driver drm_driver = {.name = "psim-messages"};
static struct platform_driver driver = {.driver = {.name = "messenger"}};

static int setup(struct kunit *test)
{
	KUNIT_ASSERT_EQ(test, platform_driver_register(&driver), 0);
	pdev = platform_device_register_simple("messenger", 7, NULL, 0);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, pdev);
	dev = &pdev->dev;
	drm = drm_dev_alloc(&drm_driver, dev);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, drm);
	return 0;
}

static void teardown(struct kunit *test)
{
	drm_dev_put(drm);
	platform_device_unregister(pdev);
	platform_driver_unregister(&driver);
}

/* What @speak says when levels below @shown are shown. */
static void expect_said(struct kunit *test, void (*speak)(void), int shown, const char *wanted)
{
	listen_at(test, shown);
	speak();
	heard(test);
	KUNIT_EXPECT_STREQ(test, said, wanted);
}

/* ---- of any device ------------------------------------------------------------------------------------- */

static void dev_all(void)
{
	dev_emerg(dev, "0\n");
	dev_alert(dev, "%d\n", 1);
	dev_crit(dev, "2\n");
	dev_err(dev, "3\n");
	dev_warn(dev, "4\n");
	dev_notice(dev, "5\n");
	dev_info(dev, "6\n");
}

static void dev_level__is_its_name_s(struct kunit *test)
{
	char wanted[7 * (sizeof(BEFORE) + 2)] = "";

	for (int shown = 0; shown <= 7; shown++) {
		expect_said(test, dev_all, shown, wanted);
		if (shown < 7)
			snprintf(wanted + strlen(wanted), sizeof(wanted) - strlen(wanted),
				 BEFORE "%d\n", shown);
	}
}

static void by_level(void)
{
	dev_printk(KERN_ALERT, dev, "%s\n", "alert");
	_dev_printk(KERN_NOTICE, dev, "%s\n", "notice");
	dev_err(NULL, "nobody\n");
	dev_err(dev, dev_fmt("formatted %d\n"), 1);
}

static void dev_printk__names_driver_and_device(struct kunit *test)
{
	expect_said(test, by_level, 4,
		    BEFORE "alert\n(NULL device *): nobody\n" BEFORE "formatted 1\n");
	expect_said(test, by_level, 6,
		    BEFORE "alert\n" BEFORE "notice\n(NULL device *): nobody\n" BEFORE
			   "formatted 1\n");
}

static void once_each(void)
{
	for (int i = 0; i < 3; i++) {
		dev_err_once(dev, "err %d\n", i);
		dev_warn_once(dev, "warn %d\n", i);
		dev_info_once(dev, "info %d\n", i);
	}
}

static void dev_level_once__is_said_once(struct kunit *test)
{
	expect_said(test, once_each, 5, BEFORE "err 0\n" BEFORE "warn 0\n");
	expect_said(test, once_each, 7, "");
}

static void often(void)
{
	for (int i = 0; i < DEFAULT_RATELIMIT_BURST + 2; i++) {
		dev_err_ratelimited(dev, "err\n");
		dev_warn_ratelimited(dev, "warn\n");
		drm_err_ratelimited(drm, "drm\n");
	}
}

static int count(const char *what)
{
	int n = 0;

	for (const char *at = said; (at = strstr(at, what)); at++)
		n++;
	return n;
}

static void level_ratelimited__is_said_ten_times(struct kunit *test)
{
	listen_at(test, 5);
	often();
	heard(test);
	KUNIT_EXPECT_EQ(test, count(BEFORE "err\n"), DEFAULT_RATELIMIT_BURST);
	KUNIT_EXPECT_EQ(test, count(BEFORE "warn\n"), DEFAULT_RATELIMIT_BURST);
	KUNIT_EXPECT_EQ(test, count(DRM "*ERROR* drm\n"), DEFAULT_RATELIMIT_BURST);
	listen_at(test, 4);
	dev_warn_ratelimited(dev, "not shown\n");
	heard(test);
	KUNIT_EXPECT_STREQ(test, said, "");
}

static int evaluated;

static void debug(void)
{
	dev_dbg(dev, "%d\n", ++evaluated);
	dev_vdbg(dev, "%d\n", ++evaluated);
}

static void dev_dbg__without_debug_is_nothing(struct kunit *test)
{
	evaluated = 0;
	expect_said(test, debug, 8, "");
	KUNIT_EXPECT_EQ(test, evaluated, 0);
}

/* ---- of a drm_device ------------------------------------------------------------------------------------- */

static void drm_all(void)
{
	drm_err(drm, "3\n");
	drm_warn(drm, "4\n");
	drm_notice(drm, "%d\n", 5);
	drm_info(drm, "6\n");
	drm_dbg_core(drm, "core\n");
	drm_dbg_prime(drm, "prime\n");
	__drm_printk(drm, KERN_ALERT, "%s\n", "alert");
}

static void drm_level__is_its_name_s(struct kunit *test)
{
	static const char *const lines[] = {DRM "*ERROR* 3\n", DRM "4\n", DRM "5\n", DRM "6\n",
					    DRM "core\n" DRM "prime\n"};
	char wanted[256] = "", all[sizeof(wanted) + 64];

	for (int i = 0; i < ARRAY_SIZE(lines); i++) {
		strcat(wanted, lines[i]);
		snprintf(all, sizeof(all), "%s" DRM "alert\n", wanted);
		expect_said(test, drm_all, 4 + i, all);
	}
	expect_said(test, drm_all, 3, DRM "alert\n");
}

static void drm_once(void)
{
	for (int i = 0; i < 2; i++) {
		drm_err_once(drm, "err %d\n", i);
		drm_warn_once(drm, "warn %d\n", i);
		drm_info_once((struct drm_device *)NULL, "info %d\n", i);
	}
}

static void drm_level_once__is_said_once(struct kunit *test)
{
	expect_said(test, drm_once, 7, DRM "*ERROR* err 0\n" DRM "warn 0\n[drm] info 0\n");
	expect_said(test, drm_once, 7, "");
}

/* ---- printers ---------------------------------------------------------------------------------------------- */

static __printf(2, 3) void by_list(struct drm_printer *p, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	drm_vprintf(p, fmt, &args);
	va_end(args);
}

static void through_printers(void)
{
	struct drm_printer info = drm_info_printer(dev);
	struct drm_printer dbg = drm_dbg_printer(drm, DRM_UT_DRIVER, "before");
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 9, 0)
	struct drm_printer err = drm_err_printer(drm, "before");
#else
	struct drm_printer err = drm_err_printer("before");
#endif

	drm_printf(&info, "info %d\n", 1);
	by_list(&info, "%s %d\n", "list", 2);
	drm_printf_indent(&info, 2, "indent\n");
	drm_puts(&dbg, "dbg\n");
	by_list(&err, "err %d\n", 3);
}

static void printers__have_a_level_and_a_prefix(struct kunit *test)
{
	expect_said(test, through_printers, 6, DRM "*ERROR* before err 3\n");
	expect_said(test, through_printers, 7,
		    DRM "info 1\n" DRM "list 2\n" DRM "\t\tindent\n" DRM "*ERROR* before err 3\n");
	expect_said(test, through_printers, 8,
		    DRM "info 1\n" DRM "list 2\n" DRM "\t\tindent\n" DRM "before dbg\n" DRM
			"*ERROR* before err 3\n");
}

static void printers__are_their_functions(struct kunit *test)
{
	KUNIT_EXPECT_PTR_EQ(test, drm_info_printer(dev).printfn, __drm_printfn_info);
	KUNIT_EXPECT_PTR_EQ(test, drm_dbg_printer(drm, DRM_UT_CORE, NULL).printfn,
			    __drm_printfn_dbg);
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 9, 0)
	KUNIT_EXPECT_PTR_EQ(test, drm_err_printer(drm, NULL).printfn, __drm_printfn_err);
#endif
}
#endif

static struct kunit_case cases[] = {
#ifdef __PSIM__
	KUNIT_CASE(dev_level__is_its_name_s),
	KUNIT_CASE(dev_printk__names_driver_and_device),
	KUNIT_CASE(dev_level_once__is_said_once),
	KUNIT_CASE(level_ratelimited__is_said_ten_times),
	KUNIT_CASE(dev_dbg__without_debug_is_nothing),
	KUNIT_CASE(drm_level__is_its_name_s),
	KUNIT_CASE(drm_level_once__is_said_once),
	KUNIT_CASE(printers__have_a_level_and_a_prefix),
	KUNIT_CASE(printers__are_their_functions),
#endif
	{},
};

static struct kunit_suite suite = {
	.name = "device_messages",
#ifdef __PSIM__
	.init = setup,
	.exit = teardown,
#endif
	.test_cases = cases,
};
kunit_test_suite(suite);
