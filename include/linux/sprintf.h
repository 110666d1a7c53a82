/* SPDX-License-Identifier: MIT */
/*
 * Formatting text, with the kernel's extensions of %p. lib/vsprintf's rules hold: %pe, %pS, %pV,
 * %pa, %pR, %ph, %pU, %pM, %pb, ...; %p, %pK never show an address. %n and floating point do not
 * exist.
 */
#ifndef _LINUX_SPRINTF_H
#define _LINUX_SPRINTF_H

#include <linux/stdarg.h>
#include <linux/types.h>

/* Their names are libc's, too; host-dialect programs keep libc's. */
int snprintf(char *buf, size_t size, const char *fmt, ...) __asm__("__psim_snprintf")
	__printf(3, 4);
int vsnprintf(char *buf, size_t size, const char *fmt, va_list args) __asm__("__psim_vsnprintf")
	__printf(3, 0);
int sprintf(char *buf, const char *fmt, ...) __asm__("__psim_sprintf") __printf(2, 3);
int vsprintf(char *buf, const char *fmt, va_list args) __asm__("__psim_vsprintf") __printf(2, 0);

/**
 * scnprintf() - format into a buffer
 * @buf: the buffer
 * @size: its bytes; 0: nothing is written
 * @fmt: kernel format
 * Return: characters written, without the 0 at the end (snprintf(): that would have been written).
 */
int scnprintf(char *buf, size_t size, const char *fmt, ...) __printf(3, 4);
int vscnprintf(char *buf, size_t size, const char *fmt, va_list args) __printf(3, 0);

/* Format into memory of its own, to be given to kfree(). Return: NULL without memory. */
char *__psim_kasprintf(const char *site, gfp_t gfp, const char *fmt, ...) __printf(3, 4);
char *__psim_kvasprintf(const char *site, gfp_t gfp, const char *fmt, va_list args) __printf(3, 0);
char *kasprintf(gfp_t gfp, const char *fmt, ...) __printf(2, 3);
char *kvasprintf(gfp_t gfp, const char *fmt, va_list args) __printf(2, 0);
/* As they stand if @fmt has no % in it or is "%s" of a constant: here always a copy. */
const char *kvasprintf_const(gfp_t gfp, const char *fmt, va_list args) __printf(2, 0);
#define kasprintf(gfp, fmt, ...)   __psim_kasprintf(__func__, gfp, fmt, ##__VA_ARGS__)
#define kvasprintf(gfp, fmt, args) __psim_kvasprintf(__func__, gfp, fmt, args)

#endif /* _LINUX_SPRINTF_H */
