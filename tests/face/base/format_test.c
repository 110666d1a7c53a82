// SPDX-License-Identifier: MIT
/* The kernel's formats: what snprintf and its kin make of them. */
#include <kunit/test.h>
#include <linux/bitops.h>
#include <linux/err.h>
#include <linux/errname.h>
#include <linux/ioport.h>
#include <linux/limits.h>
#include <linux/printk.h>
#include <linux/sprintf.h>

static char buffer[256];

/* A function, so that no compiler computes the result itself. */
static noinline __printf(2, 3) int print(size_t size, const char *fmt, ...)
{
	va_list args;
	int n;

	va_start(args, fmt);
	n = vsnprintf(size ? buffer : NULL, size, fmt, args);
	va_end(args);
	return n;
}

#define EXPECT_FORMAT(test, want, fmt, ...)                          \
	do {                                                         \
		int printed;                                         \
                                                                     \
		memset(buffer, '#', sizeof(buffer));                 \
		printed = print(sizeof(buffer), fmt, ##__VA_ARGS__); \
		KUNIT_EXPECT_STREQ(test, buffer, want);              \
		KUNIT_EXPECT_EQ(test, printed, (int)strlen(want));   \
	} while (0)

static void snprintf__decimal(struct kunit *test)
{
	EXPECT_FORMAT(test, "0", "%d", 0);
	EXPECT_FORMAT(test, "-42 42", "%d %i", -42, 42);
	EXPECT_FORMAT(test, "-2147483648 2147483647", "%d %d", INT_MIN, INT_MAX);
	EXPECT_FORMAT(test, "4294967295", "%u", UINT_MAX);
	EXPECT_FORMAT(test, "-9223372036854775808", "%lld", LLONG_MIN);
	EXPECT_FORMAT(test, "18446744073709551615", "%llu", ULLONG_MAX);
	EXPECT_FORMAT(test, "-9223372036854775808", "%ld", LONG_MIN);
	EXPECT_FORMAT(test, "+7 -7  7", "%+d %+d % d", 7, -7, 7);
}

static void snprintf__sizes(struct kunit *test)
{
	EXPECT_FORMAT(test, "34", "%hhx", (unsigned char)0x34);
	EXPECT_FORMAT(test, "-1 255", "%hhd %hhu", (signed char)-1, (unsigned char)255);
	EXPECT_FORMAT(test, "-1 65535", "%hd %hu", (short)-1, (unsigned short)65535);
	EXPECT_FORMAT(test, "18446744073709551615 -1", "%zu %zd", SIZE_MAX, (ssize_t)-1);
	EXPECT_FORMAT(test, "-5", "%td", (ptrdiff_t)-5);
	EXPECT_FORMAT(test, "deadbeefcafe", "%lx", 0xdeadbeefcafeul);
}

static void snprintf__other_bases(struct kunit *test)
{
	EXPECT_FORMAT(test, "ff FF 377", "%x %X %o", 255, 255, 255);
	EXPECT_FORMAT(test, "0xff 0XFF 0377", "%#x %#X %#o", 255, 255, 255);
	EXPECT_FORMAT(test, "0x00000fff", "%#010x", 0xfff);
	EXPECT_FORMAT(test, "ffffffffffffffff", "%llx", ~0ull);
}

static void snprintf__width_and_precision(struct kunit *test)
{
	EXPECT_FORMAT(test, "[   42]", "[%5d]", 42);
	EXPECT_FORMAT(test, "[42   ]", "[%-5d]", 42);
	EXPECT_FORMAT(test, "[00042]", "[%05d]", 42);
	EXPECT_FORMAT(test, "[-0042]", "[%05d]", -42);
	EXPECT_FORMAT(test, "[  042]", "[%5.3d]", 42);
	EXPECT_FORMAT(test, "[   42][42   ]", "[%*d][%*d]", 5, 42, -5, 42);
	EXPECT_FORMAT(test, "[007]", "[%.*d]", 3, 7);
	EXPECT_FORMAT(test, "[  abc][abc  ][ab]", "[%5s][%-5s][%.2s]", "abc", "abc", "abc");
	EXPECT_FORMAT(test, "[ab]", "[%.*s]", 2, "abc");
	EXPECT_FORMAT(test, "[  x][x  ]", "[%3c][%-3c]", 'x', 'x');
}

static void snprintf__text(struct kunit *test)
{
	const char *volatile nothing = NULL;

	EXPECT_FORMAT(test, "plain", "plain");
	EXPECT_FORMAT(test, "100%", "%d%%", 100);
	EXPECT_FORMAT(test, "a string and c", "%s and %c", "a string", 'c');
	EXPECT_FORMAT(test, "(null)", "%s", nothing);
}

static void vsnprintf__too_small_a_buffer(struct kunit *test)
{
	memset(buffer, '#', sizeof(buffer));
	KUNIT_EXPECT_EQ(test, print(4, "%s", "abcdef"), 6);
	KUNIT_EXPECT_STREQ(test, buffer, "abc");
	KUNIT_EXPECT_EQ(test, buffer[4], '#');
	KUNIT_EXPECT_EQ(test, print(0, "%d", 12345), 5);
	KUNIT_EXPECT_STREQ(test, buffer, "abc");
	KUNIT_EXPECT_EQ(test, print(1, "%d", 12345), 5);
	KUNIT_EXPECT_STREQ(test, buffer, "");
	KUNIT_EXPECT_EQ(test, print(7, "%s", "abcdef"), 6);
	KUNIT_EXPECT_STREQ(test, buffer, "abcdef");
}

static void snprintf__all_of_the_family(struct kunit *test)
{
	int (*volatile snprintf_)(char *, size_t, const char *, ...) = snprintf;
	int (*volatile sprintf_)(char *, const char *, ...) = sprintf;

	KUNIT_EXPECT_EQ(test, snprintf_(buffer, 5, "%pe", ERR_PTR(-ENOMEM)), 7);
	KUNIT_EXPECT_STREQ(test, buffer, "-ENO");
	KUNIT_EXPECT_EQ(test, sprintf_(buffer, "%pe", ERR_PTR(-ENOMEM)), 7);
	KUNIT_EXPECT_STREQ(test, buffer, "-ENOMEM");
}

static void scnprintf__what_was_written(struct kunit *test)
{
	memset(buffer, '#', sizeof(buffer));
	KUNIT_EXPECT_EQ(test, scnprintf(buffer, 4, "%s", "abcdef"), 3);
	KUNIT_EXPECT_STREQ(test, buffer, "abc");
	KUNIT_EXPECT_EQ(test, scnprintf(buffer, sizeof(buffer), "%s", "abcdef"), 6);
	KUNIT_EXPECT_EQ(test, scnprintf(buffer, 0, "%s", "xyz"), 0);
	KUNIT_EXPECT_EQ(test, scnprintf(buffer, 1, "%s", "xyz"), 0);
	KUNIT_EXPECT_STREQ(test, buffer, "");
}

static void pointer_e__names_errors(struct kunit *test)
{
	EXPECT_FORMAT(test, "-ENOMEM", "%pe", ERR_PTR(-ENOMEM));
	EXPECT_FORMAT(test, "-EPERM -EPROBE_DEFER", "%pe %pe", ERR_PTR(-EPERM),
		      ERR_PTR(-EPROBE_DEFER));
	EXPECT_FORMAT(test, "-EAGAIN", "%pe", ERR_PTR(-EAGAIN));
	EXPECT_FORMAT(test, "-4000", "%pe", ERR_PTR(-4000));
	EXPECT_FORMAT(test, "[   -EIO]", "[%7pe]", ERR_PTR(-EIO));
}

static void pointer__null_and_errors_are_no_secret(struct kunit *test)
{
	void *nothing = NULL;

	EXPECT_FORMAT(test, "0000000000000000", "%p", nothing);
	EXPECT_FORMAT(test, "ffffffffffffffea", "%p", ERR_PTR(-EINVAL));
	EXPECT_FORMAT(test, "0000000000000000", "%px", nothing);
	EXPECT_FORMAT(test, "00000000deadbeef", "%px", (void *)0xdeadbeeful);
}

static void pointer__address_is_hidden(struct kunit *test)
{
	char address[32];

	snprintf(address, sizeof(address), "%px", &address);
	snprintf(buffer, sizeof(buffer), "%p|%pK", &address, &address);
	KUNIT_EXPECT_NULL(test, strstr(buffer, address));
}

#ifdef __PSIM__
/* Law 5: two objects print the same. */
static void pointer__address_is_stable(struct kunit *test)
{
	char other[64];
	int a, b;

	snprintf(buffer, sizeof(buffer), "%p", &a);
	snprintf(other, sizeof(other), "%p", &b);
	KUNIT_EXPECT_STREQ(test, buffer, other);
}
#endif

static noinline void some_function(void)
{
	barrier();
}

static void pointer_ps__names_functions(struct kunit *test)
{
	EXPECT_FORMAT(test, "some_function", "%ps", some_function);
	snprintf(buffer, sizeof(buffer), "%pS", some_function);
	KUNIT_EXPECT_TRUE(test, strstarts(buffer, "some_function"));
}

static __printf(1, 2) int nested(const char *fmt, ...)
{
	struct va_format inner = {.fmt = fmt};
	va_list args;
	int n;

	va_start(args, fmt);
	inner.va = &args;
	n = snprintf(buffer, sizeof(buffer), "<%pV|%pV>", &inner, &inner);
	va_end(args);
	return n;
}

static void pointer_V__a_format_inside_twice(struct kunit *test)
{
	nested("%d %s", 5, "five");
	KUNIT_EXPECT_STREQ(test, buffer, "<5 five|5 five>");
}

static void pointer_a__addresses_by_reference(struct kunit *test)
{
	phys_addr_t physical = 0x12345000;
	dma_addr_t bus = 0xabc;

	EXPECT_FORMAT(test, "0x0000000012345000", "%pa", &physical);
	EXPECT_FORMAT(test, "0x0000000012345000!", "%pap!", &physical);
	EXPECT_FORMAT(test, "0x0000000000000abc", "%pad", &bus);
}

static void pointer_R__resources(struct kunit *test)
{
	struct resource memory = {.start = 0x1000, .end = 0x1fff, .flags = IORESOURCE_MEM};

	EXPECT_FORMAT(test, "[mem 0x00001000-0x00001fff]", "%pR", &memory);
	EXPECT_FORMAT(test, "[mem 0x00001000-0x00001fff flags 0x200]", "%pr", &memory);
}

static void pointer_h__bytes(struct kunit *test)
{
	const u8 bytes[] = {0x00, 0x1f, 0xff, 0x0a};

	EXPECT_FORMAT(test, "00 1f ff 0a", "%*ph", 4, bytes);
	EXPECT_FORMAT(test, "00:1f:ff", "%*phC", 3, bytes);
	EXPECT_FORMAT(test, "00-1f", "%*phD", 2, bytes);
	EXPECT_FORMAT(test, "001fff0a.", "%*phN.", 4, bytes);
	EXPECT_FORMAT(test, "00 1f", "%2ph", bytes);
}

static void pointer_b__bitmaps(struct kunit *test)
{
	unsigned long map[2] = {BIT(0) | GENMASK(7, 4) | BIT(63), BIT(1)};

	EXPECT_FORMAT(test, "0,4-7,63,65", "%*pbl", 70, map);
	EXPECT_FORMAT(test, "02,80000000,000000f1", "%*pb", 70, map);
}

/* Formats that a compiler would warn of. */
static const char *volatile odd;

static void snprintf__bad_text(struct kunit *test)
{
	EXPECT_FORMAT(test, "(efault)", "%s", (char *)5);
	EXPECT_FORMAT(test, "(efault)", "%s", (char *)ERR_PTR(-EIO));
	EXPECT_FORMAT(test, "18446744073709551615", "%Lu", ULLONG_MAX);
	EXPECT_FORMAT(test, "0", "%#o", 0);
	EXPECT_FORMAT(test, "100%", "%d%%", 100);
}

static __printf(1, 2) int print_unbounded(const char *fmt, ...)
{
	va_list args;
	int n;

	va_start(args, fmt);
	n = vsprintf(buffer, fmt, args);
	va_end(args);
	return n;
}

static void vsprintf__the_buffer_is_large_enough(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, print_unbounded("%s-%d", "seven", 7), 7);
	KUNIT_EXPECT_STREQ(test, buffer, "seven-7");
}

