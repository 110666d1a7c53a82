// SPDX-License-Identifier: MIT
/* DRM's printers: dumps to the log or to a seq_file. */
#include <linux/export.h>
#include <drm/drm_print.h>

void drm_printf(struct drm_printer *p, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	drm_vprintf(p, fmt, &args);
	va_end(args);
}
EXPORT_SYMBOL(drm_printf);

void drm_puts(struct drm_printer *p, const char *str)
{
	if (p->puts)
		p->puts(p, str);
	else
		drm_printf(p, "%s", str);
}
EXPORT_SYMBOL(drm_puts);

void __drm_printfn_seq_file(struct drm_printer *p, struct va_format *vaf)
{
	seq_printf(p->arg, "%pV", vaf);
}
EXPORT_SYMBOL(__drm_printfn_seq_file);

void __drm_puts_seq_file(struct drm_printer *p, const char *str)
{
	seq_puts(p->arg, str);
}
EXPORT_SYMBOL(__drm_puts_seq_file);

void __drm_printfn_info(struct drm_printer *p, struct va_format *vaf)
{
	_dev_printk(KERN_INFO, p->arg, "[drm] %pV", vaf);
}
EXPORT_SYMBOL(__drm_printfn_info);

static void print(const char *level, const char *mark, const struct drm_printer *p,
		  struct va_format *vaf)
{
	__psim_drm_printk(level, p->arg, "%s%s%s%pV", mark, p->prefix ?: "", p->prefix ? " " : "",
			  vaf);
}

void __drm_printfn_dbg(struct drm_printer *p, struct va_format *vaf)
{
	print(KERN_DEBUG, "", p, vaf);
}
EXPORT_SYMBOL(__drm_printfn_dbg);

void __drm_printfn_err(struct drm_printer *p, struct va_format *vaf)
{
	print(KERN_ERR, "*ERROR* ", p, vaf);
}
EXPORT_SYMBOL(__drm_printfn_err);