static void pointer__width(struct kunit *test)
{
	void *nothing = NULL;

	EXPECT_FORMAT(test, "                   0", "%20px", nothing);
	odd = "%#px";
	EXPECT_FORMAT(test, "0x000000deadbeef", odd, (void *)0xdeadbeeful);
}

static void pointer_e__what_is_no_error(struct kunit *test)
{
	void *nothing = NULL;

	EXPECT_FORMAT(test, "0000000000000000", "%pe", nothing);
	KUNIT_EXPECT_STREQ(test, errname(-ENOMEM), "-ENOMEM");
	KUNIT_EXPECT_STREQ(test, errname(ENOMEM), "ENOMEM");
	KUNIT_EXPECT_NULL(test, errname(4000));
	KUNIT_EXPECT_NULL(test, errname(100000));
	KUNIT_EXPECT_NULL(test, errname(0));
}

static void pointer__contents_of_what_is_no_address(struct kunit *test)
{
	void *nothing = NULL;

	EXPECT_FORMAT(test, "(null)!", "%pa!", nothing);
	EXPECT_FORMAT(test, "(null)", "%pad", nothing);
	EXPECT_FORMAT(test, "(null)", "%pR", nothing);
	EXPECT_FORMAT(test, "(null)", "%pV", nothing);
	EXPECT_FORMAT(test, "(null).", "%*phC.", 4, nothing);
	EXPECT_FORMAT(test, "  (null)", "%*pbl", 8, nothing);
	EXPECT_FORMAT(test, "(efault)", "%pr", (void *)8);
	EXPECT_FORMAT(test, "(efault)", "%*pb", 8, ERR_PTR(-EIO));
}

static void pointer_R__ports_and_the_unknown(struct kunit *test)
{
	struct resource ports = {.start = 0x60, .end = 0x64, .flags = IORESOURCE_IO};
	struct resource byte = {.start = 0x1000, .end = 0x1000, .flags = IORESOURCE_MEM};
	struct resource unknown = {.start = 1, .end = 2};

	EXPECT_FORMAT(test, "[io  0x0060-0x0064]", "%pR", &ports);
	EXPECT_FORMAT(test, "[mem 0x00001000]", "%pR", &byte);
	EXPECT_FORMAT(test, "[??? 0x00000001-0x00000002 flags 0x0]", "%pR", &unknown);
}

static void pointer_h__no_bytes(struct kunit *test)
{
	const u8 bytes[] = {0x11, 0x22};

	EXPECT_FORMAT(test, "<>", "<%*ph>", 0, bytes);
	EXPECT_FORMAT(test, "<11>", "<%ph>", bytes);
}

static void pointer__letters_behind_it_belong_to_it(struct kunit *test)
{
	phys_addr_t physical = 0x1000;
	unsigned long map = 5;

	EXPECT_FORMAT(test, "0x0000000000001000-y", "%papx7-y", &physical);
	EXPECT_FORMAT(test, "0,2", "%*pbl", 3, &map);
	EXPECT_FORMAT(test, "5", "%*pb", 3, &map);
}

#ifdef __PSIM__
static void snprintf__what_it_cannot_print_is_a_report(struct kunit *test)
{
	kunit_expect_report(test, "the format conversion %y is not supported");
	odd = "a%yb";
	EXPECT_FORMAT(test, "a", odd, 7);
}

static void vsnprintf__a_size_that_cannot_be(struct kunit *test)
{
	kunit_expect_report(test, "WARN: vsnprintf(): size > INT_MAX");
	KUNIT_EXPECT_EQ(test, print((size_t)INT_MAX + 1, "abc"), 0);
}

static void pointer_G__flags_as_numbers(struct kunit *test)
{
	unsigned long flags = 0x1234567890;
	gfp_t gfp = 0xcc0;

	EXPECT_FORMAT(test, "0xcc0", "%pGg", &gfp);
	EXPECT_FORMAT(test, "0x1234567890", "%pGp", &flags);
}

static void pointer_s__no_symbol_there(struct kunit *test)
{
	int on_the_stack;

	EXPECT_FORMAT(test, "(____ptrval____)", "%ps", &on_the_stack);
	EXPECT_FORMAT(test, "(____ptrval____)", "%pe", &on_the_stack);
}
#endif

static struct kunit_case cases[] = {KUNIT_CASE(snprintf__decimal),
				    KUNIT_CASE(snprintf__sizes),
				    KUNIT_CASE(snprintf__other_bases),
				    KUNIT_CASE(snprintf__width_and_precision),
				    KUNIT_CASE(snprintf__text),
				    KUNIT_CASE(vsnprintf__too_small_a_buffer),
				    KUNIT_CASE(snprintf__all_of_the_family),
				    KUNIT_CASE(scnprintf__what_was_written),
				    KUNIT_CASE(pointer_e__names_errors),
				    KUNIT_CASE(pointer__null_and_errors_are_no_secret),
				    KUNIT_CASE(pointer__address_is_hidden),
#ifdef __PSIM__
				    KUNIT_CASE(pointer__address_is_stable),
#endif
				    KUNIT_CASE(pointer_ps__names_functions),
				    KUNIT_CASE(pointer_V__a_format_inside_twice),
				    KUNIT_CASE(pointer_a__addresses_by_reference),
				    KUNIT_CASE(pointer_R__resources),
				    KUNIT_CASE(pointer_h__bytes),
				    KUNIT_CASE(pointer_b__bitmaps),
				    KUNIT_CASE(snprintf__bad_text),
				    KUNIT_CASE(vsprintf__the_buffer_is_large_enough),
				    KUNIT_CASE(pointer__width),
				    KUNIT_CASE(pointer_e__what_is_no_error),
				    KUNIT_CASE(pointer__contents_of_what_is_no_address),
				    KUNIT_CASE(pointer_R__ports_and_the_unknown),
				    KUNIT_CASE(pointer_h__no_bytes),
				    KUNIT_CASE(pointer__letters_behind_it_belong_to_it),
#ifdef __PSIM__
				    KUNIT_CASE(snprintf__what_it_cannot_print_is_a_report),
				    KUNIT_CASE(vsnprintf__a_size_that_cannot_be),
				    KUNIT_CASE(pointer_G__flags_as_numbers),
				    KUNIT_CASE(pointer_s__no_symbol_there),
#endif
				    {}};

static struct kunit_suite suite = {
	.name = "format",
	.test_cases = cases,
};
kunit_test_suite(suite);

MODULE_LICENSE("Dual MIT/GPL");
